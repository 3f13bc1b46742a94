"""Service areas on the map of a layout plan: who is reached in time lies in them, and they are of the last year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from siting.consultation.rules import load_rules
from siting.layout.answer import LayoutAnswer
from siting.layout.area_layers import area_layers, in_use
from siting.layout.facts import Facts
from siting.prepare import Settings
from siting.publish.public import public_told
from siting.render.map_style import load_style
from siting.render.views import AreaLayer, Told

from .tiny_plan import tiny_plan

KEYS = ("area_before", "area_after")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(tiny_plan())


@pytest.fixture(scope="module")
def told(facts: Facts) -> Told:
    return LayoutAnswer(facts.plan).told(Settings())


def shown_areas(facts: Facts, s: int) -> tuple[AreaLayer, ...]:
    return area_layers(facts, s, load_style())


def test_facilities_in_use_are_those_of_the_time(facts: Facts) -> None:
    sites = facts.parts[0].problem.sites["id"].to_numpy()
    assert sites[in_use(facts, 0, -1)].tolist() == ["f1"]  # the school of today, which must close
    assert sites[in_use(facts, 0, 1)].tolist() == ["c1"]  # the one that must open


def test_who_is_reached_within_the_standard_lies_in_the_area(facts: Facts) -> None:
    demand = facts.plan.posed.case.demand
    same = (demand["zone"] == "core").to_numpy()  # the zone of all sites: without polygons each has its zone's standard
    points = shapely.points(demand["lon"].to_numpy(), demand["lat"].to_numpy())
    reached = missed = 0
    for s, part in enumerate(facts.parts):
        for layer, t in zip(shown_areas(facts, s), (-1, len(facts.years) - 1), strict=True):
            (area,) = layer.frame.geometry
            minutes = np.full((len(points), len(part.places)), np.inf)
            matrix = part.times.impedance
            minutes[matrix.rows, matrix.indices] = matrix.values
            nearest = minutes[:, in_use(facts, s, t)].min(axis=1)
            inside = same & (nearest <= part.problem.standard_min)
            assert shapely.intersects(area, points)[inside].all(), (s, layer.key)
            far = same & (nearest > part.problem.standard_min * 1.3)
            assert not shapely.intersects(area, points)[far].any(), (s, layer.key)
            reached, missed = reached + int(inside.sum()), missed + int(far.sum())
    assert reached
    assert missed


def test_the_last_year_of_each_service_has_them_unseen_at_first(told: Told, facts: Facts) -> None:
    last = str(facts.years[-1])
    for view in told.views:
        areas = [layer for layer in view.layers if layer.key in KEYS]
        assert [layer.key for layer in areas] == (list(KEYS) if view.period == last else [])
        assert not any(layer.shown for layer in areas)
        assert list(view.layers[: len(areas)]) == areas  # below all else


def test_none_is_drawn_where_none_is_wanted_or_nobody_is_sent(facts: Facts) -> None:
    bare = LayoutAnswer(facts.plan).told(Settings(service_areas=False))
    assert not [layer.key for view in bare.views for layer in view.layers if layer.key in KEYS]
    plan, part = facts.plan, facts.parts[0]
    hosts = replace(part, plan=part.plan.model_copy(update={"count_people": False}))
    posed = replace(plan.posed, parts=(hosts, *plan.posed.parts[1:]))
    assert shown_areas(Facts(replace(plan, posed=posed)), 0) == ()


def test_the_public_map_knows_what_they_are(told: Told) -> None:
    public, _ = public_told(told, load_rules())
    assert {key for view in public.views for key in (layer.key for layer in view.layers)}.isdisjoint(KEYS)
