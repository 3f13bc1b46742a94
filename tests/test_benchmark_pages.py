"""What the pages of measured figures say is what was measured."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def curves() -> ModuleType:
    spec = importlib.util.spec_from_file_location("curves", FOLDER / "curves.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["curves"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_the_page_of_growth_is_that_of_its_figures(curves: ModuleType) -> None:
    kept = json.loads((FOLDER / "growth.json").read_text("utf-8"))
    assert (FOLDER / "growth.md").read_text("utf-8") == curves.page(kept)


def test_every_picture_of_growth_is_there(curves: ModuleType) -> None:
    kept = json.loads((FOLDER / "growth.json").read_text("utf-8"))
    assert {f"growth_{name}.svg" for name in kept} == {path.name for path in FOLDER.glob("growth_*.svg")}


@pytest.mark.parametrize(
    ("gap", "words"),
    [(0.031, ", gap 3.1 %"), (0.0004, ", gap 0.04 %"), (1.0, ", no useful bound"), (None, ", no useful bound")],
)
def test_a_plan_that_is_not_proven_is_told_with_its_gap(curves: ModuleType, gap: float | None, words: str) -> None:
    mark = curves.Mark("this program", 1.0, "1 x 1", 20.0, 300.0, filled=False, gap=gap)
    assert curves._cell(mark, limited=True) == f"*20.00 s{words}, 300 MB*"


def test_what_is_extrapolated_has_no_gap(curves: ModuleType) -> None:
    mark = curves.Mark("SciPy", 1.0, "1", 1234.5, 300.0, filled=False)
    assert curves._cell(mark, limited=False) == "*1,234 s, 300 MB*"
