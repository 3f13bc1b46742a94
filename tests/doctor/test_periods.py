"""The doctor of plans over periods against every plan of small ones: what it finds does, and no less does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from siting.doctor import Diagnosis, Remedy, Rule, diagnose
from siting.formulation.compose import list_plan_models, load_formulation
from siting.instance import Instance
from siting.instance.changes import NOT_IN_USE, Changes
from siting.solving.optimise import NoPlanError, solve
from tests.layout.small import best_in_order, every_plan, random_plan

RULES = (
    Rule("budget", "第一期资金不超过 5,000 元", "first money: at most 5,000 yuan", "第一期资金", "the first money",
         "元", "yuan", 10.0),
    Rule("openings", "至少新建 1 所学校", "at least 1 new school", "新建学校", "new schools", "所"),
)  # fmt: skip
MODEL = load_formulation(list_plan_models()["layout_plan"])
ROWS = ("budget 1", "budget 2", "closings", "openings", "in use at the end")


def of(instance: Instance) -> Changes:
    assert instance.changes is not None
    return instance.changes


def changed(instance: Instance, **numbers: Any) -> Instance:
    return replace(instance, changes=replace(of(instance), **numbers))


def harder(seed: int) -> Instance:
    """A small plan with least numbers of openings and facilities, little money, and least use that is hard to reach."""
    rng = np.random.default_rng(500 + seed)
    instance = random_plan(seed)
    c = of(instance)
    opened = (c.tail == NOT_IN_USE) & (c.head != NOT_IN_USE)
    at_end = (c.period == c.periods - 1) & (c.head != NOT_IN_USE)
    minimum, capacity = c.minimum.copy(), c.capacity.copy()
    if rng.random() < 0.4:
        capacity = np.maximum(np.floor(capacity / 4), 2.0)
        minimum = np.where(rng.random(c.states) < 0.8, capacity + 2.0, minimum)
        minimum[np.isinf(minimum)] = 0.0
    elif rng.random() < 0.6:
        few = rng.random(c.states) < 0.6
        minimum[few] = rng.integers(5, 60, int(few.sum()))
    return changed(
        instance,
        rows=csr_array(vstack([c.rows, csr_array(np.array([opened, at_end], dtype=float))])),
        least=np.r_[c.least, float(rng.integers(0, 3)), float(rng.integers(1, 5))],
        most=np.r_[c.most * rng.choice([0.0, 0.5, 1.0], 3), np.inf, np.inf],
        row_ids=ROWS,
        minimum=minimum,
        capacity=capacity,
    )


def possible(instance: Instance) -> bool:
    return best_in_order(instance, ("people_without_place",)) is not None


@cache
def impossible() -> tuple[tuple[Instance, Diagnosis], ...]:
    found = [instance for instance in map(harder, range(24)) if not possible(instance)]
    return tuple((instance, diagnose(instance, MODEL)) for instance in found)


def told(instance: Instance, remedy: Remedy) -> Instance:
    """The instance with what the remedy says."""
    for part in remedy.parts or (remedy,):
        c = of(instance)
        if part.kind in ("row_most", "row_least"):
            bounds = (c.most if part.kind == "row_most" else c.least).copy()
            for key, amount in zip(part.ids, part.amounts, strict=True):
                bounds[ROWS.index(key)] += amount if part.kind == "row_most" else -amount
            instance = changed(instance, **{part.kind.removeprefix("row_"): bounds})
        else:
            field = {"state_minimum": "minimum", "state_seats": "capacity"}[part.kind]
            numbers = getattr(c, field).copy()
            for key, amount in zip(part.ids, part.amounts, strict=True):
                mine = c.state_place == c.site_place[instance.site_ids.index(key)]
                numbers[mine] += amount if field == "capacity" else -amount
            instance = changed(instance, **{field: np.maximum(numbers, 0)})
    return instance


def row_by_hand(instance: Instance, r: int, sign: int) -> float | None:
    """By how much this bound alone must give."""
    c = of(instance)
    free = (c.most if sign > 0 else c.least).copy()
    free[r] = sign * np.inf
    loose = changed(instance, **{"most" if sign > 0 else "least": free})
    short = []
    for states, taken in every_plan(loose):
        if people_short(instance, states, "nothing") == 0:
            value = float(c.rows[[r]].toarray()[0, taken].sum())
            short.append(value - c.most[r] if sign > 0 else c.least[r] - value)
    return float(np.ceil(min(short) - 1e-6)) if short else None


def people_short(instance: Instance, states: np.ndarray[Any, Any], gives: str) -> float | None:
    """Whole people by which minima or capacities of places must give with these states; None where that is no help."""
    c, matrix = of(instance), instance.impedance
    used = states[matrix.indices] != NOT_IN_USE
    i, j = matrix.rows[used], matrix.indices[used]
    n, total = i.size, i.size + c.places
    rows, low, high = [], [], []

    def row(pairs: np.ndarray[Any, Any], place: int, give: float, least: float, most: float) -> None:
        line = np.zeros(total)
        line[:n] = pairs
        line[n + place] = give
        rows.append(line)
        low.append(least)
        high.append(most)

    for p in range(instance.demand_count):
        row((i == p).astype(float), 0, 0.0, -np.inf, 1.0)
    for s in np.flatnonzero(states != NOT_IN_USE).tolist():
        here, p = np.where(j == s, instance.demand[i], 0.0), int(c.site_place[s])
        row(here, p, 1.0 if gives == "minimum" else 0.0, c.minimum[states[s]], np.inf)
        row(here, p, -1.0 if gives == "seats" else 0.0, -np.inf, c.capacity[states[s]])
    result = milp(
        np.r_[np.zeros(n), np.ones(c.places)],
        constraints=[LinearConstraint(np.array(rows), low, high)],
        bounds=Bounds(0, np.r_[np.ones(n), np.full(c.places, 0.0 if gives == "nothing" else np.inf)]),
        integrality=np.r_[np.zeros(n), np.ones(c.places)],
    )
    return float(round(result.fun)) if result.success else None


def places_by_hand(instance: Instance, gives: str) -> float | None:
    short = [people_short(instance, states, gives) for states, _ in every_plan(instance)]
    return min((value for value in short if value is not None), default=None)


def singles(diagnosis: Diagnosis) -> Iterator[tuple[str, tuple[str, ...], float]]:
    for remedy in diagnosis.remedies:
        if remedy.kind != "together":
            yield remedy.kind, remedy.ids, remedy.amount


def test_there_are_plans_to_examine() -> None:
    kinds = [remedy.kind for _, diagnosis in impossible() for remedy in diagnosis.remedies]
    assert {"row_most", "row_least", "state_minimum", "state_seats", "together"} <= set(kinds)


def test_what_is_told_makes_it_possible() -> None:
    for instance, diagnosis in impossible():
        assert diagnosis.remedies
        assert not diagnosis.undecided
        for remedy in diagnosis.remedies:
            assert remedy.verified
            assert remedy.least
            assert possible(told(instance, remedy))


def test_single_rows_give_as_little_as_all_plans_say() -> None:
    for instance, diagnosis in impossible():
        said = {(kind, ids): amount for kind, ids, amount in singles(diagnosis) if kind.startswith("row")}
        for r, key in enumerate(ROWS):
            for sign, kind in ((1, "row_most"), (-1, "row_least")):
                bound = (of(instance).most if sign > 0 else of(instance).least)[r]
                by_hand = row_by_hand(instance, r, sign) if np.isfinite(bound) else None
                assert said.get((kind, (key,))) == by_hand, (key, kind)


@pytest.mark.parametrize(("kind", "gives"), [("state_minimum", "minimum"), ("state_seats", "seats")])
def test_places_give_as_little_as_all_plans_say(kind: str, gives: str) -> None:
    for instance, diagnosis in impossible():
        said = [amount for one, _, amount in singles(diagnosis) if one == kind]
        by_hand = places_by_hand(instance, gives)
        assert said == ([] if by_hand is None else [by_hand])


def asks(instance: Instance, diagnosis: Diagnosis) -> list[tuple[str, float]]:
    """What each remedy asks for against what there is, but for what only places give."""
    c, found = of(instance), []
    for remedy in diagnosis.remedies:
        total = 0.0
        for part in remedy.parts or (remedy,):
            for key, amount in zip(part.ids, part.amounts, strict=True):
                if part.kind in ("row_most", "row_least"):
                    r = ROWS.index(key)
                    bound = abs((c.most if part.kind == "row_most" else c.least)[r])
                    total += amount / (bound or np.abs(c.rows[[r]].toarray()).max())
                elif part.kind == "state_seats":
                    total += amount / instance.demand.sum()
                else:
                    total += amount / c.minimum[c.state_place == c.site_place[instance.site_ids.index(key)]].max()
        found.append((remedy.kind, total))
    return found


def test_money_is_weighed_the_same_in_yuan_as_in_millions() -> None:
    for instance, diagnosis in impossible():
        c = of(instance)
        if (c.most[:2] % 1).any():  # else whole numbers of yuan are finer than those of millions
            continue
        yuan = np.where(np.arange(len(ROWS)) < 2, 1e6, 1.0)
        dearer = changed(
            instance,
            rows=csr_array(c.rows.toarray() * yuan[:, None]),
            most=c.most * yuan,
            least=c.least * yuan,
            cost=c.cost * 1e6,
        )
        kinds, sums = zip(*asks(dearer, diagnose(dearer, MODEL)), strict=True)
        before = asks(instance, diagnosis)
        assert sorted(kinds) == sorted(kind for kind, _ in before)
        assert np.sort(sums) == pytest.approx(np.sort([total for _, total in before]), rel=1e-6)


def test_places_are_named_with_the_part_of_each() -> None:
    said = [r for _, diagnosis in impossible() for r in diagnosis.remedies if r.kind.startswith("state")]
    assert said
    for remedy in said:
        sign = "-" if remedy.kind == "state_minimum" else "+"
        parts = [f"{key} {sign}{amount:.0f}" for key, amount in zip(remedy.ids, remedy.amounts, strict=True)]
        assert remedy.sentence_zh.endswith("：" + "、".join(parts))
        assert remedy.sentence_en.endswith(": " + ", ".join(parts))
        assert f"共{'降低' if sign == '-' else ''} {remedy.amount:.0f} " in remedy.sentence_zh


def test_a_row_that_no_change_belongs_to_is_told() -> None:
    instance = random_plan(0)
    c = of(instance)
    barred = changed(
        instance,
        rows=csr_array(vstack([c.rows, csr_array((1, c.count))])),
        least=np.r_[c.least, 2.0],
        most=np.r_[c.most, np.inf],
        row_ids=(*c.row_ids, "two nursing homes"),
    )
    diagnosis = diagnose(barred, MODEL)
    assert [(r.kind, r.ids, r.amount) for r in diagnosis.remedies] == [("row_least", ("two nursing homes",), 2.0)]
    assert diagnosis.remedies[0].verified


def test_the_message_names_rows_and_places_in_both_languages() -> None:
    instance = random_plan(0, rows=False)
    c = of(instance)
    opened = (c.tail == NOT_IN_USE) & (c.head != NOT_IN_USE)
    money = c.cost * 1000.0
    tight = changed(
        instance,
        rows=csr_array(np.array([money, opened.astype(float)])),
        least=np.array([-np.inf, 1.0]),
        most=np.array([500.0, np.inf]),
        row_ids=("budget", "openings"),
        minimum=np.zeros(c.states),
    )
    cheapest = min(float(money[taken].sum()) for _, taken in every_plan(changed(tight, most=np.full(2, np.inf))))
    with pytest.raises(NoPlanError) as caught:
        solve(tight, MODEL, rules={rule.id: rule for rule in RULES})
    zh = " | ".join(fault.zh + fault.remedy_zh for fault in caught.value.faults)
    en = " | ".join(fault.en + fault.remedy_en for fault in caught.value.faults)
    least, more = f"{10 * cheapest:,.0f}", f"{10 * (cheapest - 500):,.0f}"
    assert "“第一期资金不超过 5,000 元”；" in zh or "；“第一期资金不超过 5,000 元”" in zh
    assert f"把第一期资金的上限从 5,000 元提高到 {least} 元（再加 {more} 元）" in zh
    assert "不再要求“至少新建 1 所学校”" in zh
    assert f"raise the limit on the first money from 5,000 yuan to {least} yuan ({more} more)" in en
    assert "no longer ask for this: at least 1 new school" in en
    assert "budget" not in zh


def test_rows_of_which_nothing_is_said_are_told_by_their_ids() -> None:
    instance, diagnosis = impossible()[0]
    rows = [part for remedy in diagnosis.remedies for part in remedy.parts or (remedy,) if part.kind == "row_most"]
    assert rows
    bound = of(instance).most[ROWS.index(rows[0].ids[0])]
    assert rows[0].condition_zh.startswith(f"“{rows[0].ids[0]}至多 {bound:g}”")
    assert f"把“{rows[0].ids[0]}”的上限从 {bound:g} 提高到 {bound + rows[0].amounts[0]:g}" in rows[0].sentence_zh
