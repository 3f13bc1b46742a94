"""`python -m siting` is the `siting` command."""

from siting.start import main

main()
