"""The shipped scenarios for emergencies: what they answer, derived again with numpy from travel times and tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.evaluation.vehicles import chance_of_one_free, vehicles_today, vehicles_within
from siting.impedance import ImpedanceMatrix
from siting.pipeline import run_scenario
from siting.prepare import Settings, ask_scenario
from siting.render.report_page import report_values, write_report
from siting.render.sheets import all_sheets
from siting.render.told_of import told_of
from siting.render.view_map import render_views
from siting.results import RunResult, ServiceResult
from siting.scenario import find_scenario
from tests.render.browser import open_browser, open_page

BUSY, FLEET = 0.3, 23


@dataclass(frozen=True)
class Answered:
    result: RunResult
    service: ServiceResult
    minutes: np.ndarray  # (I, S)
    sheets: dict[str, pd.DataFrame]


def answered(name: str) -> Answered:
    settings = Settings(service_areas=False)
    path = find_scenario(name)
    result = run_scenario(path, settings)
    minutes = ask_scenario(path, settings).services[0].times.impedance.dense()
    sheets = {sheet.key: sheet.frame for sheet in all_sheets(result)}
    return Answered(result, result.services[0], minutes, sheets)


@pytest.fixture(scope="module")
def ambulances() -> Answered:
    return answered("shengzhou/ambulances")


@pytest.fixture(scope="module")
def surge() -> Answered:
    return answered("shengzhou/surge_beds")


def test_every_ambulance_stands_at_an_open_station(ambulances: Answered) -> None:
    sites = ambulances.service.sites
    in_use = sites["status"].isin(["existing", "new"])
    assert sites["vehicles"].sum() == FLEET == np.ceil(ambulances.result.case.population.sum() / 30_000)
    assert (sites.loc[in_use, "vehicles"] >= 1).all()
    assert (sites.loc[~in_use, "vehicles"] == 0).all()
    assert (sites["status"] == "new").sum() == 3
    assert (sites["status"] == "existing").sum() == 11
    assert ambulances.service.outcome is not None
    assert ambulances.service.outcome.proven


def test_the_chance_is_that_of_the_vehicles_within_the_standard(ambulances: Answered) -> None:
    demand, sites = ambulances.service.demand, ambulances.service.sites
    near = ambulances.minutes <= demand["standard_min"].to_numpy()[:, None]
    total = {}
    for when, column in (("before", "vehicles_before"), ("after", "vehicles")):
        count = near @ sites[column].to_numpy()
        np.testing.assert_array_equal(demand[f"vehicles_{when}"], count)
        np.testing.assert_allclose(demand[f"expected_{when}"], 1 - BUSY**count, atol=1e-12)
        total[when] = float(demand["demand_persons"] @ (1 - BUSY**count))
    assert ambulances.service.outcome is not None
    assert total["after"] == pytest.approx(ambulances.service.outcome.objective, rel=1e-9)
    assert total["before"] < total["after"]


def test_todays_ambulances_are_those_of_the_ledger(ambulances: Answered) -> None:
    ledger = ambulances.result.case.facilities.set_index("id")["vehicles"]
    sites = ambulances.service.sites.set_index("id")
    existing = sites[sites["status"] == "existing"]
    assert existing["vehicles_before"].tolist() == ledger[existing.index].tolist()
    assert existing["vehicles_before"].sum() == 21
    assert not sites["vehicles_assumed"].any()


@pytest.mark.parametrize("key", ["vehicle_townships", "vehicle_villages"])
def test_the_tables_of_places_add_up(ambulances: Answered, key: str) -> None:
    demand, table = ambulances.service.demand, ambulances.sheets[key]
    people = demand["demand_persons"].to_numpy()
    assert table["persons"].sum() == pytest.approx(people.sum())
    for when in ("before", "after"):
        count = demand[f"vehicles_{when}"].to_numpy()
        for name, share in (("expected", 1 - BUSY**count), ("reached", count >= 1), ("backup", count >= 2)):
            whole = float(table["persons"] @ table[f"{name}_share_{when}"])
            assert whole == pytest.approx(float(people @ share), rel=1e-5)
    row = table.iloc[len(table) // 2]
    mine = demand["township"] == row["township"]
    if key == "vehicle_villages":
        mine &= demand["village"] == row["village"]
    expected = np.average(1 - BUSY ** demand.loc[mine, "vehicles_after"], weights=demand.loc[mine, "demand_persons"])
    assert row["expected_share_after"] == pytest.approx(expected, abs=1e-6)


def test_every_village_is_listed_the_worst_first(ambulances: Answered) -> None:
    demand, table = ambulances.service.demand, ambulances.sheets["vehicle_villages"]
    lived_in = demand[demand["demand_persons"] > 0]
    assert set(zip(table["township"], table["village"], strict=True)) == set(
        zip(lived_in["township"], lived_in["village"], strict=True)
    )
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert table["expected_share_after"].is_monotonic_increasing


def test_the_report_names_the_twenty_worst_villages(ambulances: Answered, tmp_path: Path) -> None:
    write_report(ambulances.result, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    worst = ambulances.sheets["vehicle_villages"].head(20)
    told = report_values(ambulances.result)["services"][0]["arrival"]  # type: ignore[index]
    assert [row["village"] for row in told["worst"]] == worst["village"].tolist()
    assert all(village in page for village in worst["village"])
    assert "最差的 20 个村" in page
    assert "由 21 辆变为 23 辆" in page


def test_the_map_knows_the_chance_at_every_place(ambulances: Answered) -> None:
    layer = next(layer for layer in told_of(ambulances.result).views[0].layers if layer.key == "after")
    for name in ("expected_before", "expected_after"):
        np.testing.assert_array_equal(layer.frame[name], ambulances.service.demand[name])


@pytest.mark.browser
def test_a_click_on_a_place_tells_the_chance(ambulances: Answered, tmp_path: Path) -> None:
    render_views(told_of(ambulances.result), tmp_path / "map.html")
    demand = ambulances.service.demand
    k = int(np.flatnonzero((demand["expected_after"] > demand["expected_before"]) & (demand["demand_persons"] > 0))[0])
    with open_browser() as browser, open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector("html[data-ready=true]")
        page.evaluate("id => siting.show(0, 'after', id)", demand.loc[k, "id"])
        told = page.locator(".popup dt", has_text="空闲车辆").evaluate_all(
            "nodes => nodes.map(node => node.nextElementSibling.textContent)"
        )
        seen.check()
    assert told == [f"{100 * demand.loc[k, f'expected_{when}']:.1f}%" for when in ("before", "after")]


def test_a_plan_without_vehicles_has_no_such_tables(surge: Answered) -> None:
    assert not {"vehicles", "vehicle_townships", "vehicle_villages"} & set(surge.sheets)
    layer = next(layer for layer in told_of(surge.result).views[0].layers if layer.key == "after")
    assert not [column for column in layer.columns if column.name.startswith("expected")]


def test_everybody_has_a_designated_bed_in_reach(surge: Answered) -> None:
    service = surge.service
    sites = service.sites.set_index("id")
    designated = sites[sites["status"] == "existing"]
    assert len(designated) == 10
    assert (sites["status"] == "closed").sum() == 8
    assert (sites["status"] == "new").sum() == 0
    trips = service.assignments
    need = service.demand["demand_persons"].sum()
    assert need == pytest.approx(surge.result.case.population.sum() / 1000)
    assert trips["persons"].sum() == pytest.approx(need)
    assert set(trips["site_id"]) <= set(designated.index)
    cleared = trips.groupby("site_id")["persons"].sum().reindex(designated.index, fill_value=0.0)
    assert (cleared <= designated["capacity_persons"] + 1e-6).all()
    assert trips["travel_time_min"].max() <= 90
    rows = {key: k for k, key in enumerate(service.demand["id"])}
    columns = {key: k for k, key in enumerate(service.sites["id"])}
    there = surge.minutes[trips["demand_id"].map(rows), trips["site_id"].map(columns)]
    np.testing.assert_allclose(trips["travel_time_min"], there)
    assert service.outcome is not None
    assert trips["persons"] @ there == pytest.approx(service.outcome.objective, rel=1e-6)
    assert service.outcome.gap is not None


def test_one_vehicle_is_taken_where_the_ledger_does_not_tell() -> None:
    ledger, existing = pd.Series([2.0, np.nan, np.nan]), np.array([True, True, False])
    vehicles, assumed = vehicles_today(ledger, existing)
    assert vehicles.tolist() == [2.0, 1.0, 0.0]
    assert assumed.tolist() == [False, True, False]


def test_vehicles_count_within_the_standard_only() -> None:
    minutes = ImpedanceMatrix.from_dense(np.array([[3.0, 9.0], [np.inf, 5.0], [6.1, np.inf]]), "min")
    count = vehicles_within(minutes, np.array([9.0, 5.0, 6.0]), np.array([2.0, 1.0]))
    assert count.tolist() == [3.0, 1.0, 0.0]
    np.testing.assert_allclose(chance_of_one_free(count, 0.5), [0.875, 0.5, 0.0])
