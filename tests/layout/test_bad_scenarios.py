"""Scenarios that cannot be answered: each fault names the file, the service, the key, the value and a remedy."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from siting.errors import InfeasibleError, InputError
from siting.layout.pose import pose_layout
from siting.layout.run import make_plan
from tests.layout.shipped import SETTINGS, changed

CORE = "core_schools"
OPEN_ALL = 'open = "all"               # …… 不够再新建 ... then building'
SIZES = "sizes = [540, 810, 1080, 1350, 1620]"
JUNIOR = "max_travel_minutes = 50"


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        pose_layout(path, SETTINGS)
    return str(error.value)


@cache
def core(*swaps: tuple[str, str], more: str = "") -> str:
    return refused(changed(CORE, *swaps, more=more))


def test_unknown_ids_are_told_all_at_once_with_what_they_might_be() -> None:
    text = core(
        (OPEN_ALL, 'open = ["c0001", "c001"]\nprotect = ["f464"]'),
        (JUNIOR, 'max_travel_minutes = 50\nclose = ["f999"]'),
    )
    assert "core_schools.toml [services.primary_school.open] = 'c0001'" in text
    assert "是否想写“c001”" in text
    assert "[services.primary_school.protect] = 'f464'" in text
    assert "junior_school" in text  # what f464 is
    assert "[services.junior_school.close] = 'f999'" in text


def test_a_plot_for_something_else_is_told_with_its_land() -> None:
    text = core((OPEN_ALL, 'open = ["c003"]'))
    assert "[services.primary_school.open] = 'c003'" in text
    assert "R22 服务设施用地" in text


def test_a_plot_outside_the_zones_or_too_small_or_too_late() -> None:
    text = core((OPEN_ALL, 'open = ["c002"]\nrequired = ["c123"]\nbuild_years = 9'))
    assert "[services.primary_school.open] = 'c002'" in text
    assert "最早 2036 年才能启用" in text  # free in 2027, nine years of building
    assert "[services.primary_school.required] = 'c123'" in text
    assert "development_zone" in text
    small = core((OPEN_ALL, 'open = ["c001"]'), (SIZES, "sizes = [1620]"))
    assert "[services.primary_school.open] = 'c001'" in small
    assert "30,690 m²" in small
    assert "37,260 m²" in small


def test_a_size_that_no_land_fits() -> None:
    text = core(('zones = ["urban_core"]\ngrow', 'zones = ["hsr_new_town"]\nsizes = [1800]\ngrow'))
    assert "core_schools.toml [services.junior_school.sizes] = '1800'" in text
    assert "59,400 m²" in text
    assert "没有一块候选用地放得下" in text


def test_sizes_that_the_standard_does_not_have() -> None:
    text = core((SIZES, "sizes = [500]"))
    assert "[services.primary_school.sizes] = '500'" in text
    assert "540" in text


def test_a_standard_that_no_site_can_meet() -> None:
    text = core((OPEN_ALL, OPEN_ALL + "\nthreshold = { urban = { max_minutes = 0.01 } }"))
    assert "[services.primary_school.threshold.urban] = '0.01'" in text
    nearest = re.search(r"没有一处地点能让任何人达标：最近的也要 ([\d.]+) 分钟", text)
    assert nearest is not None
    assert 0.01 < float(nearest[1]) < 1
    assert "放宽时间，或增加候选地点" in text
    assert "allow more minutes, or offer more sites" in text


def test_unknown_zones_services_and_links() -> None:
    text = core(
        ('zones = ["urban_core"]     #', 'zones = ["urban"]     #'),
        (JUNIOR, "max_travel_minutes = 50\nzone_minimum = { hsr = 1 }"),
    )
    assert "[services.primary_school.zones] = 'urban'" in text
    assert "[services.junior_school.zone_minimum] = 'hsr'" in text
    text = core(('services = ["primary_school", "junior_school"]', 'services = ["primary_school", "junior"]'))
    assert "core_schools.toml [links[1]] = 'junior'" in text
    assert "junior_school" in text
    text = core(('service = "junior_school"', 'service = "junior_high"'))
    assert "core_schools.toml [services[2].service] = 'junior_high'" in text


@pytest.mark.parametrize(
    ("swap", "key", "words"),
    [
        (("yuan = [0, 800_000_000, 400_000_000]", "yuan = [0, 800_000_000]"), "budget.yuan", "3 numbers"),
        ((JUNIOR, JUNIOR + "\nmost_openings = [1]"), "junior_school.most_openings", "3 numbers"),
        ((JUNIOR, JUNIOR + "\nmost_closings = [0, -1, 2]"), "junior_school.most_closings", "negative"),
        (("years = [2025, 2030, 2035]", "years = [2030, 2025, 2035]"), "years", "ascend"),
        ((JUNIOR, JUNIOR + "\nclosing = 3"), "closing", "closings"),
        ((JUNIOR, JUNIOR + '\nclose = ["f465"]\nprotect = ["f465"]'), "f465", "protect"),
    ],
)  # fmt: skip
def test_wrong_lengths_orders_and_keys(swap: tuple[str, str], key: str, words: str) -> None:
    text = core(swap)
    assert "core_schools.toml" in text
    assert key in text
    assert words in text


RAW = re.compile(r"budget\.\d|_minimum\.|required\.|must_close\.|/candidate/|/existing/|@20\d\d|\bi\d+\b")


def contradicted(path: Path) -> list[str]:
    """What a planner reads where rules contradict each other: sentences of both languages, one a line."""
    with pytest.raises(InfeasibleError) as error:
        make_plan(pose_layout(path, SETTINGS), SETTINGS)
    text = str(error.value)
    assert not RAW.search(text), text
    return text.splitlines()


def test_a_budget_below_a_required_school_is_explained_with_what_would_do() -> None:
    lines = contradicted(
        changed(
            CORE, (OPEN_ALL, OPEN_ALL + '\nrequired = ["c001"]'),
            ("yuan = [0, 800_000_000, 400_000_000]", "yuan = [0, 10_000_000, 0]"),
        )
    )  # fmt: skip
    assert "“江滨社区 中小学用地 1号（c001）须新建小学”；“总预算（截至 2035 年）不超过 10,000,000 元”" in lines[0]
    assert "以下每一项单独做到即可" in lines[0]
    assert "any one of the following is enough" in lines[1]
    assert any(line.endswith("不再要求“江滨社区 中小学用地 1号（c001）须新建小学”") for line in lines)
    raised = [line for line in lines if "把总预算（截至 2035 年）的上限从 10,000,000 元提高到 " in line]
    assert len(raised) == 1
    assert "raise the limit on the budget until 2035 from 10,000,000 yuan to " in "".join(lines)
    wanted = re.search(r"提高到 ([\d,]+) 元", raised[0])
    assert wanted is not None
    cheapest = 540 * 180_000  # a school of the least size costs about 185,000 yuan a seat: not 10,000 (in 10,000 yuan)
    assert cheapest < float(wanted[1].replace(",", "")) < 1.1 * cheapest


def test_a_budget_below_the_least_number_in_townships_names_the_townships() -> None:
    lines = contradicted(changed("childcare", ("yuan = [0, 50_000_000, 20_000_000]", "yuan = [0, 100_000, 0]")))
    assert "“下王镇至少有 1 处托育机构”，“仙岩镇至少有 1 处托育机构”" in lines[0]
    assert "at least 1 Nursery (0-2) in 下王镇" in lines[1]
    assert any(re.search(r"把总预算（截至 2035 年）的上限从 100,000 元提高到 [\d,]+ 元", line) for line in lines)


def test_least_numbers_that_cannot_be_reached_are_lowered_by_facilities() -> None:
    closing = 'must_close = ["f493", "f494", "f495", "f496"]'
    lines = contradicted(changed("senior_highs", (closing, closing + "\ntownship_minimum = 2")))
    assert any("把三江街道在用的普通高中的下限从 2 处降到 1 处（减少 1 处）" in line for line in lines)
    assert any("from 2 to 1 (1 less)" in line for line in lines)
    assert "另有 8 条" in lines[0]
