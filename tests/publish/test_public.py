"""What is public of an answer: only what the list names, whatever else is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siting.consultation.rules import Columns, Extras, Rules, load_rules
from siting.publish.facility_list import facility_list
from siting.publish.public import public_told
from siting.render.columns import Column, make_sheet
from siting.render.encode import encode_points, encode_polygons
from siting.render.view_map import views_html
from siting.render.views import AreaLayer, LineLayer, PointLayer, Told, View
from tests.publish.an_answer import COST, OWNER, an_answer, facility_frame, people_frame

RULES = load_rules()
NUMBER = "浙S(2026)12号"


def layers_of(told: Told) -> Iterator[PointLayer | LineLayer | AreaLayer]:
    for view in told.views:
        yield from view.layers


def texts_of(told: Told) -> str:
    """Everything that the public answer says, and its map page."""
    parts = [views_html(told), json.dumps(told.record, ensure_ascii=False), str(told.sections)]
    parts += [layer.frame.to_csv() for layer in layers_of(told)]
    sheets = [*told.sheets, *(sheet for view in told.views for sheet in view.sheets), facility_list(told, RULES)]
    parts += [sheet.frame.to_csv() for sheet in sheets]
    return "\n".join(parts)


def with_view(told: Told, change: View) -> Told:
    return replace(told, views=(change, *told.views[1:]))


def test_costs_and_persons_are_nowhere() -> None:
    told, _ = public_told(an_answer(), RULES)
    text = texts_of(told)
    for secret in ("4321", "4,321", "43210000", OWNER, "张三丰", "地主甲"):
        assert secret not in text, secret
    assert f"{COST:g}" in texts_of(public_told(an_answer(), RULES, Extras(costs=True))[0])


def test_costs_that_are_asked_for_do_not_bring_persons() -> None:
    text = texts_of(public_told(an_answer(), RULES, Extras(NUMBER, costs=True, candidates=True))[0])
    assert OWNER not in text


def test_no_true_place_is_told() -> None:
    told, found = public_told(an_answer(), RULES, Extras(candidates=True))
    true = {
        tuple(place)
        for frame in (people_frame(), facility_frame())
        for place in np.round(frame[["lon", "lat"]].to_numpy(), 6).tolist()
    }
    text = texts_of(told)
    for lon, lat in true:
        assert f"{lon:.4f}" not in text or f"{lat:.4f}" not in text
    for layer in layers_of(told):
        ends = ("from_", "to_") if isinstance(layer, LineLayer) else ("",)
        for end in ends:
            places = layer.frame[[f"{end}lon", f"{end}lat"]].to_numpy().tolist()
            assert true.isdisjoint(map(tuple, np.round(places, 6).tolist()))
    for frame in (people_frame(), facility_frame()):
        assert encode_points(frame["lon"], frame["lat"]) not in text
    assert 0 < found.moved_m <= 71


def test_lines_end_where_the_points_are_shown() -> None:
    told, _ = public_told(an_answer(), RULES)
    layers = {layer.key: layer.frame for layer in told.views[0].layers}
    points = set(map(tuple, layers["after"][["lon", "lat"]].to_numpy().tolist()))
    facilities = set(map(tuple, layers["facilities"][["lon", "lat"]].to_numpy().tolist()))
    assert set(map(tuple, layers["lines"][["from_lon", "from_lat"]].to_numpy().tolist())) <= points
    assert set(map(tuple, layers["lines"][["to_lon", "to_lat"]].to_numpy().tolist())) <= facilities


def test_no_few_people_are_told() -> None:
    told, found = public_told(an_answer(), RULES, Extras(NUMBER))
    public = {name for rule in RULES.layers.values() for name in rule.people}
    public |= {name for rule in RULES.sheets.values() for name in rule.people}
    frames = [layer.frame for layer in layers_of(told)] + [sheet.frame for sheet in told.sheets]
    frames += [sheet.frame for view in told.views for sheet in view.sheets] + [facility_list(told, RULES).frame]
    seen = 0
    for frame in frames:
        for name in (public - {"persons"}) & set(frame.columns):
            for value in frame[name]:
                seen += 1
                assert not re.fullmatch(r"[1-9](\.\d+)?", str(value)), (name, value)
    assert seen > 100
    assert found.suppressed > 50
    catchment = next(layer for layer in layers_of(told) if isinstance(layer, AreaLayer))
    assert catchment.columns == ()  # its counts are not under a listed name here
    figures = [text for view in told.views for zh, _, text in view.figures if zh == "没有着落（人）"]
    assert figures == ["<10 → <10"] * 2


def test_sizes_of_symbols_tell_no_few_people() -> None:
    told, _ = public_told(an_answer(), RULES)
    points = next(layer for layer in layers_of(told) if layer.key == "after")
    assert isinstance(points, PointLayer)
    assert points.weight is not None
    weights, need = points.frame[points.weight], people_frame()["need"]
    assert set(weights[(need > 0) & (need < 10)]) == {5.0}
    assert set(weights[need >= 10]) == {10.0, 20.0, 30.0, 40.0}


def test_shares_in_charts_are_of_ten_people_at_least() -> None:
    """780 people: a step of 5 %; nobody is known of the second township."""
    assert people_frame()["need"].sum() == 780
    told, found = public_told(an_answer(), RULES)
    charts = {bars.zh: bars for bars in told.views[0].bars}
    assert set(charts) == {"各乡镇标准之内的人", "单程时间分布（人数占比）"}
    assert charts["各乡镇标准之内的人"].rows == (("甲镇", "Jia", 0.95, 1.0),)
    assert charts["各乡镇标准之内的人"].colours == ("#111111",)
    assert charts["单程时间分布（人数占比）"].rows == (("0–5 分钟", "0-5 min", 0.1, 0.05),)
    said = {left.what[0] for left in found.left_out}
    assert "图表“小学·新图表”" in said
    assert "图表“小学·各乡镇标准之内的人”的“乙镇”" in said


def test_what_changes_for_whom_is_told_only_of_public_columns() -> None:
    told, _ = public_told(an_answer(), RULES)
    points = next(layer for layer in layers_of(told) if layer.key == "after")
    assert isinstance(points, PointLayer)
    assert [moment.zh for moment in points.moments] == ["规划后"]


def test_boundaries_are_not_in_the_page_without_a_number() -> None:
    answer = an_answer()
    assert answer.place.outline is not None
    assert answer.place.zone_shapes is not None
    shapes = [
        encode_polygons(frame.geometry, tolerance=3e-5)["c"]
        for frame in (answer.place.outline, answer.place.zone_shapes)
    ]
    plain = views_html(public_told(answer, RULES)[0])
    page = views_html(public_told(answer, RULES, Extras(NUMBER))[0])
    for corners in map(json.dumps, shapes):
        assert corners not in plain
        assert corners in page
    assert not any(isinstance(layer, AreaLayer) for layer in layers_of(public_told(answer, RULES)[0]))
    assert "审图号" not in plain
    assert NUMBER in page
    west, south, east, north = answer.place.outline.total_bounds
    for side in (west, south, east, north):
        assert f"{side:.5f}" not in plain


def test_internal_layers_only_when_asked() -> None:
    assert "candidates" not in {layer.key for layer in layers_of(public_told(an_answer(), RULES)[0])}
    asked = public_told(an_answer(), RULES, Extras(candidates=True))[0]
    assert "candidates" in {layer.key for layer in layers_of(asked)}
    assert not facility_list(asked, RULES).frame["name"].eq("地主甲").any()  # not facilities of the plan


def test_the_report_and_the_record_stay_inside() -> None:
    told, _ = public_told(an_answer(), RULES)
    assert told.sections == ()
    assert told.record == {"scenario": {"id": "sample"}}
    assert told.inputs == {}


def test_a_new_column_does_not_get_out_by_itself() -> None:
    answer = an_answer()
    view = answer.views[0]
    facilities = view.layers[-1]
    assert isinstance(facilities, PointLayer)
    new = replace(
        facilities, frame=facilities.frame.assign(secret="新列秘密"),
        columns=(*facilities.columns, Column("secret", "新列", "New column")), label="secret",
    )  # fmt: skip
    told, found = public_told(with_view(answer, replace(view, layers=(*view.layers[:-1], new))), RULES)
    assert "新列" not in texts_of(told)
    assert any("新列" in left.what[0] for left in found.left_out)


@pytest.mark.parametrize("key", ["secret", "townships"])
def test_a_new_layer_does_not_get_out_by_itself(key: str) -> None:
    answer = an_answer()
    view = answer.views[0]
    new = replace(view.layers[-1], key=key, zh="新图层秘密")
    told, found = public_told(with_view(answer, replace(view, layers=(*view.layers, new))), RULES)
    assert "新图层" not in texts_of(told)
    assert any("新图层" in left.what[0] for left in found.left_out)


def test_a_layer_of_another_shape_under_a_listed_key_does_not_get_out() -> None:
    answer = an_answer()
    view = answer.views[0]
    area = replace(view.layers[0], key="facilities", zh="冒名的片区")
    told, _ = public_told(with_view(answer, replace(view, layers=(area,))), RULES)
    assert told.views[0].layers == ()


def test_a_new_table_and_a_new_figure_do_not_get_out_by_themselves() -> None:
    answer = an_answer()
    sheet = make_sheet("new", ("新表", "New"), (Column("a", "甲", "A"),), pd.DataFrame({"a": ["新表秘密"]}))
    view = answer.views[0]
    changed = replace(view, sheets=(sheet,), figures=(("新指标", "New figure", "新指标秘密"),))
    told, found = public_told(replace(with_view(answer, changed), sheets=(sheet,)), RULES)
    assert "秘密" not in texts_of(told)
    assert {"表“新表”", "指标“新指标”"} <= {left.what[0] for left in found.left_out}


@pytest.mark.parametrize(
    ("column", "treatment"),
    [
        (Column("a", "甲", "A"), "plain"),
        (Column("a", "甲", "A", "yuan"), "money"),
        (Column("a", "投资（万元）", "A", "count"), "money"),
        (Column("a", "甲", "Cost", "count"), "money"),
        (Column("a", "甲", "A", "persons"), ""),
        (Column("b", "甲", "A", "persons"), "plain"),
        (Column("c", "甲", "A", "persons"), "people"),
        (Column("d", "甲", "A"), ""),
    ],
)
def test_a_column_is_what_its_kind_and_header_say(column: Column, treatment: str) -> None:
    assert Columns(plain={"a"}, places={"b"}, people={"c"}).treatment(column) == treatment


def test_rounding_finer_than_what_is_hidden_is_refused() -> None:
    raw = RULES.model_dump(by_alias=True) | {"round_persons_to": 5}
    with pytest.raises(ValueError, match="round_persons_to"):
        Rules.model_validate(raw)


def test_all_that_is_shown_and_left_out_is_listed() -> None:
    told, found = public_told(an_answer(), RULES)
    assert {(shown.name[0], shown.rows) for shown in found.layers} == {("居民点", 40), ("去哪里", 40), ("学校", 5)}
    assert {shown.name[0] for shown in found.tables} == {
        "变动的设施", "规划一览表", "各乡镇标准之内的人", "单程时间分布（人数占比）",
    }  # fmt: skip
    assert len(found.figures) == sum(len(view.figures) for view in told.views)
    said = " ".join(left.what[0] for left in found.left_out)
    for word in ("户主", "联系人", "费用", "现状一览表", "行政区域范围线", "报告“投资”", "校长姓名"):
        assert word in said


def test_the_public_are_told_what_was_done() -> None:
    told, _ = public_told(an_answer(), RULES)
    said = "".join(zh for zh, _ in told.notices)
    assert "道路为合成数据" in said
    assert "不表示行政区域界线" in said
    assert "100 米格网" in said
    assert "不足 10 人" in said


def test_the_answer_itself_is_not_changed() -> None:
    answer = an_answer()
    before = [layer.frame.copy() for layer in layers_of(answer)]
    public_told(answer, RULES)
    for layer, frame in zip(layers_of(answer), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(layer.frame), pd.DataFrame(frame))


def test_a_notice_that_may_tell_people_is_left_to_a_person() -> None:
    """The case's own notice and those on the list are published; any other is told in the review."""
    told = an_answer()
    own = ("案例自己的声明", "The case's own")
    info = told.place.info.model_copy(update={"notice_zh": own[0], "notice_en": own[1]})
    full = ("小学：最满的是甲校（1,237 / 900 人）", "Primary school: fullest is A (1,237 / 900 persons)")
    unverified = ("有 2 项标准数值未经核实，详见所附的标准与假设", "2 values of the standards are not verified")
    notices = (own, full, unverified)
    public, found = public_told(replace(told, place=replace(told.place, info=info), notices=notices), RULES)
    assert [notice for notice in public.notices if notice in notices] == [own, unverified]
    assert [left.what[1] for left in found.left_out if "1,237" in left.what[1]] == [f"notice: {full[1]}"]
