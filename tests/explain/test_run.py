"""`siting explain` on the tiny case: the answers by hand, and one clear message for each thing that is wrong."""

from __future__ import annotations

import csv
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.cli.main import main
from siting.explain.run import Request, explain
from siting.pipeline import run_scenario
from siting.prepare import Settings, ask_scenario
from tests.tiny_case import (
    SCENARIO,
    candidates_csv,
    demand_csv,
    facilities_csv,
    place,
    write_case,
    write_scenario,
)

Capture = pytest.CaptureFixture[str]
TWO = SCENARIO.replace('formulation = "p_median"\nnew = 1', 'formulation = "p_median"\nnew = 2')
SHORT = "threshold = { urban = { max_minutes = 5 }, rural = { max_minutes = 5 } }\n"


def call(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err


def made(tmp_path: Path, text: str = SCENARIO, **files: str) -> tuple[Path, Path]:
    """A run of the tiny case, of which only the record is written: its folder and the scenario's file."""
    scenario = write_scenario(write_case(tmp_path / "tiny", **files), text)
    folder = tmp_path / "runs" / "tiny_plan"
    folder.mkdir(parents=True)
    result = run_scenario(scenario, Settings(service_areas=False))
    (folder / "run.json").write_text(json.dumps(result.provenance, ensure_ascii=False), encoding="utf-8")
    return folder, scenario


def asked(capsys: Capture, *words: str | Path) -> dict[str, Any]:
    code, printed, err = call(capsys, "explain", *words, "--json")
    assert (code, err) == (0, ""), printed
    record = json.loads(printed.splitlines()[-1])
    assert record["event"] == "result"
    found: dict[str, Any] = record["explanation"]
    return found


def by_hand(scenario: Path, service: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minutes (I, S), people (I,) and standards (I,): f1 or f2 first, then c0, c1, c2."""
    part = ask_scenario(scenario).services[service]
    return part.times.impedance.dense(), part.problem.demand_persons, part.problem.standard_min


def test_without_the_chosen_site_the_best_other_plan_is_named(tmp_path: Path, capsys: Capture) -> None:
    """Two schools of three sites: each loss is that of the best pair without the site."""
    folder, scenario = made(tmp_path, TWO)
    t, people, _ = by_hand(scenario, 0)
    totals = {pair: float(people @ t[:, [0, *pair]].min(axis=1)) for pair in ((1, 2), (1, 3), (2, 3))}
    best = min(totals, key=lambda pair: totals[pair])
    said = asked(capsys, folder)["services"][0]
    chosen = {f"c{k - 1}" for k in best}
    assert {answer["site"]["id"] for answer in said["losses"]} == chosen
    for answer in said["losses"]:
        k = int(answer["site"]["id"][1:]) + 1
        second = min((pair for pair in totals if k not in pair), key=lambda pair: totals[pair])
        assert answer["verdict"]["sure"] == "exact"
        assert answer["verdict"]["known"] == pytest.approx(totals[second] - totals[best])
        assert {site["id"] for site in answer["change"]["into"]} == {f"c{n - 1}" for n in set(second) - set(best)}
        moved = t[:, [0, *second]].min(axis=1) - t[:, [0, *best]].min(axis=1)
        assert answer["change"]["farther_persons"] == pytest.approx(people[moved > 0.1].sum())
        assert answer["change"]["nearer_persons"] == pytest.approx(people[moved < -0.1].sum())
    (rival,) = said["rivals"]
    with_it = min(total for pair, total in totals.items() if int(rival["site"]["id"][1:]) + 1 in pair)
    assert rival["verdict"]["known"] == pytest.approx(with_it - totals[best])
    assert said["other"]["verdict"]["known"] == pytest.approx(sorted(totals.values())[1] - totals[best])


def test_the_files_lie_beside_the_runs_own_which_stay(tmp_path: Path, capsys: Capture) -> None:
    scenario = write_scenario(write_case(tmp_path / "tiny"))
    assert call(capsys, "run", scenario, "--out", tmp_path / "runs", "--quiet", "--no-areas")[0] == 0
    folder = tmp_path / "runs" / "tiny_plan"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    code, printed, _ = call(capsys, "explain", folder)
    assert code == 0
    for words in ("没有它会怎样", "without it, re-optimised", "已证明", "示例数据", "synthetic data", "explain.html"):
        assert words in printed
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert set(after) - set(before) == {"explain.html", "explain.csv"}
    assert {name: after[name] for name in before} == before
    assert not [path for path in folder.parent.iterdir() if path.name.startswith((".part", ".old"))]
    page = after["explain.html"].decode("utf-8")
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)
    assert "示例数据" in page
    assert after["explain.csv"].startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader((folder / "explain.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert all("示例数据" in row["数据声明 Notice"] for row in rows)
    assert {"没有它 without it", "选它 with it"} <= {row["问题 Question"] for row in rows}


def test_quiet_prints_the_page_only(tmp_path: Path, capsys: Capture) -> None:
    folder, _ = made(tmp_path)
    code, printed, err = call(capsys, "explain", folder, "--quiet")
    assert (code, err) == (0, "")
    assert printed.strip() == str((folder / "explain.html").resolve())


def test_a_scenario_stands_for_its_run_and_is_run_where_it_has_not_been(tmp_path: Path, capsys: Capture) -> None:
    folder, scenario = made(tmp_path)
    first = asked(capsys, scenario, "--out", tmp_path / "runs")
    assert not first["made_now"]
    assert first["services"] == asked(capsys, "tiny_plan", "--out", tmp_path / "runs")["services"]
    assert first["services"] == asked(capsys, folder / "run.json")["services"]
    again = asked(capsys, scenario, "--out", tmp_path / "other")
    assert again["made_now"]
    assert again["services"] == first["services"]
    assert {"run.json", "map.html", "explain.html"} <= {path.name for path in (tmp_path / "other/tiny_plan").iterdir()}


def test_a_named_place_tells_who_serves_it_and_what_would_bring_it_within(tmp_path: Path, capsys: Capture) -> None:
    folder, scenario = made(tmp_path, SCENARIO.replace("zone_minimum", SHORT + "zone_minimum"))
    t, people, standard = by_hand(scenario, 1)
    said = asked(capsys, folder, "--place", "d6", "--service", "health_station")["services"][0]
    (point,) = said["place"]["points"]
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    opened = [0, *(int(name[1:]) + 1 for name in record["services"][1]["open"])]
    assert point["nearest"]["minutes"] == pytest.approx(t[6, opened].min())
    assert point["before"]["minutes"] == pytest.approx(t[6, 0])
    assert point["best"]["minutes"] == pytest.approx(t[6].min())
    assert (point["persons"], point["standard_min"]) == (people[6], standard[6])
    assert point["covered"] == bool(t[6, opened].min() <= standard[6])
    assert not point["covered"]
    reach = [k for k in range(1, 4) if t[6, k] <= standard[6]]
    assert said["place"]["within_reach"] == len(reach)
    for remedy in said["place"]["remedies"]:
        k = int(remedy["answer"]["site"]["id"][1:]) + 1
        assert k in reach
        assert remedy["minutes"] == pytest.approx(t[6, k])
        assert remedy["reached_persons"] == people[6]
    code, printed, _ = call(capsys, "explain", folder, "--place", "村6")
    assert code == 0
    assert "怎样才能达标" in printed


def test_a_place_may_be_a_township_and_a_part_of_a_name_will_do(tmp_path: Path, capsys: Capture) -> None:
    rows = demand_csv().replace("d3,村3", "d3,东山").replace(",村3,", ",东山村,")
    folder, _ = made(tmp_path, demand=rows)
    whole = asked(capsys, folder, "--place", "城关镇", "-s", "primary_school")["services"][0]["place"]
    assert len(whole["points"]) == 7
    part = asked(capsys, folder, "--place", "东山", "-s", "primary_school")["services"][0]["place"]
    assert [point["id"] for point in part["points"]] == ["d3"]


def test_a_site_that_was_not_chosen_is_put_in_and_one_that_was_taken_out(tmp_path: Path, capsys: Capture) -> None:
    folder, scenario = made(tmp_path)
    t, people, _ = by_hand(scenario, 0)
    totals = [float(people @ t[:, [0, k]].min(axis=1)) for k in (1, 2, 3)]
    best = int(np.argmin(totals))
    for k, total in enumerate(totals):
        (answer,) = asked(capsys, folder, "--site", f"c{k}", "-s", "primary_school")["services"][0]["sites"]
        wanted = total - min(totals) if k != best else sorted(totals)[1] - min(totals)
        assert answer["verdict"]["known"] == pytest.approx(wanted)
        if k != best:
            assert [site["id"] for site in answer["change"]["out"]] == [f"c{best}"]
            step = t[:, [0, k + 1]].min(axis=1) - t[:, [0, best + 1]].min(axis=1)
            (town,) = answer["change"]["townships"]
            assert town["person_minutes"] == pytest.approx(people @ step)
            assert town["farther_persons"] == pytest.approx(people[step > 0.1].sum())
    said = asked(capsys, folder, "--site", "f1")["services"]
    assert "现有设施" in said[0]["notes"][0][0]
    assert "不是这项服务" in said[1]["notes"][0][0]
    code, printed, _ = call(capsys, "explain", folder, "--site", "地块0")
    assert code == 0
    assert "person-min" in printed


@pytest.mark.parametrize("model", ["p_median", "capacitated_p_median"])
def test_a_plan_that_closes_a_facility_is_put_together_again(tmp_path: Path, capsys: Capture, model: str) -> None:
    """Which of the two closed is known to the record alone: the plan's own value tells it apart."""
    lon, lat = place(0, 1.02)
    rival = f"f9,隔壁,primary_school,{lon},{lat},core,城关镇,60\n"
    keys = 'new = 1\nmay_close = ["f1", "f9"]\nclose_count = 1'
    text = SCENARIO.split('\n[[services]]\nservice = "health_station"')[0]
    text = text.replace('"p_median"\nnew = 1', f'"{model}"\n{keys}')
    folder, _ = made(tmp_path, text, facilities=facilities_csv() + rival)
    (closed,) = json.loads((folder / "run.json").read_text(encoding="utf-8"))["services"][0]["closed"]
    (stays,) = {"f1", "f9"} - {closed}
    (service,) = asked(capsys, folder, "--site", stays)["services"]
    assert "the plan keeps it" in service["notes"][0][1]
    for words in (("--site", closed), ()):
        (service,) = asked(capsys, folder, *words)["services"]
        (kept,) = service["sites"]  # the other one closes in its place
        assert kept["site"]["id"] == closed
        assert "what keeping it would cost" in kept["note"][1]
        assert kept["verdict"]["known"] >= 0
        assert [site["id"] for site in kept["change"]["out"]] == [stays]


def test_a_plan_that_is_not_the_only_best_one_is_told(tmp_path: Path, capsys: Capture) -> None:
    """Each site has a twin at the same place, so an equally good plan must exist."""
    twins = candidates_csv() + candidates_csv().split("\n", 1)[1].replace("c", "t").replace("tore", "core")
    folder, _ = made(tmp_path, candidates=twins)
    for service in asked(capsys, folder)["services"]:
        verdict = service["other"]["verdict"]
        assert (verdict["sure"], verdict["known"]) == ("exact", 0.0)
        assert service["other"]["change"]["into"]
    assert "不是：至少还有一个同样好的方案" in call(capsys, "explain", folder)[1]


def test_a_budget_and_a_set_covering_scenario_can_be_explained(tmp_path: Path, capsys: Capture) -> None:
    text = SCENARIO.replace('"p_median"\nnew = 1', '"set_covering"').replace(
        "new = 1\nzone", "budget_yuan = 2_000_000\nzone"
    )
    folder, _ = made(tmp_path, text)
    first, second = asked(capsys, folder)["services"]
    assert first["objectives"] == ["number_of_new_facilities"]
    assert second["plan"]["cost_yuan"] <= 2_000_000
    assert all(answer["verdict"]["sure"] != "unanswered" for answer in (*first["losses"], *second["losses"]))


def test_a_capacitated_plan_can_be_explained(tmp_path: Path, capsys: Capture) -> None:
    folder, _ = made(tmp_path, SCENARIO.replace('"p_median"', '"capacitated_p_median"'))
    said = asked(capsys, folder, "--service", "primary_school")["services"][0]
    assert [answer["verdict"]["sure"] for answer in said["losses"]] == ["exact"]


@pytest.mark.parametrize(
    "model", ["single_source_p_median", "backup_set_covering", "lexicographic_minimax", "closest_p_median"]
)
def test_models_of_every_kind_can_be_explained(model: str, tmp_path: Path, capsys: Capture) -> None:
    """Whole points, further objectives, levels, and people who insist on the nearest site."""
    new = "" if "set_covering" in model else "\nnew = 2"
    folder, _ = made(tmp_path, SCENARIO.replace('"p_median"\nnew = 1', f'"{model}"{new}'))
    said = asked(capsys, folder, "--service", "primary_school")["services"][0]
    assert len(said["losses"]) == 2
    assert all(answer["verdict"]["sure"] in ("exact", "impossible") for answer in said["losses"])
    assert bool(said["notes"]) == (model == "lexicographic_minimax")
    assert call(capsys, "explain", folder, "--service", "primary_school")[0] == 0


@pytest.mark.parametrize(
    ("name", "remedy"), [("demand.csv", "demand.csv"), ("roads.osm", "roads.osm"), ("scenarios/plan.toml", "plan.toml")]
)
def test_inputs_that_have_changed_since_are_refused(name: str, remedy: str, tmp_path: Path, capsys: Capture) -> None:
    folder, scenario = made(tmp_path)
    path = tmp_path / "tiny" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    code, _, err = call(capsys, "explain", folder)
    assert code == 2
    assert remedy in err
    assert "已被改动" in err
    assert f"siting run {scenario}" in err.replace("\n", "")
    assert not (folder / "explain.html").exists()


def test_inputs_that_came_or_went_are_refused(tmp_path: Path, capsys: Capture) -> None:
    folder, _ = made(tmp_path)
    (tmp_path / "tiny" / "outline.geojson").write_text(
        json.dumps(
            {
                "type": "Polygon",
                "coordinates": [[[120, 29], [122, 29], [122, 30], [120, 30], [120, 29]]],
            }
        ),
        encoding="utf-8",
    )
    code, _, err = call(capsys, "explain", folder)
    assert code == 2
    assert "outline.geojson" in err
    assert "was added" in err


def test_a_plan_that_the_numbers_no_longer_give_is_refused(tmp_path: Path, capsys: Capture) -> None:
    """As where a standard or the program has changed, which no input file tells."""
    folder, _ = made(tmp_path)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    record["services"][0]["objective"] += 5
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    code, _, err = call(capsys, "explain", folder)
    assert code == 2
    assert "标准、模型文件或程序版本已改变" in err


def test_a_folder_without_a_record_and_one_without_a_plan_are_refused(tmp_path: Path, capsys: Capture) -> None:
    folder, _ = made(tmp_path)
    (folder / "run.json").write_text("{broken", encoding="utf-8")
    assert "已损坏" in call(capsys, "explain", folder)[2]
    (folder / "run.json").unlink()
    code, _, err = call(capsys, "explain", folder)
    assert code == 2
    assert "run.json" in err
    assert "siting run" in err
    assert call(capsys, "gaps", tmp_path / "tiny", "--out", tmp_path / "runs", "--quiet", "--no-areas")[0] == 0
    code, _, err = call(capsys, "explain", tmp_path / "runs" / "tiny_gaps")
    assert code == 2
    assert "没有规划方案" in err


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--place", "d66"], ["d6", "--place"]),
        (["--place", "村"], ["d0 城关镇 村0", "d6 城关镇 村6", "不止一处"]),
        (["--place", ""], ["--place"]),
        (["--site", "c9"], ["c0", "c1", "--site"]),
        (["--site", "地块"], ["c0 城关镇 地块0", "不止一处"]),
        (["--service", "primary_shool"], ["primary_school"]),
    ],
)
def test_wrong_names_give_the_nearest_ones(
    words: list[str], wanted: list[str], tmp_path: Path, capsys: Capture
) -> None:
    folder, _ = made(tmp_path)
    code, _, err = call(capsys, "explain", folder, *words)
    assert code == 2
    for text in wanted:
        assert text in err


def test_a_run_that_is_not_there_gives_the_nearest_name(tmp_path: Path, capsys: Capture) -> None:
    made(tmp_path)
    code, _, err = call(capsys, "explain", "tiny_pan", "--out", tmp_path / "runs")
    assert code == 2
    assert "tiny_plan" in err
    code, _, err = call(capsys, "explain", "nothing at all", "--out", tmp_path / "absent")
    assert code == 2
    assert "shengzhou/three_services" in err


def test_a_scenario_file_that_was_moved_can_be_named(tmp_path: Path, capsys: Capture) -> None:
    folder, scenario = made(tmp_path)
    moved = scenario.rename(scenario.with_name("moved.toml"))
    code, _, err = call(capsys, "explain", folder)
    assert code == 2
    assert "--scenario" in err
    assert call(capsys, "explain", folder, "--scenario", moved, "--quiet")[0] == 0


def test_a_requirement_of_the_scenarios_own_is_set_aside_and_its_cost_told(tmp_path: Path, capsys: Capture) -> None:
    folder, scenario = made(tmp_path)
    t, people, _ = by_hand(scenario, 0)
    totals = [float(people @ t[:, [0, k]].min(axis=1)) for k in (1, 2, 3)]
    worst = int(np.argmax(totals))
    text = SCENARIO.replace('"p_median"\nnew = 1', f'"p_median"\nnew = 1\nrequired = ["c{worst}"]')
    shutil.rmtree(folder)
    folder, _ = made(tmp_path, text)
    said = asked(capsys, folder, "-s", "primary_school")["services"][0]
    (answer,) = said["losses"]
    assert answer["note"][0]
    assert answer["verdict"]["known"] == pytest.approx(min(totals) - totals[worst])
    assert said["other"]["verdict"]["sure"] == "impossible"
    assert "代价" in call(capsys, "explain", folder)[1]


def test_the_time_limit_is_kept_and_what_is_known_is_told(tmp_path: Path) -> None:
    made(tmp_path, TWO)
    begin = time.perf_counter()
    said = explain(Request("tiny_plan", out=tmp_path / "runs", time_limit_s=0.0), Settings())
    assert time.perf_counter() - begin < 20
    assert said.interrupted
    assert all(not answer.freely for service in said.services for answer in service.losses)


def test_ctrl_c_gives_what_is_known_so_far(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressed while the first question is being answered: the rest is said to be unanswered, and the files are made."""
    import signal

    from siting.explain import desk

    folder, _ = made(tmp_path, TWO)
    solve = desk.solve

    def pressed(*words: Any, **more: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return solve(*words, **more)

    monkeypatch.setattr(desk, "solve", pressed)
    code, printed, _ = call(capsys, "explain", folder)
    assert code == 0
    assert "没有答全" in printed
    assert (folder / "explain.html").is_file()


def test_names_from_the_tables_cannot_become_markup_or_formulas(tmp_path: Path, capsys: Capture) -> None:
    lon, lat = place(4, 1)
    bad = candidates_csv().replace(f"c0,地块0,{lon},{lat}", f"c0,=<script>alert(1)</script>,{lon},{lat}")
    folder, _ = made(tmp_path, candidates=bad)
    assert call(capsys, "explain", folder, "--site", "c0", "--quiet")[0] == 0
    assert "<script" not in (folder / "explain.html").read_text(encoding="utf-8")
    rows = list(csv.reader((folder / "explain.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
