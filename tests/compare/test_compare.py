"""Two layout plans side by side: what each costs, and who gains and loses from one to the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.cli.main import main
from siting.compare.output import write_comparison
from siting.compare.run import Run
from siting.compare.runs import read_runs
from siting.compare.show import lines_of
from siting.compare.tables import differences, sheets_of
from siting.errors import InputError
from siting.files.run_folder import ANSWER_FILE
from siting.render.told_file import write_told
from tests.compare.samples import make_runs, record
from tests.render.sample_told import make_told


def write(folder: Path, made: dict[str, Any]) -> str:
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(made), encoding="utf-8")
    return str(folder)


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    names = sorted({row["name"] for row in record("a")["coverage"] if row["level"] == "township"})
    other = record("b", **{names[0]: 7.0, names[-1]: -3.0} if len(names) > 1 else {names[0]: -3.0})
    return read_runs([write(tmp_path / "a", record("a")), write(tmp_path / "b", other)], tmp_path)


def test_changes_are_differences_of_the_records(runs: list[Run]) -> None:
    table = differences(runs)
    first, second = (run.coverage.set_index(["service", "group", "year", "level", "unit"]) for run in runs)
    expected = (second["within_after"] - first["within_after"]).to_numpy()
    assert table["change1"].to_numpy() == pytest.approx(expected)
    assert (np.abs(expected) > 1).any()


def test_winners_and_losers_are_named_by_township(runs: list[Run]) -> None:
    sheets = {sheet.key: sheet for sheet in sheets_of(runs)}
    moved = sheets["winners_losers"].frame
    table = differences(runs)
    own = table[(table["level"] == "township") & (table["change1"].abs() >= 0.5)]
    assert sorted(moved["change1"]) == pytest.approx(sorted(own["change1"].round(3)))
    assert set(moved["name"]) == set(own["name"])
    totals = sheets["gains_losses"].frame
    whole = own[own["group"] == "all"]["change1"]
    assert totals["gained"].sum() == pytest.approx(whole[whole > 0].sum())
    assert totals["lost"].sum() == pytest.approx(-whole[whole < 0].sum())


def test_the_folder_has_page_workbook_and_tables(runs: list[Run], tmp_path: Path) -> None:
    outputs = write_comparison(runs, tmp_path / "out")
    assert {"comparison.html", "comparison.xlsx", "comparison.json", "tables"} <= set(outputs)
    page = outputs["comparison.html"].read_text(encoding="utf-8")
    assert "谁受益" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert any("减少" in text for text, _ in lines_of(runs))


def test_without_the_data_of_the_maps_there_are_tables_only(runs: list[Run], tmp_path: Path) -> None:
    outputs = write_comparison(runs, tmp_path / "out")
    assert not {"compare.html", "multiples.html"} & set(outputs)
    assert any("重新运行" in text for text, _ in lines_of(runs))
    whole = make_runs()
    outputs = write_comparison(whole, tmp_path / "whole")
    assert {"compare.html", "multiples.html", "comparison.html"} <= set(outputs)
    assert not any("重新运行" in text for text, _ in lines_of(whole))


def test_runs_are_read_with_the_data_of_their_maps(tmp_path: Path) -> None:
    folders = [write(tmp_path / name, record(name)) for name in "ab"]
    told = make_told(10)
    write_told(told, tmp_path / "b" / ANSWER_FILE)
    first, second = read_runs(folders, tmp_path)
    assert first.told is None
    assert second.told is not None
    assert second.told.title == told.title


def test_the_command_compares_folders(runs: list[Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["compare", *(str(run.folder) for run in runs), "--out", str(tmp_path / "runs")])
    assert stop.value.code == 0
    assert "comparison.html" in capsys.readouterr().out


def test_wrong_folders_are_all_told(runs: list[Run], tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"format": "siting"})
    with pytest.raises(InputError) as caught:
        read_runs(["nowhere", other, str(runs[0].folder)], tmp_path)
    assert len(caught.value.faults) == 2
    (tmp_path / "half").mkdir()
    write_told(make_told(10), tmp_path / "half" / ANSWER_FILE)  # a run without its record
    with pytest.raises(InputError) as caught:
        read_runs(["half", "nowhere", other], tmp_path)
    assert len(caught.value.faults) == 3
    with pytest.raises(InputError, match="two runs"):
        read_runs([str(runs[0].folder)], tmp_path)


def test_the_lines_name_services_and_money_as_people_do(runs: list[Run]) -> None:
    texts = [text for text, _ in lines_of(runs)]
    assert not any("primary_school" in text or "health_station" in text for text in texts)
    assert any(text.startswith("   小学：投资 ") and "2030 年标准之内" in text for text in texts)
    assert any("减少最多" in text and "小学 Primary school -3" in text for text in texts)
    years = next(sheet for sheet in sheets_of(runs) if sheet.key == "years").frame
    assert (years["unit"] != "").all()
    plans = next(sheet for sheet in sheets_of(runs) if sheet.key == "plans").frame.set_index("figure")
    assert plans.loc["人口方案 projection of the people", "run0"] == "中 middle"


def test_runs_without_a_service_in_common_say_what_each_has(tmp_path: Path) -> None:
    first, second = record("a"), record("b")
    first["coverage"] = [row for row in first["coverage"] if row["service"] == "primary_school"]
    second["coverage"] = [row for row in second["coverage"] if row["service"] != "primary_school"]
    with pytest.raises(InputError) as caught:
        read_runs([write(tmp_path / "a", first), write(tmp_path / "b", second)], tmp_path)
    assert "a 有 小学" in caught.value.faults[0].remedy_zh
