"""Make the Shengzhou case: `python -m siting.cases.shengzhou [--out FOLDER] [--seed N]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from siting.cases.shengzhou.builder import SEED, build
from siting.events import Event
from siting.files import resources


def _print(event: Event) -> None:
    print(f"{event.zh}  {event.en}" + (f"  {event.seconds:.1f} s" if event.seconds else ""))


def main() -> None:
    """Read the options and build."""
    parser = argparse.ArgumentParser(prog="python -m siting.cases.shengzhou", description=__doc__)
    parser.add_argument("--out", type=Path, default=None, help="folder of the case (default: data/shengzhou)")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    build(options.out or resources.data() / "shengzhou", seed=options.seed, listener=_print)


if __name__ == "__main__":
    main()
