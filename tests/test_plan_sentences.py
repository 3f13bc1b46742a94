"""What the page of sentences names is there: scenarios, and tables that a run of their kind has."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from siting.scenario import find_scenario, list_scenarios

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "plan-sentences.md"
MADE = re.compile(r'(?:make_sheet|[sS]heet)\(\s*"([a-z_0-9]+)"')
# kind of a scenario -> where its tables are made
FOLDERS = {"layout": "layout", "ranking": "ranking", "grouping": "grouping", "rebalance": "rebalance", "": "render"}


def rows() -> list[list[str]]:
    """The cells of each row that names a scenario or says that there is none."""
    lines = [
        line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ") and "sentence |" not in line
    ]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([a-z_0-9]+)`", cell)


def tables_of(kind: str) -> set[str]:
    """Keys of the tables that the code of a kind makes."""
    paths = [*(ROOT / "siting" / FOLDERS[kind]).rglob("*.py"), ROOT / "siting" / "render" / "answer_folder.py"]
    return {key for path in paths for key in MADE.findall(path.read_text("utf-8"))}


def kind_of(scenario: str) -> str:
    return str(tomllib.loads(find_scenario(f"shengzhou/{scenario}").read_text("utf-8")).get("kind", ""))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:12])
def test_scenarios_and_tables_of_a_sentence_exist(row: list[str]) -> None:
    sentence, run, tables, _, missing = row
    assert re.search("[\u4e00-\u9fff]", sentence)
    assert re.search("[a-z]{3}", sentence)
    scenarios = named(run)
    assert all(f"shengzhou/{name}" in list_scenarios() for name in scenarios)
    there = set().union(*(tables_of(kind_of(name)) for name in scenarios))
    assert set(named(tables)) <= there
    assert bool(scenarios) == bool(named(tables))
    assert scenarios or missing != "—"


def test_every_scenario_that_ships_answers_a_sentence() -> None:
    said = {name for row in rows() for name in named(row[1])}
    shipped = {name.split("/")[1] for name in list_scenarios() if name.startswith("shengzhou/")}
    assert shipped - said == {"three_services"}  # the main job, which is no sentence of its own


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/layout.md"])
def test_the_page_is_linked(page: str) -> None:
    assert "plan-sentences.md" in (ROOT / page).read_text("utf-8")
