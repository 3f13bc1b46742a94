"""What is told of a run that was made before, from its folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from siting.errors import fail
from siting.files.run_folder import RECORD_FILE
from siting.files.text import read_text
from siting.render.told_file import read_told
from siting.render.views import Told

VERSIONS = "versions"  # what the writer of the folder adds to the record


def read_run(folder: Path) -> Told:
    """What is told of the run, its record with the versions that it was made with.

    Raises:
        InputError: when the folder lacks the run's data, or its record is damaged.
    """
    told = read_told(folder)
    path = folder / RECORD_FILE
    try:
        record = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        fail(
            f"记录已损坏（{error}）", f"the record is damaged ({error})",
            remedy_zh="请重新运行该方案", remedy_en="run the scenario again", file=path,
        )  # fmt: skip
    if not isinstance(record, dict) or VERSIONS not in record:
        return told
    return replace(told, record={**told.record, VERSIONS: record[VERSIONS]})
