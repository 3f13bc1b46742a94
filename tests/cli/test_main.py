"""The command line on the tiny case: the main job, and one clear message for each bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

import siting
from siting.cli.failures import guarded
from siting.cli.main import main
from siting.cli.start import main as start
from tests.tiny_case import (
    CASE,
    SCENARIO,
    SIZE,
    candidates_csv,
    demand_csv,
    place,
    roads_xml,
    write_case,
    write_scenario,
)

Capture = pytest.CaptureFixture[str]
OUTPUTS = {"map.html", "report.html", "tables.xlsx", "plan.gpkg", "tables", "answer.json.gz", "run.json"}


def call(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "tiny")


def test_the_main_job_leaves_a_whole_run_folder(case: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "runs"
    code, printed, _ = call(capsys, "run", write_scenario(case), "--out", out)
    assert code == 0
    folder = out / "tiny_plan"
    assert {path.name for path in folder.iterdir()} == OUTPUTS
    assert not [path for path in out.iterdir() if path.name.startswith((".part", ".old"))]
    assert "已证明最优" in printed
    assert "proven optimal" in printed
    assert "示例数据" in printed
    assert str(folder / "map.html") in printed.replace("\n", "")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert all(service["verified"] and service["proven"] for service in record["services"])
    assert len(gpd.read_file(folder / "plan.gpkg", layer="facilities")) > 0


def test_json_output_is_json_lines_that_end_in_the_result(case: Path, tmp_path: Path, capsys: Capture) -> None:
    code, printed, err = call(capsys, "run", write_scenario(case), "--out", tmp_path / "runs", "--json")
    assert code == 0
    assert err == ""
    events = [json.loads(line) for line in printed.splitlines()]
    assert events[0]["event"] == "start"
    assert events[-1]["event"] == "result"
    assert set(events[-1]["outputs"]) == OUTPUTS


def test_quiet_prints_the_map_only(case: Path, tmp_path: Path, capsys: Capture) -> None:
    code, printed, err = call(capsys, "run", write_scenario(case), "--out", tmp_path / "runs", "--quiet")
    assert (code, err) == (0, "")
    assert printed.strip() == str((tmp_path / "runs" / "tiny_plan" / "map.html").resolve())


def test_the_same_input_gives_the_same_tables(case: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = write_scenario(case)
    for name in ("a", "b"):
        assert call(capsys, "run", scenario, "--out", tmp_path / name, "--quiet", "--no-areas")[0] == 0
    first, second = (tmp_path / name / "tiny_plan" / "tables" for name in ("a", "b"))
    assert sorted(p.name for p in first.iterdir()) == sorted(p.name for p in second.iterdir())
    for path in first.iterdir():
        mine, other = path.read_text(encoding="utf-8-sig"), (second / path.name).read_text(encoding="utf-8-sig")
        assert _without_times(mine) == _without_times(other), path.name


def _without_times(text: str) -> list[str]:
    return [line for line in text.splitlines() if "秒" not in line and "seconds" not in line]


def test_gaps_lists_places_and_chooses_nothing(case: Path, tmp_path: Path, capsys: Capture) -> None:
    code, printed, _ = call(capsys, "gaps", case, "--out", tmp_path / "runs")
    assert code == 0
    assert "村6" in printed
    assert "新建" not in printed
    assert {path.name for path in (tmp_path / "runs" / "tiny_gaps").iterdir()} == OUTPUTS


def test_a_cached_run_gives_the_same_answer(case: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = write_scenario(case)
    results = []
    for _ in range(2):
        _, printed, _ = call(capsys, "run", scenario, "--out", tmp_path / "runs", "--json", "--no-areas")
        results.append(
            [
                {k: v for k, v in s.items() if k != "solver_seconds"}
                for s in json.loads(printed.splitlines()[-1])["services"]
            ]
        )
    assert list((tmp_path / "runs" / ".cache").glob("*.npz"))
    assert results[0] == results[1]


def test_a_broken_cache_file_is_made_anew(case: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = write_scenario(case)
    assert call(capsys, "run", scenario, "--out", tmp_path, "--quiet", "--no-areas")[0] == 0
    for path in (tmp_path / ".cache").glob("*.npz"):
        path.write_bytes(b"broken")
    assert call(capsys, "run", scenario, "--out", tmp_path, "--quiet", "--no-areas")[0] == 0


def test_export_roads_opens_in_osmnx(case: Path, tmp_path: Path, capsys: Capture) -> None:
    import osmnx

    code, printed, _ = call(capsys, "export-roads", case, "--out", tmp_path / "roads.graphml")
    assert code == 0
    graph = osmnx.load_graphml(tmp_path / "roads.graphml")
    assert len(graph) == SIZE * SIZE
    assert "synthetic data" in graph.graph["notice"]
    assert "示例数据" in printed


LON, LAT = place(4, 1)
EMPTY_ROADS = (
    '<?xml version="1.0" encoding="UTF-8"?><osm version="0.6"><node id="1" version="1" lon="120.8" lat="29.58"/></osm>'
)
BAD = {
    "missing roads": ({"roads": None}, {}, ["roads.osm", "路网"]),
    "truncated roads": ({"roads": roads_xml()[:900]}, {}, ["roads.osm"]),
    "no roads in the file": ({"roads": EMPTY_ROADS}, {}, ["roads.osm"]),
    "swapped coordinates": (
        {"candidates": candidates_csv().replace(f"{LON},{LAT}", f"{LAT},{LON}")},
        {},
        ["candidates.csv", "row 2", "写反"],
    ),
    "NaN demand": ({"demand": demand_csv().replace(",12,", ",nan,")}, {}, ["demand.csv", "age_6_11", "nan"]),
    "negative demand": ({"demand": demand_csv().replace(",12,", ",-12,")}, {}, ["demand.csv", "age_6_11", "-12"]),
    "duplicate ids": ({"demand": demand_csv().replace("d1,", "d0,")}, {}, ["demand.csv", "row 3", "'d0'", "row 2"]),
    "candidate off the map": (
        {"candidates": candidates_csv().replace(f"{LON},", f"{LON + 3},")},
        {},
        ["candidates.csv", "row 2", "off the map"],
    ),
    "missing column": ({"demand": demand_csv().replace("zone", "zon", 1)}, {}, ["demand.csv", "zone", "'zon'"]),
    "unknown CRS": ({"case": CASE + 'crs = "EPSG:99999"\n'}, {}, ["case.toml", "EPSG:99999", "EPSG:4326"]),
    "GBK csv": ({"demand": demand_csv().encode("gb18030")}, {}, ["demand.csv", "GBK", "CSV UTF-8"]),
    "p above the candidates": ({}, {"new = 1\n\n": "new = 9\n\n"}, ["9", "3"]),
    "zone minima beyond p": ({}, {"core = 1": "core = 2"}, ["2", "1", "新建"]),
    "zone minima beyond the zone's candidates": (
        {},
        {"core = 1": "rest = 3", "new = 1\nzone": "new = 3\nzone"},
        ["rest", "3", "1"],
    ),
    "unknown zone": ({}, {"core = 1": "kore = 1"}, ["kore", "core"]),
    "unknown key": ({}, {'formulation = "p_median"': 'formulatin = "p_median"'}, ["formulatin", "formulation"]),
    "unknown formulation": ({}, {'"p_median"': '"p_medain"'}, ["p_medain", "p_median"]),
    "unknown service": ({}, {'"health_station"': '"health_staton"'}, ["health_staton", "health_station"]),
    "neither number nor budget": ({}, {"new = 1\n\n": "\n"}, ["new", "budget_yuan"]),
    "a standard nobody can meet": (
        {},
        {
            'formulation = "p_median"\nnew = 1': 'formulation = "set_covering"\n[services.threshold.rural]\n'
            'mode = "walk"\nmax_minutes = 0.5\nsource = "test"'
        },
        ["村5", "村6", "0.5"],
    ),
    "a missing scenario": ({}, None, ["absent.toml"]),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_input_gives_one_clear_message(name: str, tmp_path: Path, capsys: Capture) -> None:
    files, edits, wanted = BAD[name]
    folder = write_case(tmp_path / "tiny", **files)
    text = SCENARIO
    for old, new in (edits or {}).items():
        assert old in text
        text = text.replace(old, new, 1)
    scenario = write_scenario(folder, text) if edits is not None else tmp_path / "absent.toml"
    out = tmp_path / "runs"
    code, _, err = call(capsys, "run", scenario, "--out", out, "--no-areas")
    assert code == 2, err
    assert "Traceback" not in err
    assert not (out / "tiny_plan").exists()
    flat = err.replace("\n", "")
    for word in wanted:
        assert word in flat, err


def test_faults_as_json(tmp_path: Path, capsys: Capture) -> None:
    folder = write_case(tmp_path / "tiny", demand=demand_csv().replace("d1,", "d0,"))
    code, printed, err = call(capsys, "run", write_scenario(folder), "--json", "--out", tmp_path)
    assert (code, err) == (2, "")
    last = json.loads(printed.splitlines()[-1])
    assert last["event"] == "error"
    assert last["faults"][0]["row"] == 3


def test_an_old_result_survives_a_failed_run(case: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = write_scenario(case)
    assert call(capsys, "run", scenario, "--out", tmp_path, "--quiet", "--no-areas")[0] == 0
    before = (tmp_path / "tiny_plan" / "run.json").read_bytes()
    write_scenario(case, SCENARIO.replace("new = 1\n\n", "new = 9\n\n"))
    assert call(capsys, "run", scenario, "--out", tmp_path, "--quiet", "--no-areas")[0] == 2
    assert (tmp_path / "tiny_plan" / "run.json").read_bytes() == before


def test_a_wrong_word_on_the_command_line_is_explained(capsys: Capture) -> None:
    code, _, err = call(capsys, "run", "--nonsense")
    assert code == 2
    assert "--nonsense" in err


def test_an_internal_error_is_logged_and_never_a_traceback(
    case: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("inner trouble")

    monkeypatch.setattr("siting.pipeline.run_scenario", broken)
    code, _, err = call(capsys, "run", write_scenario(case))
    assert code == 1
    assert "inner trouble" in err
    assert "Traceback" not in err
    assert "Traceback" in (tmp_path / "siting-error.log").read_text(encoding="utf-8")


def test_ctrl_c_says_so_and_leaves_nothing(
    case: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("siting.pipeline.write_outputs", interrupt)
    code, _, err = call(capsys, "run", write_scenario(case), "--out", tmp_path / "runs", "--no-areas")
    assert code == 130
    assert "已中断" in err
    assert not (tmp_path / "runs" / "tiny_plan").exists()


def test_the_same_fault_at_several_places_is_told_once(tmp_path: Path, capsys: Capture) -> None:
    folder = write_case(tmp_path / "tiny")
    edit = 'formulation = "set_covering"\n[services.threshold.rural]\nmode = "walk"\nmax_minutes = 0.5\nsource = "t"'
    scenario = write_scenario(folder, SCENARIO.replace('formulation = "p_median"\nnew = 1', edit, 1))
    code, _, err = call(capsys, "run", scenario, "--out", tmp_path / "runs", "--no-areas")
    assert code == 2
    assert err.count("✗") > 1
    assert err.count("out_of_reach") == 2  # once in Chinese, once in English
    assert err.index("村6") < err.index("out_of_reach")


def test_a_folder_that_cannot_be_written_still_gets_the_details_of_an_internal_error(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "siting-error.log").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spare"))
    assert guarded(lambda: 1 / 0, as_json=False) == 1
    assert "ZeroDivisionError" in (tmp_path / "spare" / "siting-error.log").read_text(encoding="utf-8")
    assert str(tmp_path / "spare") in capsys.readouterr().err.replace("\n", "")


def test_a_budget_that_buys_nothing_is_refused(tmp_path: Path, capsys: Capture) -> None:
    folder = write_case(tmp_path / "tiny")
    text = SCENARIO.replace("new = 1\nzone", "budget_yuan = 150\nzone").replace("{ core = 1 }", "{}")
    code, _, err = call(capsys, "run", write_scenario(folder, text), "--out", tmp_path / "runs")
    assert code == 2
    assert "150" in err
    assert "万元" in err


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, printed, err = call(capsys, "run", tmp_path / "absent.toml", "--out", tmp_path / "file" / "runs", "--json")
    assert code == 2
    assert "--out" in printed
    assert err == ""


def test_help_waits_for_no_slow_library() -> None:
    code = "import sys, siting.cli; print(*{'pandas', 'numba', 'pyomo', 'geopandas', 'folium'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_version_is_told(capsys: Capture) -> None:
    code, printed, _ = call(capsys, "--version")
    assert (code, printed.strip()) == (0, f"siting {siting.__version__}")


def test_a_library_that_is_missing_is_named(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name.startswith("siting.pipeline")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "geopandas", None)
    monkeypatch.delitem(sys.modules, "siting.case")
    code, _, err = call(capsys, "gaps")
    assert code == 2
    assert "geopandas" in err
    assert not (tmp_path / "siting-error.log").exists()


def test_ctrl_c_while_libraries_load_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: list[str] | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("siting.cli.main.main", interrupted)
    with pytest.raises(SystemExit) as caught:
        start()
    assert "已中断" in str(caught.value)
