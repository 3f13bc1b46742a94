"""What a planner reads of a question without a plan, conflict by conflict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from siting.doctor import NoPlanError
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import load_formulation, with_objective
from siting.formulation.spec import Limit
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.solving.optimise import solve
from tests.formulation.small import six_points

ZONES = ["core", "core", "core", "hill", "hill", "hill"]
NAMES = {"core": "老城 Old Town", "hill": "山区 Hills", "j1": "一小", "i5": "五村"}
PLACE = np.array([0.0, 1, 2, 10, 11, 12])
APART = np.abs(PLACE[:, None] - PLACE[None])
TWO_PARTS = Adjacency.from_pairs([0, 1, 3, 4], [1, 2, 4, 5], 6)
ONE_PART = Adjacency.from_pairs([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], 6)


def sites(*places: int) -> np.ndarray[Any, Any]:
    return np.isin(np.arange(6), places)


def near(**numbers: Any) -> Instance:
    """The six villages with a travel limit of two minutes."""
    return Instance.from_arrays(np.where(APART <= 2, APART, np.inf), [1, 2, 3, 3, 2, 1], **numbers)


CASES: dict[str, tuple[str, Instance, list[str], list[str]]] = {
    "a standard that no site meets": (
        "set_covering",
        six_points(standard=0.5, forbidden=sites(4)),
        ["把 1 个需求点共 2 人另行安排：五村", "把标准从 0.5 放宽到 1.0 分钟：五村", "允许开放 1 处禁选地点：j5"],
        ["a standard of 1.0 instead of 0.5 min for 1 demand point (2 people): 五村", "let forbidden sites open: j5"],
    ),
    "a budget too small to cover all": (
        "set_covering",
        six_points(standard=1.0, budget=3_000_000.0, fixed_cost=2_000_000.0),
        ["预算加到 4,000,000 元（再加 1,000,000 元）", "放宽到 10.0 分钟"],
        ["raise the budget to 4,000,000 yuan (1,000,000 more)", "provide otherwise for 6 people of 3 demand points"],
    ),
    "too few facilities for all people": (
        "capacitated_p_median",
        six_points(p=2, capacity=3.0, existing=sites(0)),
        ["新建 3 处（再加 1 处）", "扩容共 3 个名额", "共 3 人另行安排"],
        ["open 3 new facilities (1 more)", "3 more places", "provide otherwise for 3 people"],
    ),
    "capacity enough in all but not within reach": (
        "capacitated_p_median",
        near(p=2, capacity=[12.0, 12, 12, 4, 4, 4]),
        ["扩容共 2 个名额：j4 +2", "另行安排：i4（2 人）", "新建 3 处"],
        ["2 more places: j4 +2", "provide otherwise for 2 people of 1 demand point: i4 (2)"],
    ),
    "a zone's minimum against the budget": (
        "p_median",
        six_points(budget=5.0, fixed_cost=2.0, site_zone=ZONES, zone_minimum={"core": 3}),
        ["把片区 老城 Old Town 的下限从 3 降到 2", "预算加到 6 元（再加 1 元）"],
        ["lower the minimum of zone 老城 Old Town from 3 to 2", "at least 3 new facilities in zone 老城 Old Town"],
    ),
    "zone minima against p": (
        "maximal_covering",
        six_points(p=2, standard=1.0, site_zone=ZONES, zone_minimum={"core": 2, "hill": 1}),
        ["把片区 老城 Old Town 的下限从 2 降到 1", "把片区 山区 Hills 的下限从 1 降到 0", "新建 3 处（再加 1 处）"],
        ["open 3 new facilities (1 more)", "lower the minimum of zone 山区 Hills from 1 to 0"],
    ),
    "required sites against the budget": (
        "p_median",
        six_points(budget=3.0, fixed_cost=[2.0, 1, 3, 1, 1, 1], required=sites(0, 2)),
        ["不再必选 1 处：j3", "再加 2 元"],
        ["no longer require j3", "raise the budget to 5 yuan (2 more)"],
    ),
    "zone maxima against p": (
        "p_median",
        six_points(p=3, site_zone=ZONES, zone_maximum={"core": 1, "hill": 1}),
        ["只新建 2 处（减少 1 处）", "把片区 老城 Old Town 的上限从 1 提高到 2"],
        ["open only 2 new facilities (1 fewer)", "raise the maximum of zone 山区 Hills from 1 to 2"],
    ),
    "closings that leave people uncovered": (
        "set_covering",
        six_points(
            standard=1.0, existing=sites(1, 4), closable=sites(1, 4), closures=1, budget=1.0, fixed_cost=2.0,
        ),
        ["不关闭现有设施（原为 1 处）", "预算加到 4 元（再加 3 元）"],
        ["close no facility instead of 1", "raise the budget to 4 yuan (3 more)"],
    ),
    "a village larger than any facility": (
        "single_source_p_median",
        Instance.from_arrays(APART, [1, 2, 7, 3, 2, 1], p=4, capacity=5.0),
        ["允许拆分 1 个需求点（7 人）：i3", "扩容共 2 个名额"],
        ["split 1 demand point (7 people): i3", "2 more places"],
    ),
    "a minimum use too high": (
        "capacitated_p_median",
        six_points(p=3, capacity=12.0, minimum_load=5.0),
        ["把最低使用人数降低 1 人（从 5 到 4）", "只新建 2 处"],
        ["lower the minimum use by 1 person (from 5 to 4)", "open only 2 new facilities (1 fewer)"],
    ),
    "more villages than two facilities may have": (
        "single_source_p_median",
        six_points(p=2, capacity=99.0, most_points=2.0),
        ["上限增加 1 个需求点", "新建 3 处"],
        ["raise it by 1 demand point", "open 3 new facilities (1 more)"],
    ),
    "fewer villages than three facilities must have": (
        "single_source_p_median",
        six_points(p=3, capacity=99.0, least_points=[3.0, 3, 3, 3, 3, 3]),
        ["下限减少 1 个需求点", "只新建 2 处"],
        ["lower it by 1 demand point", "open only 2 new facilities"],
    ),
    "the nearest school overfilled": (
        "closest_p_median",
        six_points(p=2, capacity=[7.0, 7, 7, 5, 5, 5]),
        ["让 1 个需求点（1 人）去别的设施：i6", "扩容共 1 个名额：j5 +1", "新建 3 处"],
        ["let 1 demand point (1 person) go to another facility: i6", "1 more place: j5 +1"],
    ),
    "a share of the people out of reach": (
        "partial_set_covering",
        six_points(standard=1.0, cover_share=0.9, budget=2.0, fixed_cost=2.0),
        ["把份额从 90% 降到 50.0%（还差 5 人）", "把标准从 1 放宽到 9.0 分钟"],
        ["a share of 50.0 % instead of 90 % (5 people short)", "a standard of 9.0 instead of 1 min"],
    ),
    "shares at several distances": (
        "tiered_covering",
        six_points(coverage_targets=((1.0, 0.5), (2.0, 1.0)), budget=2.0, fixed_cost=2.0),
        ["把 2 分钟之内的份额从 100% 降到 50.0%", "100% 的人口以 11.0 代替 2 分钟为限"],
        ["a share of 50.0 % instead of 100 % within 2 min", "11.0 instead of 2 min for 100 % of the people"],
    ),
    "a budget for facilities of some size": (
        "sized_p_median",
        six_points(size_capacity=np.array([3.0, 5.0]), size_cost=np.array([2.0, 3.0]), budget=6.0),
        ["每个规模等级都增加 1 个名额", "预算加到 8 元（再加 2 元）"],
        ["1 more place in every size class", "raise the budget to 8 yuan (2 more)"],
    ),
    "an island without a site": (
        "contiguous_p_median",
        six_points(p=1, capacity=99.0, adjacency=TWO_PARTS, site_unit=np.arange(6)),
        ["允许 3 个需求点（6 人）不与所属设施相连", "新建 2 处（再加 1 处）"],
        ["let 3 demand points (6 people) lie apart", "open 2 new facilities (1 more)"],
    ),
    "two facilities in one unit": (
        "contiguous_p_median",
        six_points(
            p=1, capacity=99.0, existing=sites(0, 1), adjacency=ONE_PART, site_unit=np.array([0, 0, 2, 3, 4, 5]),
        ),
        ["允许关闭 1 处现有设施：一小", "以下改法可行"],
        ["let facilities in use close: 一小", "this change is enough"],
    ),
    "zones to be served too evenly": (
        "balanced_zones",
        six_points(p=1, demand_zone=np.array([0, 0, 0, 1, 1, 1]), zone_spread=1.0),
        ["允许各片区平均相差 8.0 分钟（现为 1）", "新建 2 处"],
        ["let the zones' means differ by 8.0 min instead of 1"],
    ),
    "fewer ambulances than stations": (
        "maximal_expected_covering",
        six_points(standard=1.0, busy_fraction=0.3, servers=2, existing=sites(0, 2, 4)),
        ["配 3 个服务单元（再加 1 个）", "允许关闭 1 处现有设施"],
        ["place 3 servers (1 more)"],
    ),
    "every plan excluded": (
        "p_median",
        six_points(p=1, excluded=tuple(sites(j) for j in range(6))),
        ["重新允许 1 个已排除的方案（第 1 个）", "新建 2 处"],
        ["allow 1 of the excluded plans again (number 1)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("conflict", CASES)
def test_a_conflict_is_told_with_its_remedies(conflict: str) -> None:
    model, instance, chinese, english = CASES[conflict]
    with pytest.raises(NoPlanError) as caught:
        solve(instance, model, names=NAMES)
    faults = caught.value.faults
    zh = " | ".join(fault.zh + fault.remedy_zh for fault in faults)
    en = " | ".join(fault.en + fault.remedy_en for fault in faults)
    for text in chinese:
        assert text in zh
    for text in english:
        assert text in en
    assert all(fault.zh and fault.en and fault.remedy_zh and fault.remedy_en for fault in faults)
    assert not any(name in zh + en for name in REGISTER if "_" in name and name != "set_covering")
    assert caught.value.diagnosis is not None
    assert all(remedy.verified and remedy.least for remedy in caught.value.diagnosis.remedies)


def test_a_limit_on_another_objective_gives_like_any_condition() -> None:
    model = with_objective(load_formulation("p_center"), "total_weighted_impedance")
    with pytest.raises(NoPlanError) as caught:
        solve(six_points(p=1), model, limits=(Limit("total_weighted_impedance", 20.0),))
    assert "56.0 instead of 20.0" in " ".join(fault.remedy_en for fault in caught.value.faults)


def test_where_no_single_change_is_enough_several_are_told_together() -> None:
    with pytest.raises(NoPlanError) as caught:
        solve(six_points(p=9, site_zone=ZONES, zone_minimum={"core": 4}), "p_median", names=NAMES)
    last = caught.value.faults[-1]
    assert last.remedy_zh == "把片区 老城 Old Town 的下限从 4 降到 3；并且只新建 6 处（减少 3 处）"
    assert last.remedy_en.endswith("from 4 to 3; and open only 6 new facilities (3 fewer)")
    assert "no single change is enough" in caught.value.faults[-2].remedy_en


def test_long_lists_of_places_are_shortened_and_counted() -> None:
    t = np.full((15, 2), np.inf)
    t[:2] = 1.0
    with pytest.raises(NoPlanError) as caught:
        solve(Instance.from_arrays(t, p=1), "p_median", names={"i3": "金庭镇"})
    assert caught.value.faults[-1].remedy_zh == (
        "把 13 个需求点共 13 人另行安排："
        "金庭镇（1 人）、i4（1 人）、i5（1 人）、i6（1 人）、i7（1 人）、i8（1 人）……另有 7 处"
    )
