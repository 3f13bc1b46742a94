"""The pipeline on the tiny case, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from siting import pipeline, prepare
from siting.assemble import Problem
from siting.errors import InfeasibleError, InputError
from siting.network import read_roads, to_networkx
from siting.pipeline import evaluate_case, run_scenario
from siting.plan import Plan
from siting.prepare import Settings
from siting.provenance import certificate
from siting.results import RunResult, ServiceResult
from siting.solution import Status
from tests.tiny_case import (
    SCENARIO,
    candidates_csv,
    demand_csv,
    facilities_csv,
    place,
    roads_xml,
    write_case,
    write_scenario,
)

WALK_M_PER_MIN = 4800 / 60


def run(folder: Path, text: str = SCENARIO, **files: str) -> RunResult:
    return run_scenario(write_scenario(write_case(folder / "tiny", **files), text), Settings(service_areas=False))


SHORT = "threshold = { urban = { max_minutes = 5 }, town = { max_minutes = 5 }, rural = { max_minutes = 5 } }"


def service(result: RunResult, name: str) -> ServiceResult:
    return next(s for s in result.services if s.service.id == name)


def test_times_are_those_of_networkx_on_the_exported_graph(tmp_path: Path) -> None:
    result = run(tmp_path)
    graph = to_networkx(read_roads(result.case.roads)).to_undirected()
    position = {(round(d["x"], 6), round(d["y"], 6)): node for node, d in graph.nodes(data=True)}
    found = service(result, "health_station")
    sites = found.sites.set_index("id")
    for row in found.assignments.itertuples():
        point = result.case.demand.set_index("id").loc[row.demand_id]
        site = sites.loc[row.site_id]
        metres = nx.shortest_path_length(
            graph, position[point["lon"], point["lat"]], position[site["lon"], site["lat"]], weight="length"
        )
        assert row.travel_time_min == pytest.approx(metres / WALK_M_PER_MIN, rel=1e-3)


def test_before_and_after_agree_with_the_assignments(tmp_path: Path) -> None:
    for found in run(tmp_path).services:
        demand, sites = found.demand, found.sites.set_index("id")
        assert (demand["covered_after"] >= demand["covered_before"]).all()
        assert (demand["nearest_after_min"] <= demand["nearest_before_min"]).all()
        assert found.assignments["persons"].sum() == pytest.approx(demand["demand_persons"].sum())
        assert sites["load_after_persons"].sum() == pytest.approx(demand["demand_persons"].sum())
        assert sites.loc[sites["status"] == "candidate", "load_after_persons"].sum() == 0
        assert set(found.assignments["site_id"]) <= set(sites.index[sites["status"].isin(["existing", "new"])])


def test_the_headline_is_the_mean_over_people(tmp_path: Path) -> None:
    found = service(run(tmp_path), "primary_school")
    demand = found.demand
    row = found.headline("after")
    assert row["covered_persons"] == demand.loc[demand["covered_after"], "demand_persons"].sum()
    assert row["mean_min"] == pytest.approx(np.average(demand["nearest_after_min"], weights=demand["demand_persons"]))


def test_a_closed_facility_serves_nobody_and_the_change_shows(tmp_path: Path) -> None:
    text = SCENARIO.replace('formulation = "p_median"\nnew = 1', 'formulation = "p_median"\nnew = 1\nclose = ["f1"]')
    found = service(run(tmp_path, text), "primary_school")
    sites = found.sites.set_index("id")
    assert sites.loc["f1", "status"] == "closed"
    assert sites.loc["f1", "load_before_persons"] > 0
    assert sites.loc["f1", "load_after_persons"] == 0


def test_required_and_forbidden_candidates(tmp_path: Path) -> None:
    text = SCENARIO.replace("new = 1\n\n", 'new = 1\nrequired = ["c2"]\n\n')
    assert list(service(run(tmp_path / "a", text), "primary_school").new_sites["id"]) == ["c2"]
    text = SCENARIO.replace("new = 1\n\n", 'new = 1\nforbidden = ["c0", "c1"]\n\n')
    assert list(service(run(tmp_path / "b", text), "primary_school").new_sites["id"]) == ["c2"]


FAR_LON, FAR_LAT = place(30, 2)


def test_a_place_off_the_network_is_refused_by_name_or_listed(tmp_path: Path) -> None:
    demand = demand_csv() + f"far,远村,{FAR_LON},{FAR_LAT},rest,深山镇,远村,1,2,3,4\n"
    with pytest.raises(InfeasibleError) as caught:
        run(tmp_path / "a", demand=demand)
    assert "深山镇 远村" in (caught.value.faults[0].value or "")
    assert caught.value.faults[0].row == 9
    text = SCENARIO.replace("new = 1\n\n", 'new = 1\nout_of_reach = "list"\n\n')
    found = service(run(tmp_path / "b", text, demand=demand), "primary_school")
    far = found.demand.set_index("id").loc["far"]
    assert far["off_network"]
    assert np.isnan(far["nearest_after_min"])
    assert not far["covered_after"]
    assert far["assigned_id"] == ""
    assert found.headline("after")["unreachable_persons"] == 2


def test_a_place_beyond_the_longest_travel_time_is_listed(tmp_path: Path) -> None:
    text = SCENARIO.replace("new = 1\n\n", f'new = 3\nmax_travel_minutes = 5\n{SHORT}\nout_of_reach = "list"\n\n')
    found = service(run(tmp_path, text), "primary_school")
    assert "d1" in found.out_of_reach
    assert found.assignments["travel_time_min"].max() <= 5


def test_an_age_column_across_the_limit_is_refused(tmp_path: Path) -> None:
    demand = demand_csv().replace("age_6_11,age_12_64", "age_6_12,age_13_64")
    with pytest.raises(InputError) as caught:
        run(tmp_path, demand=demand)
    assert caught.value.faults[0].column == "age_6_12"


def test_the_evaluation_alone_equals_the_before_of_a_plan(tmp_path: Path) -> None:
    planned = run(tmp_path)
    alone = evaluate_case(planned.case.folder, Settings(service_areas=False))
    assert alone.scenario is None
    for found in alone.services:
        other = service(planned, found.service.id)
        np.testing.assert_allclose(found.demand["nearest_before_min"], other.demand["nearest_before_min"])
        assert found.headline("after")["covered_share"] == found.headline("before")["covered_share"]
        assert set(found.sites["status"]) == {"existing"}


def test_a_budget_takes_the_place_of_a_number(tmp_path: Path) -> None:
    by_number = SCENARIO.replace("new = 1\n\n", "new = 2\n\n")
    by_budget = SCENARIO.replace("new = 1\n\n", "budget_yuan = 450_000_000\n\n")
    first, second = (
        service(run(tmp_path / name, text), "primary_school") for name, text in (("n", by_number), ("b", by_budget))
    )
    assert list(first.new_sites["id"]) == list(second.new_sites["id"])
    assert second.new_sites["cost_yuan"].sum() == 400_000_000


def test_services_that_share_sites_and_modes_do_not_mix(tmp_path: Path) -> None:
    both = run(tmp_path / "both")
    alone = run(
        tmp_path / "alone", "[[services]]".join(SCENARIO.split("[[services]]")[:1] + SCENARIO.split("[[services]]")[2:])
    )
    first, second = service(both, "health_station"), service(alone, "health_station")
    np.testing.assert_allclose(first.demand["nearest_after_min"], second.demand["nearest_after_min"])
    assert list(first.new_sites["id"]) == list(second.new_sites["id"])


def test_too_few_facilities_for_the_travel_limit_name_who_is_left(tmp_path: Path) -> None:
    # Within ten minutes' walk 村1 needs c1 and 村2 needs c0: with one of them the smaller village is left.
    text = SCENARIO.replace("new = 1\n\n", f"new = 1\nmax_travel_minutes = 10\n{SHORT}\n\n")
    with pytest.raises(InfeasibleError) as caught:
        run(tmp_path, text)
    said = str(caught.value)
    assert [(fault.row, fault.value) for fault in caught.value.faults if fault.row] == [(3, "城关镇 村1：11")]
    assert "provide otherwise for 11 people of 1 demand point: 城关镇 村1 (11)" in caught.value.faults[1].remedy_en
    assert "新建 2 处（再加 1 处）" in said


def test_full_schools_name_who_has_no_place(tmp_path: Path) -> None:
    # 村1, 村2 and 村4 (37 pupils) reach only the three new schools of 11 places each.
    text = SCENARIO.replace('"p_median"', '"capacitated_p_median"\nnew_capacity_persons = 11')
    text = text.replace("new = 1\n\n", f"new = 3\nmax_travel_minutes = 10\n{SHORT}\n\n")
    with pytest.raises(InfeasibleError) as caught:
        run(tmp_path, text)
    places = [fault.value or "" for fault in caught.value.faults if fault.row]
    assert sum(float(text.rsplit("：", 1)[1]) for text in places) == 4
    said = "".join(fault.remedy_en for fault in caught.value.faults)
    assert "4 more places: " in said
    assert "provide otherwise for 4 people" in said


def test_people_sent_past_a_full_school_are_covered_but_not_assigned_within_the_standard(tmp_path: Path) -> None:
    text = SCENARIO.replace('"p_median"', '"capacitated_p_median"\nnew_capacity_persons = 90')
    full = facilities_csv().replace(",60", ",5")
    found = service(run(tmp_path, text, facilities=full), "primary_school")
    within = [
        row.persons
        for row in found.assignments.itertuples()
        if row.travel_time_min <= found.demand.set_index("id").loc[row.demand_id, "standard_min"]
    ]
    assert found.assigned_within_persons == pytest.approx(sum(within))
    assert found.assigned_within_persons < found.headline("after")["covered_persons"]


def test_places_within_the_standard_before_and_after(tmp_path: Path) -> None:
    """The pupils near the one school share its seats; the plan adds a school whose seats count in full."""
    found = service(run(tmp_path), "primary_school")
    demand, sites = found.demand.set_index("id"), found.sites.set_index("id")
    near = demand["nearest_before_min"] <= demand["standard_min"]
    pupils = demand["demand_persons"]
    assert 0 < near.sum() < len(near)
    expected = np.where(near, 1000 * 60 / pupils[near].sum(), 0)  # f1 has 60 seats
    np.testing.assert_allclose(demand["accessibility_before_per_1000"], expected)
    assert found.without_capacity("after") == 0
    seats = sites.loc[sites["status"] != "candidate", "capacity_persons"].sum()
    assert demand["accessibility_after_per_1000"] @ pupils == pytest.approx(1000 * seats)
    row = found.headline("after")
    assert row["accessibility_mean_per_1000"] == pytest.approx(1000 * seats / pupils.sum())
    assert row["accessibility_least_per_1000"] == demand["accessibility_after_per_1000"].min()
    record = certificate(found)
    assert record["before"]["accessibility_mean_per_1000"] == pytest.approx(1000 * 60 / pupils.sum())  # type: ignore[index]
    assert record["after"]["facilities_in_use"] == 2  # type: ignore[index]


def test_places_are_not_counted_where_no_capacity_of_today_is_known(tmp_path: Path) -> None:
    found = service(run(tmp_path), "health_station")
    assert found.demand[["accessibility_before_per_1000", "accessibility_after_per_1000"]].isna().all(axis=None)
    assert not found.has_accessibility
    assert (found.without_capacity("before"), found.without_capacity("after")) == (1, 1)
    assert np.isnan(found.headline("after")["accessibility_gini"])
    record = certificate(found)
    assert record["after"]["accessibility_gini"] is None  # type: ignore[index]
    assert record["after"]["facilities_without_capacity"] == 1  # type: ignore[index]


def test_places_of_known_capacities_beside_unknown_ones(tmp_path: Path) -> None:
    """A second school of unknown size next to the first changes nothing but the count of what is left out."""
    lon, lat = place(0, 1)
    rows = facilities_csv() + f"f9,二小,primary_school,{lon},{lat},core,城关镇,\n"
    alone = service(run(tmp_path / "a"), "primary_school")
    beside = service(run(tmp_path / "b", facilities=rows), "primary_school")
    assert beside.without_capacity("before") == 1
    column = "accessibility_before_per_1000"
    np.testing.assert_allclose(beside.demand[column], alone.demand[column])


def test_when_the_only_school_of_known_size_closes_nothing_is_known_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = prepare.pose

    def endless(*args: Any, **rest: Any) -> Problem:
        problem = real(*args, **rest)
        old = problem.sites["origin"] == "existing"
        return replace(
            problem, sites=problem.sites.assign(capacity_persons=problem.sites["capacity_persons"].where(old))
        )

    monkeypatch.setattr(prepare, "pose", endless)
    found = service(run(tmp_path, one_school('close = ["f1"]')), "primary_school")
    assert found.has_accessibility
    assert found.demand["accessibility_before_per_1000"].max() > 0
    assert found.demand["accessibility_after_per_1000"].isna().all()
    assert (found.without_capacity("before"), found.without_capacity("after")) == (0, 1)


OFF_LON, OFF_LAT = place(20, 2)  # some 4 km from the nearest street


def one_school(extra: str) -> str:
    return SCENARIO.split('[[services]]\nservice = "health_station"')[0].replace("new = 1\n", f"new = 1\n{extra}\n")


def test_a_facility_in_use_that_no_road_reaches_is_not_called_closed(tmp_path: Path) -> None:
    rows = facilities_csv() + f"f9,山小,primary_school,{OFF_LON},{OFF_LAT},core,城关镇,60\n"
    sites = service(run(tmp_path, facilities=rows), "primary_school").sites.set_index("id")
    assert sites.loc["f9", "off_network"]
    assert sites.loc["f9", "status"] == "existing"
    assert sites.loc["f9", "load_after_persons"] == 0


def test_a_required_site_that_no_road_reaches_is_refused(tmp_path: Path) -> None:
    rows = candidates_csv() + f"c9,山地,{OFF_LON},{OFF_LAT},core,城关镇,A33,\n"
    with pytest.raises(InputError, match="the required site has no road near") as caught:
        run(tmp_path, one_school('required = ["c9"]'), candidates=rows)
    assert caught.value.faults[0].value == "c9"


def test_a_site_on_a_footpath_serves_those_who_walk(tmp_path: Path) -> None:
    """The candidate lies on a path 870 m off the streets: no car comes near, walkers do."""
    west, (lon, lat) = place(4, 2), place(7, 2)
    path = (
        f'<node id="90" version="1" lon="{lon}" lat="{lat}"/><way id="90" version="1"><nd ref="15"/><nd ref="90"/>'
        '<tag k="highway" v="footway"/></way></osm>'
    )
    assert west == place(14 % 5, 14 // 5)  # node 15
    text = one_school('required = ["c9"]').replace("[[services]]", "[travel]\nmax_snap_m = 300\n\n[[services]]", 1)
    found = service(
        run(
            tmp_path,
            text,
            roads=roads_xml().replace("</osm>", path),
            candidates=candidates_csv() + f"c9,山地,{lon},{lat},core,城关镇,A33,\n",
        ),
        "primary_school",
    )
    assert list(found.new_sites["id"]) == ["c9"]
    assert not found.new_sites["off_network"].any()


def test_a_travel_limit_below_a_standard_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="below the coverage standard of 30 min"):
        run(tmp_path, one_school("max_travel_minutes = 29"))
    assert run(tmp_path / "equal", one_school("max_travel_minutes = 30")).services


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ('keep = ["f1"]\nclose = ["f1"]', "kept and closed at once"),
        ('required = ["c1"]\nforbidden = ["c1"]', "required and forbidden at once"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused(tmp_path: Path, extra: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        run(tmp_path, one_school(extra))


def test_a_facility_and_a_candidate_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="share an id"):
        run(tmp_path, candidates=candidates_csv().replace("c0,", "f1,"))


def test_an_evaluation_looks_as_far_as_the_longest_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "EVALUATION_LIMIT_MIN", 1.0)
    folder = write_case(tmp_path / "tiny")
    demand = evaluate_case(folder, Settings(service_areas=False), services=["primary_school"]).services[0].demand
    assert (
        service(run(tmp_path), "primary_school").demand["covered_before"].tolist() == demand["covered_before"].tolist()
    )


def test_a_plan_stopped_by_the_clock_says_that_another_run_may_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any("another run" in en for _, en in run(tmp_path / "a").notices)
    real = pipeline.make_plan

    def stopped(*args: Any) -> Plan:
        plan = real(*args)
        outcome = replace(plan.solution.outcome, status=Status.TIME_LIMIT)
        return replace(plan, solution=replace(plan.solution, outcome=outcome))

    monkeypatch.setattr(pipeline, "make_plan", stopped)
    assert any("another run" in en for _, en in run(tmp_path / "b").notices)


def with_senior_high() -> str:
    lon, lat = place(3, 3)
    return facilities_csv() + f"f3,一中,senior_high,{lon},{lat},core,城关镇,600\n"


def test_an_evaluation_leaves_out_a_service_whose_ages_cannot_be_told_and_says_so(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "tiny", facilities=with_senior_high())
    result = evaluate_case(folder, Settings(service_areas=False))
    assert [service.service.id for service in result.services] == ["primary_school", "health_station"]
    (notice,) = [en for _, en in result.notices if "not evaluated" in en]
    assert notice == (
        "a service is not evaluated: Senior high school serves ages 15-17; the column lies across that limit "
        "(column age_12_64)"
    )


@pytest.mark.parametrize("services", [["senior_high"], ["primary_school", "senior_high"]])
def test_a_service_asked_for_by_name_is_refused_where_its_ages_cannot_be_told(
    tmp_path: Path, services: list[str]
) -> None:
    folder = write_case(tmp_path / "tiny", facilities=with_senior_high())
    with pytest.raises(InputError, match="lies across that limit"):
        evaluate_case(folder, Settings(service_areas=False), services=services)


def test_an_evaluation_with_nothing_left_is_refused(tmp_path: Path) -> None:
    header, _, _, school = with_senior_high().strip().split("\n")
    folder = write_case(tmp_path / "tiny", facilities=f"{header}\n{school}\n")
    with pytest.raises(InputError, match="lies across that limit"):
        evaluate_case(folder, Settings(service_areas=False))


def test_a_plan_that_overfills_facilities_says_so_and_names_the_fullest(tmp_path: Path) -> None:
    def told(folder: Path, capacity: int) -> tuple[RunResult, list[str]]:
        text = facilities_csv().replace("城关镇,60", f"城关镇,{capacity}")
        result = run(folder, facilities=text)
        return result, [en for _, en in result.notices if "more people than they hold" in en]

    assert told(tmp_path / "a", 5000)[1] == []
    result, (notice,) = told(tmp_path / "b", 2)
    school = service(result, "primary_school")
    (load,) = school.sites.loc[school.sites["id"] == "f1", "load_after_persons"]
    assert load > 2
    assert notice.startswith("Primary school: 1 of 2 facilities")
    assert f"一小 ({load:,.0f} / 2 " in notice
