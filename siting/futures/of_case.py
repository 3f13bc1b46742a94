"""The futures of a scenario: who lives where then, and how the roads are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from siting.case import Case
from siting.errors import Faults, nearest_word
from siting.files.cache import hash_values
from siting.futures.future import PROBABILITY_SLACK
from siting.impedance import IntArray
from siting.network import RoadGraph, close_roads, find_roads, scale_speeds
from siting.results import FutureText
from siting.scenario import FutureChange, Scenario

BASE = "base"
BASE_NAMES = ("基准情景", "as expected")
MOST_PEOPLE, MOST_SPEED = 100.0, 3.0


@dataclass(frozen=True, eq=False)
class CaseFuture:
    """One future of a case.

    Attributes:
        case: with the people of that future.
        graph: its roads.
        graph_key: the content of the roads, for the cache.
        changes: (zh, en) of each thing that is different; none for the base.
        source: where the assumptions come from.
    """

    id: str
    name_zh: str
    name_en: str
    probability: float
    case: Case
    graph: RoadGraph
    graph_key: str
    changes: tuple[tuple[str, str], ...]
    source: str

    @property
    def text(self) -> FutureText:
        """In words."""
        return FutureText(self.id, self.name_zh, self.name_en, self.probability, self.changes, self.source)


def futures_of(
    case: Case, scenario: Scenario, graph: RoadGraph, graph_key: str, *, file: Path | None = None
) -> tuple[CaseFuture, ...]:
    """The base and every future of a scenario; nothing where the scenario has no futures.

    Args:
        graph: the roads as they are.
        graph_key: their content, for the cache.
        file: the scenario's file, for messages.

    Raises:
        InputError: with every unknown zone, age column, road class and road, wrong factor and probability.
    """
    faults = Faults(file)
    if scenario.robust != "no" and not scenario.futures:
        faults.add(
            "没有给出未来情景，无从按其选址",
            "there are no futures over which to choose a plan",
            remedy_zh='请添加 [[futures]]，或写 robust = "no"',
            remedy_en='add [[futures]], or write robust = "no"',
            column="robust",
            value=scenario.robust,
        )
    _check_ids(scenario.futures, faults)
    share = _probabilities(scenario.futures, faults)
    closed = [_check(case, graph, change, faults, f"futures.{change.id}") for change in scenario.futures]
    faults.raise_if_any()
    if not scenario.futures:
        return ()
    base = CaseFuture(BASE, *BASE_NAMES, share[0], case, graph, graph_key, (), "")
    others = [
        _future(case, change, probability, graph, graph_key, edges)
        for change, probability, edges in zip(scenario.futures, share[1:], closed, strict=True)
    ]
    return (base, *others)


def _future(
    case: Case, change: FutureChange, probability: float, graph: RoadGraph, graph_key: str, closed: IntArray
) -> CaseFuture:
    key = graph_key
    if change.speed_factor != 1.0 and change.speed_factor != {}:
        factor = change.speed_factor
        graph = scale_speeds(graph, factor)
        key = hash_values("speeds", key, dict(factor) if isinstance(factor, Mapping) else factor)
    if closed.size:
        graph = close_roads(graph, closed)
        key = hash_values("closed", key, closed.tolist())
    return CaseFuture(
        id=change.id,
        name_zh=change.name_zh,
        name_en=change.name_en,
        probability=probability,
        case=_with_people(case, change),
        graph=graph,
        graph_key=key,
        changes=tuple(_describe(case, change, graph, closed)),
        source=change.source,
    )


def _with_people(case: Case, change: FutureChange) -> Case:
    factor = change.demand_factor
    by_age = dict.fromkeys(case.age_columns, factor) if isinstance(factor, float) else dict(factor)
    by_zone = case.demand["zone"].map(lambda zone: change.demand_factor_by_zone.get(zone, 1.0)).to_numpy(np.float64)
    if set(by_age.values()) <= {1.0} and (by_zone == 1).all():
        return case
    people = {
        name: case.demand[name].to_numpy(np.float64) * by_age.get(name, 1.0) * by_zone for name in case.age_columns
    }
    return replace(case, demand=case.demand.assign(**people))


def _describe(case: Case, change: FutureChange, graph: RoadGraph, closed: IntArray) -> Iterable[tuple[str, str]]:
    if isinstance(change.demand_factor, float):
        if change.demand_factor != 1:
            yield f"人口 × {change.demand_factor:g}", f"people × {change.demand_factor:g}"
    elif change.demand_factor:
        text = ", ".join(f"{name} × {value:g}" for name, value in change.demand_factor.items())
        yield f"人口：{text}", f"people: {text}"
    for zone, value in change.demand_factor_by_zone.items():
        zh, en = (str(case.zones[name].loc[zone]) for name in ("name_zh", "name_en"))
        yield f"{zh}人口 × {value:g}", f"people of {en} × {value:g}"
    if isinstance(change.speed_factor, float):
        if change.speed_factor != 1:
            yield f"车速 × {change.speed_factor:g}", f"driving speeds × {change.speed_factor:g}"
    elif change.speed_factor:
        text = ", ".join(f"{name} × {value:g}" for name, value in change.speed_factor.items())
        yield f"车速：{text}", f"driving speeds: {text}"
    if closed.size:
        names = sorted({graph.names[code] for code in graph.name_code[closed] if code >= 0 and graph.names[code]})
        km = float(graph.length_m[closed].sum()) / 1000
        named = f"（{'、'.join(names)}）" if names else ""
        yield (
            f"{closed.size} 段道路中断{named}，共 {km:.2f} 公里",
            f"{closed.size} road sections closed{f' ({chr(44).join(names)})' if names else ''}, {km:.2f} km",
        )


def _check_ids(changes: tuple[FutureChange, ...], faults: Faults) -> None:
    ids = [change.id for change in changes]
    for name in dict.fromkeys(ids):
        if name == BASE:
            faults.add(
                "base 指不作改动的基准情景，总在其中，不能另写",
                "`base` is the case as it is, always there, and cannot be written",
                remedy_zh="请换一个编号",
                remedy_en="choose another id",
                column="futures.id",
                value=name,
            )
        if ids.count(name) > 1:
            faults.add("未来情景编号重复", "two futures share an id", column="futures.id", value=name)


def _probabilities(changes: tuple[FutureChange, ...], faults: Faults) -> list[float]:
    """Of the base and every future; equal where none is given."""
    given = [change.probability for change in changes if change.probability is not None]
    if not given:
        return [1 / (len(changes) + 1)] * (len(changes) + 1)
    if len(given) < len(changes):
        lacking = ", ".join(change.id for change in changes if change.probability is None)
        faults.add(
            "概率要么各情景都写，要么都不写",
            "give a probability for every future, or for none",
            column="futures.probability",
            value=lacking,
        )
        return [0.0] * (len(changes) + 1)
    total = math.fsum(given)
    if total > 1 + PROBABILITY_SLACK:
        faults.add(
            f"各未来情景的概率合计为 {total:g}，连同基准情景应为 1",
            f"the probabilities add up to {total:g}; with that of the base they must add up to 1",
            remedy_zh="请减小各项概率：余下的归基准情景；或全部不写，视为相等",
            remedy_en="lower them: the base has what is left; or give none, and all are equal",
            column="futures.probability",
            value=", ".join(f"{change.id}: {change.probability:g}" for change in changes),
        )
    return [max(1 - total, 0.0), *given]


def _check(case: Case, graph: RoadGraph, change: FutureChange, faults: Faults, column: str) -> IntArray:
    """The edges that are closed; whatever the case or the roads do not know is added to `faults`."""
    words: list[tuple[str, float | Mapping[str, float], list[str], float, str, str]] = [
        ("demand_factor", change.demand_factor, case.age_columns, MOST_PEOPLE, "年龄列", "age column"),
        ("demand_factor_by_zone", change.demand_factor_by_zone, list(case.zones.index), MOST_PEOPLE, "分区", "zone"),
        ("speed_factor", change.speed_factor, list(graph.class_names), MOST_SPEED, "道路等级", "class of road"),
    ]
    for name, factor, known, most, zh, en in words:
        entries = factor.items() if isinstance(factor, Mapping) else [("", factor)]
        for key, value in entries:
            if key and key not in known:
                close = nearest_word(key, known)
                faults.add(
                    f"没有这个{zh}",
                    f"there is no such {en}",
                    remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}",
                    remedy_en=f"did you mean {close!r}?" if close else f"known: {', '.join(known)}",
                    column=f"{column}.{name}",
                    value=key,
                )
            if not 0 <= value <= most or (name == "speed_factor" and value == 0):
                least = "大于 0" if name == "speed_factor" else "不小于 0"
                least_en = "above 0" if name == "speed_factor" else "at least 0"
                faults.add(
                    f"倍数应{least}、不大于 {most:g}（1 表示不变，0.8 表示减少两成）",
                    f"the factor must be {least_en} and at most {most:g} (1 changes nothing, 0.8 is a fifth less)",
                    column=f"{column}.{name}",
                    value=f"{key} = {value:g}" if key else value,
                )
    return find_roads(graph, change.closed_roads, faults, column=f"{column}.closed_roads")
