"""The list of what is public fits what answers tell: what people should see is shown, of every kind of answer."""

from __future__ import annotations

import pytest

from siting.consultation.rules import Extras, load_rules
from siting.layout.answer import LayoutAnswer
from siting.prepare import Settings
from siting.publish.public import public_told
from siting.render.told_of import told_of
from siting.render.views import PointLayer, Told
from tests.layout.tiny_plan import tiny_plan
from tests.render.make_result import make_result

RULES = load_rules()


@pytest.fixture(scope="module")
def layout() -> Told:
    return LayoutAnswer(tiny_plan()).told(Settings())


def run() -> Told:
    return told_of(make_result())


def shown(told: Told) -> set[str]:
    return {layer.key for view in told.views for layer in view.layers}


def test_a_layout_plan_shows_what_the_public_should_see(layout: Told) -> None:
    told, _ = public_told(layout, RULES)
    assert {"facilities", "after", "before", "change", "lines"} <= shown(told)
    facilities = [layer for layer in told.views[-1].layers if layer.key == "facilities"]
    assert isinstance(facilities[0], PointLayer)
    names = {column.name for column in facilities[0].columns}
    assert {"persons", "load", "township"} <= names
    assert {"cost", "use", "flow", "flow_zh", "flow_en"}.isdisjoint(names)
    assert [sheet.key for sheet in told.sheets] == ["planned"]
    figures = {zh for view in told.views for zh, _, _ in view.figures}
    assert "需要的人" in figures
    assert not any("万元" in zh for zh in figures)


def test_a_run_of_one_period_shows_what_the_public_should_see() -> None:
    told, _ = public_told(run(), RULES)
    assert {"facilities", "after", "before", "change", "lines"} <= shown(told)
    assert {"area_before", "area_after", "candidates"}.isdisjoint(shown(told))
    for sheet in (*told.sheets, *(sheet for view in told.views for sheet in view.sheets)):
        assert {"lon", "lat", "cost_yuan"}.isdisjoint(column.name for column in sheet.columns)
        assert set(sheet.frame.columns) == {column.name for column in sheet.columns}
    figures = {zh for view in told.views for zh, _, _ in view.figures}
    assert {"需要的人", "标准之内（人）"} <= figures
    assert not {zh for zh in figures if zh.startswith("新建投资")}


def test_with_a_number_the_areas_are_shown() -> None:
    told, _ = public_told(run(), RULES, Extras("浙S(2026)12号"))
    assert "area_after" in shown(told)
