"""Shipped scenarios of what stands in rooms and grounds that are there: what they answer, derived again with numpy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

from siting.impedance import BoolArray
from siting.pipeline import run_scenario
from siting.prepare import Settings, ask_scenario
from siting.render.sheets import all_sheets
from siting.results import RunResult, ServiceResult
from siting.scenario import find_scenario, load_scenario

NAMES = ("aed_points", "disability_care", "shared_sports", "elderly_schools")

COVERING = ("aed_points", "shared_sports", "elderly_schools")
SETTINGS = Settings(service_areas=False)


@dataclass(frozen=True)
class Answered:
    result: RunResult
    service: ServiceResult
    near: BoolArray  # (I, S) within the standard
    sheets: dict[str, pd.DataFrame]

    @property
    def demand(self) -> np.ndarray:
        return self.service.demand["demand_persons"].to_numpy()

    def sites(self, *status: str) -> BoolArray:
        found: BoolArray = self.service.sites["status"].isin(status).to_numpy(dtype=bool)
        return found


@cache
def answered(name: str) -> Answered:
    path = find_scenario(f"shengzhou/{name}")
    result = run_scenario(path, SETTINGS)
    (service,) = result.services
    (asked,) = ask_scenario(path, SETTINGS).services
    near = asked.times.impedance.dense() <= service.demand["standard_min"].to_numpy()[:, None]
    return Answered(result, service, near, {sheet.key: sheet.frame for sheet in all_sheets(result)})


@pytest.mark.parametrize("name", NAMES)
def test_every_new_one_stands_in_a_facility_of_the_hosts(name: str) -> None:
    found = answered(name)
    (question,) = load_scenario(find_scenario(f"shengzhou/{name}")).services
    of = found.result.case.facilities.set_index("id")["service"]
    assert set(of[found.service.new_sites["id"]]) <= set(question.hosts)
    assert list(found.sheets["new_facilities"]["id"].sort_values()) == sorted(found.service.new_sites["id"])
    assert found.sheets["new_facilities"]["land"].str.startswith("附设于").all()


@pytest.mark.parametrize("name", COVERING)
def test_the_covered_are_counted_right_and_the_plan_beats_one_by_one(name: str) -> None:
    found = answered(name)
    assert found.service.outcome is not None
    assert found.service.outcome.proven
    covered = found.near[:, found.sites("existing", "new")].any(axis=1)
    assert found.service.outcome.objective == pytest.approx(found.demand @ covered)
    there = found.near[:, found.sites("existing")].any(axis=1)
    if name == "elderly_schools":  # its minima by township are no matter of one by one
        assert found.demand @ covered > found.demand @ there
        return
    candidates = found.near[:, found.sites("new", "candidate")]
    for _ in range(int(found.sites("new").sum())):
        gain = (found.demand * ~there) @ candidates
        there = there | candidates[:, int(gain.argmax())]
    assert found.demand @ covered >= found.demand @ there


@pytest.mark.parametrize("name", ["disability_care", "elderly_schools"])
def test_every_township_has_one(name: str) -> None:
    found = answered(name)
    townships = set(found.result.case.demand["township"])
    sites = found.service.sites
    before, after = (set(sites.loc[found.sites(*which), "township"]) for which in (("existing",), ("existing", "new")))
    assert before < townships
    assert after == townships
    by_township = found.sheets["coverage"]["group"].isin(townships)
    assert by_township.sum() == len(townships)  # the gap, township by township


def test_day_care_keeps_within_places_and_standard() -> None:
    found = answered("disability_care")
    sites, sent = found.service.sites, found.service.assignments
    load = sent.groupby("site_id")["persons"].sum()
    room = sites.set_index("id")["capacity_persons"]
    assert (load <= room[load.index] + 1e-6).all()
    standard = found.service.demand.set_index("id")["standard_min"]
    assert (sent["travel_time_min"].to_numpy() <= standard[sent["demand_id"]].to_numpy() + 1e-9).all()
    assert found.service.outcome is not None
    assert sent["persons"].sum() == pytest.approx(found.service.outcome.objective)
    assert found.service.outcome.gap is not None
    assert found.service.outcome.gap <= 0.01
    adults = found.result.case.demand["age_15_59"].sum()
    assert found.demand.sum() == pytest.approx(0.009 * adults)


def test_aeds_keep_within_the_budget() -> None:
    found = answered("aed_points")
    assert found.service.new_sites["cost_yuan"].sum() <= 3_000_000
    assert (found.sites("new")).sum() == 100


def test_the_schools_that_open_first_come_first_in_the_list() -> None:
    table = answered("shared_sports").sheets["new_facilities"]
    gains = table["newly_covered_persons"].to_numpy()
    assert len(table) == 25
    assert gains[0] == gains.max()
    assert "school" in table["land"].iloc[0]


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_of_these_standards_passes_as_verified(name: str) -> None:
    found = answered(name)
    assert not any(value.verified for _, value in found.service.service.sourced())
    assert any("not verified" in en for _, en in found.result.notices)
