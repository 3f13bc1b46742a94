"""Runs of one period side by side: their coverage tables in the place of a layout plan's record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from siting.compare.numbers import PAGE_FIGURES, numbers_of
from siting.compare.output import write_comparison
from siting.compare.runs import read_runs
from siting.compare.show import lines_of
from siting.compare.tables import differences, sheets_of
from siting.errors import InputError
from siting.files.run_folder import ANSWER_FILE
from siting.render.told_file import write_told
from siting.render.told_of import told_of
from siting.render.views import Told
from siting.results import RunResult
from tests.compare.samples import record
from tests.render.browser import READY, open_browser, open_page
from tests.render.make_result import make_result


def write(folder: Path, told: Told) -> str:
    folder.mkdir()
    (folder / "run.json").write_text("{}", encoding="utf-8")
    write_told(told, folder / ANSWER_FILE)
    return str(folder)


@pytest.fixture(scope="module")
def results() -> tuple[RunResult, RunResult]:
    """Two plans of one case: by the second nobody of the summary's townships is within the standard."""
    first = make_result(demand_points=40, sites=12)
    services = []
    for service in first.services:
        summary = service.summary.copy()
        mine = (summary["group_kind"] == "township") & (summary["when"] == "after")
        summary.loc[mine, "covered_persons"] = 0.0
        services.append(replace(service, summary=summary))
    return first, replace(first, services=tuple(services))


@pytest.fixture(scope="module")
def folders(results: tuple[RunResult, RunResult], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    place = tmp_path_factory.mktemp("runs")
    return [write(place / name, told_of(one)) for name, one in zip(("first", "second"), results, strict=True)]


def test_figures_are_those_of_the_runs_summaries(results: tuple[RunResult, RunResult], folders: list[str]) -> None:
    first, second = read_runs(folders, Path())
    service = results[0].services[0]
    rows = service.summary[service.summary["when"] == "after"].set_index(["group_kind", "group"])
    county = dict(
        zip([key for key, *_ in PAGE_FIGURES], numbers_of(first)[service.service.id][""]["county"], strict=True)
    )
    whole = rows.loc["all"].iloc[0]
    assert county["within_after"] == pytest.approx(whole["covered_persons"], abs=1e-3)
    assert county["mean_min_after"] == pytest.approx(whole["mean_min"], abs=1e-3)
    assert county["longest_min_after"] == pytest.approx(whole["worst_min"], abs=1e-3)
    assert county["without_after"] is None
    table = differences([first, second])
    lost = table[(table["level"] == "township") & (table["service"] == service.service.id)]
    assert lost["change1"].sum() == pytest.approx(-rows.loc["township"]["covered_persons"].sum(), abs=0.1)
    assert lost["change1"].sum() < -1


def test_tables_have_no_year_and_tell_what_each_run_tells(folders: list[str]) -> None:
    runs = read_runs(folders, Path())
    sheets = {sheet.key: sheet for sheet in sheets_of(runs)}
    assert not any("year" in sheet.frame for sheet in sheets.values())
    assert "结果 Result" in set(sheets["plans"].frame["figure"])
    assert len(sheets["winners_losers"].frame) > 0
    assert isinstance(sheets["years"].frame, pd.DataFrame)
    assert any("减少最多" in text for text, _ in lines_of(runs))
    assert not any("0 年" in text for text, _ in lines_of(runs))


def test_a_run_of_one_period_and_a_layout_plan_have_no_year_in_common(folders: list[str], tmp_path: Path) -> None:
    layout = record("layout")
    layout["scenario"]["case"] = read_runs(folders, Path())[0].record["scenario"]["case"]
    (tmp_path / "layout").mkdir()
    (tmp_path / "layout" / "run.json").write_text(json.dumps(layout), encoding="utf-8")
    with pytest.raises(InputError, match="no service and year in common") as caught:
        read_runs([folders[0], str(tmp_path / "layout")], tmp_path)
    assert "（单期）" in caught.value.faults[0].remedy_zh


def test_other_answers_are_refused(folders: list[str], results: tuple[RunResult, RunResult], tmp_path: Path) -> None:
    other = write(tmp_path / "other", replace(told_of(results[0]), sheets=()))
    with pytest.raises(InputError, match="cannot be compared"):
        read_runs([folders[0], other], tmp_path)


@pytest.mark.browser
def test_the_pages_have_the_maps_of_both(folders: list[str], tmp_path: Path) -> None:
    outputs = write_comparison(read_runs(folders, Path()), tmp_path / "out")
    with open_browser() as browser, open_page(browser, outputs["compare.html"]) as (page, seen):
        page.wait_for_selector(READY)  # type: ignore[attr-defined]
        texts = page.locator("#figures tbody th").all_text_contents()  # type: ignore[attr-defined]
        assert "达标率" in texts
        assert "没有着落的人" not in texts
        assert page.locator("#gains tr").count() > 0  # type: ignore[attr-defined]
        assert not page.locator("#periods").is_visible()  # type: ignore[attr-defined]
        seen.check()
    with open_browser() as browser, open_page(browser, outputs["multiples.html"]) as (page, seen):
        assert page.locator(".plan").count() % 2 == 0  # type: ignore[attr-defined]
        seen.check()
