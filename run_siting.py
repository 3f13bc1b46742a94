"""The main entry: `python run_siting.py SCENARIO`, where SCENARIO is a name or a .toml file.

Without a scenario it answers the shipped one. `python run_siting.py --help` lists all commands.
"""

from __future__ import annotations

import sys

try:
    from siting.cli.main import app, main
except ModuleNotFoundError as error:
    sys.exit(
        f"缺少程序库 {error.name}：请先安装（README.zh.md“两条命令”），再用 .venv 里的 python 运行。\n"
        f"The library {error.name} is not installed: install first (README.md, 'Two commands'), "
        "then run with the python of .venv."
    )

if __name__ == "__main__":
    words = sys.argv[1:]
    commands = {command.name for command in app.registered_commands} | {"--help", "--version"}
    main(words if words and words[0] in commands else ["run", *words])
