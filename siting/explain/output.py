"""The files of an explanation, put into the run's own folder."""

from __future__ import annotations

from pathlib import Path

from siting.explain.answers import Explanation
from siting.explain.page import write_page
from siting.explain.tables import write_table
from siting.files.run_folder import adding


def write_explanation(explanation: Explanation) -> dict[str, Path]:
    """Write `explain.html` and `explain.csv` into the run folder, both or neither; its other files stay as they are.

    Returns:
        The path of each file by its name.

    Raises:
        InputError: when the folder cannot be written, or an older file is held open by another program.
    """
    with adding(explanation.folder) as temporary:
        write_page(explanation, temporary / "explain.html")
        write_table(explanation, temporary / "explain.csv")
    return {name: explanation.folder / name for name in ("explain.html", "explain.csv")}
