"""Nobody who goes to the nearest place loses it twice: the rows against every plan, a small plan with and without."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.errors import InfeasibleError
from siting.impedance import FloatArray, ImpedanceMatrix
from siting.layout.answer import LayoutAnswer
from siting.layout.checked import checked
from siting.layout.facts import Facts
from siting.layout.moved_once import once_rows
from siting.layout.moved_twice import moved_by_closures
from siting.layout.places import Arc, Place, State
from siting.layout.result import LayoutPlan
from siting.layout.rows import ArcTable, Rows
from siting.layout.run import answer
from siting.layout.tables import sheets_of
from siting.prepare import Settings
from tests import tiny_case

PERIODS = 3
YEARS = (2025, 2030, 2035)
KINDS = ("closes", "closes", "closes", "stays", "plot")


def place(k: int, kind: str) -> Place:
    state = State("现状", "as it stands", 100.0, 0.0)
    arcs = []
    for t in range(PERIODS):
        if kind == "plot":
            arcs += [Arc(t, -1, -1, 0.0, "absent"), Arc(t, -1, 0, 1.0, "open")]
            arcs += [Arc(t, 0, 0, 0.0, "keep")] if t else []
        else:
            arcs.append(Arc(t, 0, 0, 0.0, "keep"))
        if kind == "closes":
            arcs += [Arc(t, 0, -1, 0.0, "close"), *([Arc(t, -1, -1, 0.0, "absent")] if t else [])]
    row = pd.Series({"name": f"学校{k}"})
    return Place("primary_school", f"f{k}", "existing", row, (state,), -1 if kind == "plot" else 0, tuple(arcs))


def every_course(kind: str) -> list[tuple[bool, ...]]:
    """In use today and after each period."""
    if kind == "stays":
        return [(True,) * (PERIODS + 1)]
    changed = [tuple(t <= k for t in range(PERIODS + 1)) for k in range(PERIODS + 1)]
    return changed if kind == "closes" else [tuple(not flag for flag in course) for course in changed]


def closed_twice(used: np.ndarray, minutes: FloatArray, farthest: FloatArray) -> bool:
    """Whether at some point the nearest in use (any of them where several are) closes in two periods."""
    for own, far in zip(minutes, farthest, strict=True):
        times = 0
        for t in range(PERIODS):
            reached = used[:, t] & (own <= far)
            if reached.any():
                nearest = reached & (own == own[reached].min())
                times += bool((nearest & ~used[:, t + 1]).any())
        if times > 1:
            return True
    return False


@pytest.mark.parametrize("seed", range(12))
def test_just_the_plans_are_forbidden_that_close_the_nearest_twice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = [place(k, kind) for k, kind in enumerate(KINDS)]
    minutes = rng.integers(1, 9, (4, len(places))).astype(np.float64)  # some of them equal
    farthest = np.array([6.0, 8.0, 5.0, -1.0])
    table, rows = ArcTable.of(places), Rows()
    once_rows(
        rows, table, np.arange(len(places)), ImpedanceMatrix.from_dense(minutes), farthest,
        names=["甲", "乙", "丙", "丁"], years=YEARS,
    )  # fmt: skip
    assert len({row.id for row in rows.texts}) == len(rows.texts)
    matrix, most = rows.matrix(len(table.arcs)), rows.bounds[1]
    forbidden = 0
    for courses in product(*(every_course(kind) for kind in KINDS)):
        used = np.array(courses)
        taken = np.zeros(len(table.arcs))
        for a, arc in enumerate(table.arcs):
            before, after = used[table.place[a], arc.period : arc.period + 2]
            taken[a] = (arc.tail >= 0) == before and (arc.head >= 0) == after
        assert taken.sum() == PERIODS * len(places)
        kept = bool((matrix @ taken <= most + 1e-9).all())
        assert kept == (not closed_twice(used, minutes, farthest))
        forbidden += not kept
    if seed < 3:
        assert forbidden


SCENARIO = """\
schema = 1
kind = "layout"
id = "once"
title_zh = "至多一次"
title_en = "Once at most"
case = ".."
years = [2025, 2030]
[solver]
gap = 0
[worth]
left_out_yuan = 60_000
beyond_yuan = 1_000
minute_yuan = 10
[[services]]
service = "primary_school"
open = "none"
close = ["f1", "f2"]
most_closings = [1, 1]
run_yuan_per_year = 5_000_000
separation = false
RULE
"""


def school_row(number: int, column: float) -> str:
    lon, lat = tiny_case.place(column, 0)
    return f"f{number},{number}小,primary_school,{lon},{lat},core,城关镇,900"


def write(folder: Path, rule: str) -> Path:
    """Villages and schools on one road: f1, f2, then f3, which stays."""
    demand = ["id,name,lon,lat,zone,township,village,age_0_5,age_6_11,age_12_64,age_65_plus"]
    for k, column in enumerate((0, 1.2, 4)):
        lon, lat = tiny_case.place(column, 0)
        demand.append(f"d{k},村{k},{lon},{lat},core,城关镇,村{k},20,20,100,30")
    facilities = ["id,name,service,lon,lat,zone,township,capacity", *map(school_row, (1, 2, 3), (0, 1, 4))]
    case = tiny_case.write_case(folder, demand="\n".join(demand) + "\n", facilities="\n".join(facilities) + "\n")
    return tiny_case.write_scenario(case, SCENARIO.replace("RULE", rule))


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    folder = tmp_path_factory.mktemp("without")
    return answer(write(folder / "case", ""), Settings(cache=folder / "cache")).plan


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    folder = tmp_path_factory.mktemp("once")
    return answer(write(folder / "case", "moved_at_most_once = true"), Settings(cache=folder / "cache")).plan


def in_use(plan: LayoutPlan) -> list[int]:
    """Schools in use after each period."""
    return (plan.after.state >= 0).sum(axis=0).tolist()


def test_without_the_rule_pupils_are_moved_twice_and_the_hearing_is_told(without: LayoutPlan) -> None:
    assert in_use(without) == [2, 1]
    moved = moved_by_closures(without)
    first, second = (moved[moved["times"] == n] for n in (1, 2))
    assert first["period"].min() == 0
    assert second["period"].tolist() == [1]
    assert second["persons"].sum() > 0
    # who was at the first school to close: one village, all of it
    assert second["persons"].sum() == pytest.approx(moved[moved["period"] == 0]["persons"].sum())
    sheets = {sheet.key: sheet for sheet in sheets_of(without)}
    assert sheets["hearing"].frame["again"].tolist() == [0, pytest.approx(second["persons"].sum(), abs=1e-3)]
    told = sheets["education"].frame
    again = told[(told["year"] == 2030) & (told["when"] == "规划 plan")]["moved_again"]
    assert again.tolist() == pytest.approx([second["persons"].sum()], abs=1e-3)
    assert not sheets["rules"].frame["rule"].str.contains("先后两次").any()  # nobody asked for it


def test_with_the_rule_only_one_of_the_two_closes(once: LayoutPlan, without: LayoutPlan) -> None:
    assert in_use(once) == [2, 2]
    assert once.outcome.proven
    assert without.outcome.proven
    assert once.outcome.objective is not None
    assert without.outcome.objective is not None
    assert once.outcome.objective > without.outcome.objective
    assert moved_by_closures(once)["times"].max() == 1
    rules = {sheet.key: sheet for sheet in sheets_of(once)}["rules"].frame
    assert rules.loc[rules["rule"].str.contains("先后两次"), ["value", "kept"]].to_numpy().tolist() == [[0, "是 yes"]]
    tied = rules[rules["rule"].str.contains("最近的一处撤并后")]
    assert (tied["kept"].tolist(), tied["count"].iloc[0] >= 2) == (["是 yes"], True)
    assert any("没有人先后两次" in zh for zh, _ in checked(Facts(once)))
    assert not any("未满足" in zh for zh, _ in LayoutAnswer(once).notices())


def test_what_the_plan_does_not_keep_is_told_everywhere(without: LayoutPlan) -> None:
    """The plan that moves pupils twice, held to the rule: as where people are not sent to the nearest."""
    part = without.posed.parts[0]
    demanded = replace(part, plan=part.plan.model_copy(update={"moved_at_most_once": True}))
    posed = replace(without.posed, parts=(demanded,))
    plan = replace(
        without, posed=posed, after=replace(without.after, posed=posed), before=replace(without.before, posed=posed)
    )
    rules = {sheet.key: sheet for sheet in sheets_of(plan)}["rules"].frame
    found = rules[rules["rule"].str.contains("先后两次")].iloc[0]
    assert found["value"] > 1
    assert found["kept"] == "否 no"
    assert any("未满足" in zh and "Not kept" in en for zh, en in LayoutAnswer(plan).notices())
    assert any("未满足" in zh for zh, _ in checked(Facts(plan)))


def test_people_of_a_point_that_part_are_followed_in_proportion(without: LayoutPlan) -> None:
    moved = moved_by_closures(without)
    total = moved.groupby(["period", "place"])["persons"].sum()
    load = without.after.load
    for (t, p), persons in total.items():  # type: ignore[misc]
        before = without.before.load[p, 0] if t == 0 else load[p, t - 1]
        assert persons == pytest.approx(before)


def test_a_contradiction_names_the_rule(tmp_path: Path) -> None:
    rule = 'moved_at_most_once = true\nmust_close = ["f1", "f2"]'
    with pytest.raises(InfeasibleError) as error:
        answer(write(tmp_path / "case", rule), Settings(cache=tmp_path / "cache"))
    assert "年关闭后" in str(error.value)
    assert "closes twice" in str(error.value)
