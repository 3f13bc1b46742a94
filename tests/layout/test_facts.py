"""Facts of a plan against the assignments that they come from."""

from __future__ import annotations

import numpy as np
import pytest

from siting.layout.facts import Facts
from siting.layout.moves import NOWHERE

from .tiny_plan import tiny_plan


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(tiny_plan())


def number(facts: Facts, name: str) -> int:
    return next(p for p, place in enumerate(facts.plan.posed.places) if place.id == name)


def test_moves_add_up_to_the_loads_of_both_courses(facts: Facts) -> None:
    for when, course in (("before", facts.plan.before), ("after", facts.plan.after)):
        placed = facts.moves[facts.moves[when] != NOWHERE]
        load = np.zeros_like(course.load)
        np.add.at(load, (placed[when].to_numpy(), placed["period"].to_numpy()), placed["persons"].to_numpy())
        np.testing.assert_allclose(load, course.load, atol=1e-6)
    assert facts.moves["persons"].sum() == pytest.approx(facts.plan.posed.demand["persons"].sum())


def test_people_of_one_point_do_not_gain_and_lose_at_once(facts: Facts) -> None:
    rows = facts.moves.groupby(["service", "group", "period", "point"])["gain"]
    assert not ((rows.min() < -1e-9) & (rows.max() > 1e-9)).any()
    net = rows.sum()
    people = [course.people.set_index(net.index.names)["within"] for course in (facts.plan.before, facts.plan.after)]
    np.testing.assert_allclose(net, (people[1] - people[0]).loc[net.index], atol=1e-6)
    assert (net < -1).any()  # the school that closes was near somebody
    assert (net > 1).any()


def test_figures_are_those_of_the_people(facts: Facts) -> None:
    for s in range(2):
        for t in range(2):
            found, own = facts.figures(s, t), {}
            for when, course in (("before", facts.plan.before), ("after", facts.plan.after)):
                assigned = course.assigned
                assigned = assigned[(assigned["service"] == s) & (assigned["period"] == t)]
                own[when] = (
                    assigned.loc[assigned["within"], "persons"].sum(),
                    np.average(assigned["minutes"], weights=assigned["persons"]),
                    found.need - assigned["persons"].sum(),
                )
            assert found.within_before == pytest.approx(own["before"][0])
            assert found.within_after == pytest.approx(own["after"][0])
            assert found.minutes_before == pytest.approx(own["before"][1])
            assert found.minutes_after == pytest.approx(own["after"][1])
            assert found.without_after == pytest.approx(own["after"][2], abs=1e-6)


def test_status_of_each_year(facts: Facts) -> None:
    school, plot = number(facts, "f1"), number(facts, "c1")
    assert [facts.status(school, t) for t in range(2)] == ["kept", "merged"]
    assert [facts.status(plot, t) for t in range(2)] == ["later", "new"]
    assert facts.changes_at(plot) == [1]
    figures = facts.figures(0, 1)
    assert (figures.opened, figures.closed, figures.expanded) == (1, 1, 0)
    assert figures.yuan == pytest.approx(facts.yuan[[school, plot], 1].sum())
    assert figures.yuan > 0


def test_points_hold_everybody(facts: Facts) -> None:
    points, figures = facts.points(0, 1), facts.figures(0, 1)
    assert points["need"].sum() == pytest.approx(figures.need)
    assert points["within_after"].sum() == pytest.approx(figures.within_after)
    assert set(points["place_before"]) <= {number(facts, "f1"), NOWHERE}
    assert set(points["place_after"]) <= {number(facts, "c1"), NOWHERE}
