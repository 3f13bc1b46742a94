"""The main entry: `python run_siting.py SCENARIO`, where SCENARIO is a name or a .toml file.

Without a scenario it answers the shipped one. `python run_siting.py --help` lists all commands.
"""

from __future__ import annotations

import sys

from siting.cli import app, main

if __name__ == "__main__":
    words = sys.argv[1:]
    commands = {command.name for command in app.registered_commands} | {"--help"}
    main(words if words and words[0] in commands else ["run", *words])
