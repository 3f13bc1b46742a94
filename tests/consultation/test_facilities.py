"""Which layers people are asked about: by the one list, for the list of facilities and the opinion form alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siting.consultation.facilities import last_views, layers_of
from siting.consultation.rules import load_rules
from siting.opinions.asked import asked_of
from siting.publish.facility_list import facility_list
from siting.render.views import PointLayer, Told
from tests.render.sample_told import make_told

RULES = load_rules()


def with_key(key: str) -> Told:
    """The sample with its layer of facilities alone, under another key and shown."""
    told = make_told(hostile_title=False)
    layers = [layer for layer in told.views[0].layers if layer.key == "facilities"]
    return replace(told, views=(replace(told.views[0], layers=tuple(replace(own, key=key) for own in layers)),))


@pytest.mark.parametrize("key", ["read", "candidates", "excluded", "no such layer"])
def test_what_is_only_compared_with_is_neither_listed_nor_asked_about(key: str) -> None:
    told = with_key(key)
    assert facility_list(told, RULES).frame.empty
    asked = asked_of(told, None, RULES)
    assert (asked.facilities, asked.places) == ((), ())


@pytest.mark.parametrize("key", ["unmet", "need", "after"])
def test_people_are_places_and_no_facilities(key: str) -> None:
    told = with_key(key)
    assert facility_list(told, RULES).frame.empty
    asked = asked_of(told, None, RULES)
    assert (len(asked.facilities), len(asked.places) > 0) == (0, True)


@pytest.mark.parametrize("key", ["facilities", "leads", "ranked"])
def test_the_list_and_the_form_have_the_same_facilities(key: str) -> None:
    told = with_key(key)
    listed = facility_list(told, RULES).frame
    assert sorted(listed["id"]) == sorted(own.id for own in asked_of(told, None, RULES).facilities)
    assert len(listed) == 20


def test_each_subject_has_one_last_view() -> None:
    told = make_told(hostile_title=False)
    assert [(view.subject, view.period) for view in last_views(told)] == [("primary_school", "2035"), ("other", "2035")]
    for view in told.views:
        assert [layer.key for layer in layers_of(view, "facilities", RULES)] == ["facilities"]
        assert all(isinstance(layer, PointLayer) for layer in layers_of(view, "people", RULES))
