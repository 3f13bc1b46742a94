"""Finds `models/`, `data/` and `maps/`: in a checkout, an editable install or a wheel."""

from __future__ import annotations

from pathlib import Path

from siting.errors import fail

PACKAGE = Path(__file__).resolve().parents[1]
FOLDERS = ("models", "data", "maps")


def root() -> Path:
    """The folder that holds `models/`, `data/` and `maps/`.

    Raises:
        InputError: when the program's own files are not there (a broken install).
    """
    for place in (PACKAGE / "_resources", PACKAGE.parent):
        if all((place / name).is_dir() for name in FOLDERS):
            return place
    fail(
        "程序自带的 models、data、maps 文件夹不见了",
        "the program's own folders models, data and maps are missing",
        remedy_zh="请重新安装本程序",
        remedy_en="install the program again",
        file=PACKAGE,
    )


def models() -> Path:
    """The folder of location models."""
    return root() / "models"


def data() -> Path:
    """The folder of standards and shipped cases."""
    return root() / "data"


def maps() -> Path:
    """The folder of page templates, styles, labels and vendored map assets."""
    return root() / "maps"
