"""Futures of a scenario on the tiny case."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.case import find_case, load_case
from siting.cli.terminal import print_run
from siting.errors import InputError
from siting.futures.of_case import futures_of
from siting.network import read_roads
from siting.pipeline import run_scenario, write_outputs
from siting.prepare import Settings
from siting.render.sheets import all_sheets
from siting.results import Outlook, RunResult
from siting.scenario import find_scenario, load_scenario
from tests.tiny_case import SCENARIO, demand_csv, place, roads_xml, write_case, write_scenario

LON, LAT = place(8, 4)
FAR_EAST, FAR_LAT = place(6, 4)
# 村远 lies at the end of a road that leaves the grid by a bridge (way 91) at its north-eastern corner (node 25).
BRIDGE = (
    f'<node id="90" version="1" lon="{FAR_EAST}" lat="{FAR_LAT}"/><node id="91" version="1" lon="{LON}" lat="{LAT}"/>'
    '<way id="91" version="1"><nd ref="25"/><nd ref="90"/><tag k="highway" v="residential"/><tag k="bridge" v="yes"/>'
    '<tag k="name" v="老桥"/></way>'
    '<way id="92" version="1"><nd ref="90"/><nd ref="91"/><tag k="highway" v="residential"/></way></osm>'
)
FAR = f"far,远村,{LON},{LAT},rest,山里乡,远村,3,12,40,10\n"
FUTURES = """
[[futures]]
id = "births"
name_zh = "出生人口多两成"
name_en = "a fifth more births"
demand_factor = { age_6_11 = 1.2 }

[[futures]]
id = "villages_empty"
name_zh = "乡村人口少一半"
name_en = "half the people of the villages"
demand_factor_by_zone = { rest = 0.5 }

[[futures]]
id = "slow"
name_zh = "车速减半"
name_en = "half the speed"
speed_factor = 0.5

[[futures]]
id = "bridge"
name_zh = "老桥中断"
name_en = "the old bridge closed"
closed_roads = ["老桥"]
"""


def run(folder: Path, text: str = SCENARIO + FUTURES) -> RunResult:
    case = write_case(folder / "tiny", roads=roads_xml().replace("</osm>", BRIDGE), demand=demand_csv() + FAR)
    return run_scenario(write_scenario(case, text), Settings(service_areas=False))


def outlook(result: RunResult, service: str = "primary_school") -> Outlook:
    found = next(s for s in result.services if s.service.id == service).outlook
    assert found is not None
    return found


def rows(result: RunResult, service: str = "primary_school") -> pd.DataFrame:
    return outlook(result, service).table.set_index("id")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run(tmp_path_factory.mktemp("futures"))


def test_each_future_has_its_people(planned: RunResult) -> None:
    table = rows(planned)
    assert list(table.index) == ["base", "births", "villages_empty", "slow", "bridge"]
    assert table["probability"].tolist() == pytest.approx([0.2] * 5)
    children = sum(10 + k for k in range(7)) + 12
    assert table.loc["base", "demand_persons"] == children
    assert table.loc["births", "demand_persons"] == pytest.approx(1.2 * children)
    assert table.loc["villages_empty", "demand_persons"] == pytest.approx(children - (15 + 16 + 12) / 2)
    assert table.loc["births", "mean_min"] == pytest.approx(table.loc["base", "mean_min"])


def test_the_base_is_the_plan_itself(planned: RunResult) -> None:
    for service in planned.services:
        assert service.outlook is not None
        base, after = service.outlook.table.iloc[0], service.headline("after")
        assert base["covered_persons"] == pytest.approx(after["covered_persons"])
        assert base["mean_min"] == pytest.approx(after["mean_min"])
        assert base["regret"] == 0
        assert base["objective"] == pytest.approx(service.outcome.objective if service.outcome else None)
        assert (service.outlook.table["regret"].dropna() >= -1e-6).all()


def test_a_closed_bridge_cuts_off_the_village_behind_it_by_name(planned: RunResult) -> None:
    table = rows(planned)
    assert table.loc["bridge", "cut_off_persons"] == 12
    assert table.loc["bridge", "unreachable_persons"] == 12
    assert table.loc["slow", "cut_off_persons"] == 0
    places = outlook(planned).places
    cut = places[places["cut_off_persons"] > 0]
    assert cut[["future", "township", "village"]].values.tolist() == [["bridge", "山里乡", "远村"]]
    assert table.loc["bridge", "overfull"] == table.loc["base", "overfull"] == 0
    assert np.isfinite(table.loc["bridge", "mean_min"])  # over those who reach a school


def test_slower_roads_lengthen_the_drive_and_not_the_walk(planned: RunResult) -> None:
    table = rows(planned)
    assert table.loc["slow", "mean_min"] > table.loc["base", "mean_min"]  # the villages go by car
    walked = rows(planned, "health_station")
    assert walked.loc["slow", "covered_persons"] <= walked.loc["base", "covered_persons"]


@pytest.mark.parametrize("rule", ["expected", "regret"])
def test_a_plan_chosen_over_all_futures_is_no_worse_by_its_rule(planned: RunResult, tmp_path: Path, rule: str) -> None:
    chosen = run(tmp_path, SCENARIO.replace("\n[[services]]", f'\nrobust = "{rule}"\n\n[[services]]', 1) + FUTURES)
    for service in ("primary_school", "health_station"):
        nominal, robust = rows(planned, service), rows(chosen, service)
        if rule == "regret":
            assert robust["regret"].max() <= nominal["regret"].max() + 1e-6
        else:
            sign = -1 if service == "health_station" else 1
            of = [sign * (t["probability"] * t["objective"]).sum() for t in (robust, nominal)]
            assert of[0] <= of[1] + 1e-6
        found = next(s for s in chosen.services if s.service.id == service)
        assert found.outcome is not None
        assert found.outcome.proven
        assert all(check.passed for check in found.checks)
        worth = robust["regret"].max() if rule == "regret" else (robust["probability"] * robust["objective"]).sum()
        assert found.outcome.objective == pytest.approx(worth)


def test_tables_report_record_and_terminal_tell_of_the_futures(
    planned: RunResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets = {sheet.key: sheet for sheet in all_sheets(planned)}
    assert len(sheets["futures"].frame) == 10
    assert "老桥" in " ".join(sheets["futures"].frame["changes"])
    assert "远村" in set(sheets["futures_places"].frame["village"])
    outputs = write_outputs(planned, tmp_path / "out")
    assert "the old bridge closed: 12 people are cut off" in outputs["report.html"].read_text("utf-8")
    record = json.loads(outputs["run.json"].read_text("utf-8"))
    told = record["services"][0]["futures"]
    assert told["rule"] == "no"
    assert {row["id"]: row["cut_off_persons"] for row in told["in_each"]}["bridge"] == 12
    assert (outputs["tables"] / "futures.csv").is_file()
    print_run(planned, outputs)
    assert "被阻断 cut off: 12 人 people: 山里乡 远村 12" in capsys.readouterr().out


def test_a_run_without_futures_has_no_such_tables(tmp_path: Path) -> None:
    result = run(tmp_path, SCENARIO)
    assert not {"futures", "futures_places"} & {sheet.key for sheet in all_sheets(result)}
    assert result.futures == ()


WRONG = """
[[futures]]
id = "a"
name_zh = "甲"
name_en = "a"
probability = 0.7
demand_factor = { age_6_12 = 1.2 }
demand_factor_by_zone = { reste = 1.2, core = -1.0 }

[[futures]]
id = "a"
name_zh = "乙"
name_en = "b"
probability = 0.6
speed_factor = { residental = 0.5 }
closed_roads = ["老 桥", 12345, [120.0, 29.0]]
"""


def test_everything_that_is_wrong_is_told_at_once_with_the_nearest_word(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, SCENARIO + WRONG)
    faults = caught.value.faults
    assert [fault.value for fault in faults] == [
        "a",
        "a: 0.7, a: 0.6",
        "age_6_12",
        "reste",
        "core = -1",
        "residental",
        "老 桥",
        "12345",
        "[120.0, 29.0]",
    ]
    remedies = {fault.value: fault.remedy_en for fault in faults}
    assert remedies["age_6_12"] == "did you mean 'age_6_11'?"
    assert remedies["reste"] == "did you mean 'rest'?"
    assert remedies["residental"] == "did you mean 'residential'?"
    assert remedies["老 桥"] == "did you mean '老桥'?"
    assert "add up to 1.3" in faults[1].en


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("probability = 0.7\n", "for every future, or for none"),
        ('id = "base"\n', "cannot be written"),
    ],
)
def test_probabilities_are_for_all_and_the_base_is_not_written(tmp_path: Path, change: str, said: str) -> None:
    text = FUTURES.replace('id = "births"\n', change if change.startswith("id") else f'id = "births"\n{change}', 1)
    with pytest.raises(InputError, match=said):
        run(tmp_path, SCENARIO + text)


def test_given_probabilities_leave_the_rest_to_the_base(tmp_path: Path) -> None:
    one = FUTURES.split("[[futures]]")[1].replace('id = "births"\n', 'id = "births"\nprobability = 0.3\n')
    table = rows(run(tmp_path, f"{SCENARIO}\n[[futures]]{one}"))
    assert table["probability"].tolist() == pytest.approx([0.7, 0.3])


def test_a_rule_without_futures_is_refused(tmp_path: Path) -> None:
    text = SCENARIO.replace("\n[[services]]", '\nrobust = "regret"\n\n[[services]]', 1)
    with pytest.raises(InputError, match="there are no futures"):
        run(tmp_path, text)


def test_a_model_that_cannot_be_decided_by_the_rule_is_refused_before_any_solve(tmp_path: Path) -> None:
    text = SCENARIO.replace('"p_median"', '"p_center"').replace(
        "\n[[services]]", '\nrobust = "regret"\n\n[[services]]', 1
    )
    with pytest.raises(InputError, match="minimax regret"):
        run(tmp_path, text + FUTURES)


def test_full_schools_leave_people_without_a_place_in_the_future_with_more_births(tmp_path: Path) -> None:
    text = SCENARIO.replace('"p_median"', '"capacitated_p_median"\nnew_capacity_persons = 55')
    table = rows(run(tmp_path, text + FUTURES))  # 115 places for 103 children, or 123.6
    assert table.loc["base", "no_place_persons"] == 0
    assert table.loc["births", "no_place_persons"] == pytest.approx(8.6)
    assert np.isnan(table.loc["births", "objective"])
    assert np.isnan(table.loc["births", "regret"])
    assert table.loc["births", "best_label_en"] == "no plan is known for this future"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("demand_factor", '"a lot"'),
        ("demand_factor", '{ age_6_11 = "a lot" }'),
        ("speed_factor", "true"),
        ("closed_roads", "[[120.0, 29.0, 1.0]]"),
        ("closed_roads", "[1.5]"),
        ("closed_roads", '"老桥"'),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_once_and_says_what_may_be_written(
    tmp_path: Path, key: str, value: str
) -> None:
    path = tmp_path / "s.toml"
    path.write_text(f'{SCENARIO}\n[[futures]]\nid = "a"\nname_zh = "a"\nname_en = "a"\n{key} = {value}\n', "utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    (fault,) = caught.value.faults
    assert fault.column == f"futures[1].{key}"
    assert fault.en.startswith("must be a")


def test_the_shipped_scenario_closes_a_bridge_that_is_one() -> None:
    path = find_scenario("shengzhou/futures")
    scenario = load_scenario(path)
    case = load_case(find_case(scenario.case, path.parent))
    graph = read_roads(case.roads)
    futures = {future.id: future for future in futures_of(case, scenario, graph, "key")}
    closed = np.flatnonzero(graph.drive_forward & ~futures["bridge_closed"].graph.drive_forward)
    assert closed.size == 1
    assert not graph.kerbside[closed].any()  # a bridge
    assert sum(future.probability for future in futures.values()) == pytest.approx(1)
    town = (case.demand["zone"] == "hsr_new_town").to_numpy()
    late = futures["new_town_late"].case.population
    np.testing.assert_allclose(late[town], 0.3 * case.population[town])
    np.testing.assert_allclose(late[~town], case.population[~town])
    assert len({future.graph_key for future in futures.values()}) == 3
