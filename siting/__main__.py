"""`python -m siting` is the `siting` command."""

from siting.cli import main

main()
