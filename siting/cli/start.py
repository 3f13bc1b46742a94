"""Entry of the `siting` command: Ctrl-C is told in words from the first moment, also while libraries load."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the command line on `arguments`, by default those of the process."""
    try:
        from siting.cli.main import main as run  # slow: every library is loaded here

        run(arguments)
    except KeyboardInterrupt:
        sys.exit("已中断，未写入任何结果。Interrupted; nothing was written.")
