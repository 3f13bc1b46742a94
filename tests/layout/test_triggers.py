"""How many people a zone has when a school opens, against sums over the points by hand."""

from __future__ import annotations

import numpy as np
import pytest

from siting.layout.trigger_sheet import trigger_sheet
from siting.layout.triggers import needed_from, triggers
from tests.layout.shipped import course_of, posed


def test_the_trigger_is_where_the_demand_fills_the_places() -> None:
    years, demand = np.array([2025, 2026, 2027, 2028]), np.array([90.0, 100.0, 110.0, 130.0])
    assert needed_from(years, demand, 100.0, 8.0) == (800.0, 2027.0)
    never = needed_from(years, demand, 200.0, 8.0)
    assert never[0] == 1600.0
    assert np.isnan(never[1])
    assert np.isnan(needed_from(years, demand, np.inf, 8.0)).all()


def test_of_each_opening_the_residents_and_the_demand_of_its_zone() -> None:
    plan = posed("new_areas_schools")
    name = "primary_school"
    s = [part.service.id for part in plan.parts].index(name)
    plots = [
        p for p in plan.parts[s].places.tolist()
        if plan.places[p].origin == "candidate" and plan.places[p].row["zone"] == "hsr_new_town"
    ]  # fmt: skip
    (school,) = (
        p for p in plan.parts[s].places.tolist() if plan.places[p].row["zone"] == "hsr_new_town" and p not in plots
    )
    large = next(p for p in plots if len(plan.places[p].states) > 1)
    small = next(p for p in plots if p != large)
    found = triggers(course_of(plan, {(large, 1): 1, (small, 1): 0, (plots[-1], 2): 0}))
    assert set(found["service"]) == {s}
    assert list(found["place"]) == [large, small, plots[-1]]  # the larger first within a period
    assert list(found["period"]) == [1, 1, 2]
    assert set(found["kind"]) == {"open"}
    here = (plan.case.demand["zone"] == "hsr_new_town").to_numpy()
    over_time = plan.needs.over_time
    for row in found.itertuples():
        assert row.residents == pytest.approx(over_time.persons[row.period, here].sum())
        new = here & over_time.points["is_plot"].to_numpy()
        assert row.in_new_housing == pytest.approx(over_time.persons[row.period, new].sum())
        assert row.demand == pytest.approx(over_time.services[name].total[row.period, here].sum())
        assert row.trigger_residents == pytest.approx(row.places_before * row.residents / row.demand)
    today = plan.places[school].states[0].persons
    sizes = [plan.places[large].states[1].persons, plan.places[small].states[0].persons]
    assert list(found["places_before"]) == [today, today + sizes[0], today + sum(sizes)]
    assert found["trigger_year"][0] <= 2025  # the new town has more pupils than places from the start


def test_the_table_names_the_places_and_zones() -> None:
    plan = posed("new_areas_schools")
    p = next(p for p, place in enumerate(plan.places) if place.origin == "candidate")
    course = course_of(plan, {(p, 1): 0})
    sheet, (row,) = trigger_sheet(course), triggers(course).to_dict("records")
    assert sheet is not None
    (told,) = sheet.frame.to_dict("records")
    assert (told["id"], told["year"], told["kind"]) == (plan.places[p].id, 2030, "新建 new")
    assert told["persons"] == plan.places[p].states[0].persons
    assert told["residents"] == pytest.approx(row["residents"], abs=0.01)
    assert "开发区" in told["zone"] or "高铁新城" in told["zone"]


def test_nothing_opens_nothing_is_triggered() -> None:
    course = course_of(posed("new_areas_schools"), {})
    assert triggers(course).empty
    assert trigger_sheet(course) is None
