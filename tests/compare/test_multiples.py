"""Small maps of several plans at a glance."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from siting.compare import multiples
from siting.compare.legend import legend_text, shown_by_any
from siting.compare.multiples import multiples_html, shared_subjects
from siting.render.views import Told
from tests.compare.samples import LABELS, TITLES, make_runs
from tests.render.browser import open_browser, open_page


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return [run.told for run in make_runs(3) if run.told is not None]


def test_the_last_period_that_all_have_is_drawn(told: list[Told]) -> None:
    assert [(s.views[0].subject, s.views[0].period) for s in shared_subjects(told)] == [
        ("primary_school", "2035"),
        ("other", "2035"),
    ]
    earlier = replace(told[1], views=tuple(view for view in told[1].views if view.period == "2030"))
    assert [(s.views[0].subject, s.views[0].period) for s in shared_subjects([told[0], earlier])] == [
        ("primary_school", "2030"),
        ("other", "2030"),
    ]
    one = replace(told[1], views=told[1].views[:2])
    assert [s.views[0].subject for s in shared_subjects([told[0], one])] == ["primary_school"]


def test_the_legend_has_each_category_that_any_plan_shows_once(told: list[Told]) -> None:
    views = [told[0].views[0], told[1].views[1]]  # in the later period nothing is left to be built
    text = legend_text(told[0], views)
    reached = ["达标 Within", "未达标 Beyond"]
    sites = ["学校 Schools", "建成 Built", "现有 Standing", "远期 Later"]
    people, lines, areas = ["人口 People", *reached], ["去向 Who goes where", *reached], ["片区 Districts", *reached]
    assert text.split("；") == [*sites, *people, *lines, *areas]
    keys = [(one.layer.key, one.category.key, one.finish) for one in shown_by_any(told[0], views)]
    assert len(set(keys)) == len(keys)


def test_where_not_all_subjects_fit_those_that_differ_are_drawn(
    told: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple(
        replace(view, figures=(("达标人数", "Within the standard", "1"),)) if view.subject == "other" else view
        for view in told[1].views
    )
    monkeypatch.setattr(multiples, "MOST", 2)
    page = multiples_html([told[0], replace(told[1], views=changed)])
    assert page.count("<article") == 2
    assert "未画出的共有内容：小学" in page


@pytest.mark.browser
def test_each_plan_has_its_map_label_and_figures_and_names_are_shown_as_typed(told: list[Told], tmp_path: Path) -> None:
    file = tmp_path / "multiples.html"
    file.write_text(multiples_html(told), encoding="utf-8", newline="\n")
    assert not re.search(r"<script|https?://", file.read_text(encoding="utf-8"))
    with open_browser() as browser, open_page(browser, file) as (page, seen):
        plans = page.locator(".plan")  # type: ignore[attr-defined]
        assert plans.count() == 6
        for k in range(6):
            plan = plans.nth(k)
            assert plan.locator("h3 bdi").all_text_contents() == list(TITLES[k % 3])
            assert LABELS[k % 3][0] in plan.locator(".label").text_content()
            assert "2035 / " in plan.locator("dl").text_content()
            assert plan.locator("img").evaluate("picture => picture.naturalWidth") > 400
        assert page.evaluate("window.hacked") is None  # type: ignore[attr-defined]
        assert page.locator(".key img").count() == 2  # type: ignore[attr-defined]
        assert "合成" in page.locator(".notice").text_content()  # type: ignore[attr-defined]
        seen.check()
