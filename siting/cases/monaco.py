"""Builds the small real case that the project ships, Monaco: `python -m siting.cases.monaco`.

The extract is that of the tests of PyPI package quackosm 0.19.0, unchanged: `tests/test_files/monaco.osm.pbf` of its
sdist, data of 2023-12-26, © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from siting.case import Guess
from siting.cases.from_osm import make_case
from siting.cases.summary import CaseSummary
from siting.files import resources

POPULATION = 38_000.0  # residents
ASSUMED = Guess(
    zh="总人口 38,000 为约数，凭常识假设，未经核实",
    en="The population of 38,000 is a round number from general knowledge, not checked",
)
EXTRACT = "roads.osm.pbf"


def build_monaco(folder: Path, *, extract: Path) -> CaseSummary:
    """Write the case's tables, `case.toml` and starter scenario into `folder`.

    Other files there stay: the extract itself and the licence. `data/sources.csv` names the origin, so the case has no
    list of sources of its own.
    """
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "monaco"
        summary = make_case(
            extract, made, population=POPULATION, name_zh="摩纳哥", name_en="Monaco", more_guesses=[ASSUMED]
        )
        (made / "sources.csv").unlink()
        (made / EXTRACT).unlink()
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return summary


if __name__ == "__main__":
    home = resources.data() / "monaco"
    build_monaco(home, extract=home / EXTRACT)
