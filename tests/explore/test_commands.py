"""`siting sweep`, `siting tradeoff` and `siting alternatives` on the tiny case."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.test_main import Capture, call
from tests.tiny_case import write_case, write_scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(write_case(tmp_path / "tiny"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_sweep_tells_what_each_facility_brings(scenario: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ("sweep", scenario, "-s", "primary_school", "--p", "1-3", "--out", tmp_path)
    code, printed, _ = call(capsys, *words, "--json")
    assert code == 0
    answer = json.loads(printed.splitlines()[-1])
    steps = answer["rows"]
    assert [step["amount"] for step in steps] == [1, 2, 3]
    assert steps[0]["objective"] > steps[1]["objective"] > steps[2]["objective"]
    assert steps[1]["gain"] == pytest.approx(steps[0]["objective"] - steps[1]["objective"])
    assert [len(step["sites"].split()) for step in steps] == [1, 2, 3]
    assert all("已证明最优" in step["label"] for step in steps)
    table = rows_of(Path(answer["csv"]))
    assert len(table) == 3
    assert "示例数据" in table[0]["数据声明 notice"]
    code, printed, _ = call(capsys, *words)
    assert code == 0
    assert "示例数据" in printed
    assert "Primary school" in printed


def test_tradeoff_lists_plans_that_no_other_beats(scenario: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ("tradeoff", scenario, "-s", "primary_school", "--second", "largest_impedance", "--out", tmp_path)
    code, printed, _ = call(capsys, *words, "--json")
    assert code == 0
    rows = json.loads(printed)["rows"]
    firsts, seconds = [row["objective"] for row in rows], [row["second"] for row in rows]
    assert firsts == sorted(firsts)
    assert seconds == sorted(seconds, reverse=True)
    assert len(set(firsts)) == len(firsts)


def test_alternatives_are_different_plans_in_order(scenario: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ("alternatives", scenario, "-s", "primary_school", "--count", "5", "--out", tmp_path)
    code, printed, _ = call(capsys, *words, "--json")
    assert code == 0
    rows = json.loads(printed)["rows"]
    assert [row["rank"] for row in rows] == [1, 2, 3]  # one of three candidates
    assert [row["objective"] for row in rows] == sorted(row["objective"] for row in rows)
    assert len({row["sites"] for row in rows}) == 3
    assert rows[0]["changed"] == ""
    assert rows[1]["changed"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sweep", "--p", "1-3"), "name one by --service"),
        (("sweep", "-s", "primary_scool", "--p", "1-3"), "did you mean 'primary_school'"),
        (("sweep", "-s", "primary_school", "--p", "one"), "such as 1-12 or 2,4,8"),
        (("sweep", "-s", "primary_school", "--p", "1.5"), "must be whole"),
        (("sweep", "-s", "primary_school", "--p", "1", "--budget", "1"), "one of the two"),
        (("sweep", "-s", "primary_school"), "goes with --p or --budget"),
        (("tradeoff", "-s", "primary_school", "--second", "largest_impedence"), "did you mean 'largest_impedance'"),
        (("tradeoff", "-s", "primary_school", "--second", "total_weighted_impedance"), "must differ"),
        (("tradeoff", "-s", "primary_school", "--second", "largest_impedance", "--points", "1"), "two points"),
        (("alternatives", "-s", "primary_school", "--count", "0"), "one plan and a difference of 1"),
    ],
)
def test_wrong_words_are_explained(
    words: tuple[str, ...], message: str, scenario: Path, tmp_path: Path, capsys: Capture
) -> None:
    code, _, told = call(capsys, words[0], scenario, *words[1:], "--out", tmp_path)
    assert code == 2
    assert message in told
