"""`python -m siting` is the `siting` command."""

from siting.cli.start import main

main()
