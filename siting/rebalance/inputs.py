"""From a scenario and its case to the numbers of a redistribution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.demand import demand_for
from siting.errors import Faults, InfeasibleError, nearest_word
from siting.evaluation.accessibility import Level
from siting.files.cache import Cache
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray
from siting.instance.decay import Decay
from siting.network import DECIMALS_MIN, RoadGraph
from siting.prepare import Settings
from siting.rebalance.problem import Problem, gain_of
from siting.rebalance.scenario import LevelAsked, Rebalance
from siting.service_times import mode_times, placed
from siting.standards import load_service

ROUNDING = 1e-9


def pose(case: Case, scenario: Rebalance, graph: RoadGraph, graph_key: str, settings: Settings, path: Path) -> Problem:
    """The numbers of the scenario.

    Raises:
        InputError: with every id and amount that cannot be used.
        InfeasibleError: when the limits do not let the total be kept; says what would.
    """
    people = demand_for(case, load_service(scenario.levels[0].service))
    facilities, level = choose(case, scenario, path)
    least, most = limits(scenario, facilities, level, path)
    now = facilities[scenario.amount].to_numpy(dtype=np.float64)
    group, total = totals(scenario, now, level, path)
    if scenario.whole:
        least, most = np.ceil(least - ROUNDING), np.floor(most + ROUNDING)
    check_limits(scenario, now, least, most, group, total, path)
    levels = []
    for k, asked in enumerate(scenario.levels):
        mine = facilities[level == k]
        times = mode_times(
            placed(case.demand), placed(mine), graph, asked.mode, asked.minutes,
            travel=scenario.travel, cache=Cache(settings.cache), graph_key=graph_key, listener=settings.listener,
        )  # fmt: skip
        levels.append(level_of(asked, times.impedance.widened(DECIMALS_MIN), now[level == k], mine))
    known = tuple(levels)
    gain = gain_of(known, people, absolute_decay=scenario.absolute_decay)
    unit = np.arange(people.size)
    if scenario.by == "township":
        unit = np.unique(case.demand["township"].to_numpy(dtype=str), return_inverse=True)[1].astype(np.int64)
    return Problem(
        facilities, level, people, known, scenario.absolute_decay, gain, now, least, most, group, total, unit
    )  # fmt: skip


def level_of(asked: LevelAsked, impedance: ImpedanceMatrix, now: FloatArray, facilities: pd.DataFrame) -> Level:
    """A level of the hierarchical 2SFCA with its own catchment, decay and share of demand."""
    return Level(
        name=asked.service,
        impedance=impedance,
        supply=now,
        threshold=asked.minutes,
        decay=None if asked.decay == "none" else Decay(asked.decay, asked.minutes),
        demand_share=asked.demand_share,
        site_ids=[str(key) for key in facilities["id"]],
    )


def choose(case: Case, scenario: Rebalance, path: Path) -> tuple[pd.DataFrame, IntArray]:
    """The facilities level by level, and the number of each one's level.

    Raises:
        InputError: a level without facilities, or a facility whose amount is not known.
    """
    faults, parts, level = Faults(path), [], []
    for k, asked in enumerate(scenario.levels):
        service = load_service(asked.service)
        rows = case.facilities[case.facilities["service"] == asked.service]
        if rows.empty:
            faults.add(
                f"案例中没有{service.name_zh}", f"the case has no {service.name_en}", column=f"levels[{k + 1}].service",
                value=asked.service,
            )  # fmt: skip
        for _, row in rows[rows[scenario.amount].isna()].iterrows():
            faults.add(
                f"这处设施没有填 {scenario.amount}，无法调整",
                f"the facility has no {scenario.amount} to be shared out",
                remedy_zh="请在 facilities.csv 中填写（没有就填 0）",
                remedy_en="fill it in in facilities.csv (0 for none)",
                column="amount",
                value=f"{row['id']} {row['name']}",
            )
        parts.append(rows)
        level += [k] * len(rows)
    faults.raise_if_any()
    return pd.concat(parts, ignore_index=True), np.array(level, dtype=np.int64)


def limits(scenario: Rebalance, facilities: pd.DataFrame, level: IntArray, path: Path) -> tuple[FloatArray, FloatArray]:
    """(J,) least and largest amount of each facility.

    Raises:
        InputError: an id that there is not, or a least amount above the largest.
    """
    now, faults = facilities[scenario.amount].to_numpy(dtype=np.float64), Faults(path)
    least, most = np.zeros(now.size), np.zeros(now.size)
    for k, asked in enumerate(scenario.levels):
        mine = np.flatnonzero(level == k)
        place = {str(facilities["id"].iloc[j]): int(j) for j in mine}
        least[mine], most[mine] = asked.least_share * now[mine], asked.most_share * now[mine]
        for name, given, into in (("least", asked.least, least), ("most", asked.most, most)):
            for key, number in given.items():
                column = f"levels[{k + 1}].{name}.{key}"
                if key not in place:
                    close = nearest_word(key, list(place))
                    faults.add(
                        "这一级没有这个设施编号", "the level has no such facility", column=column, value=key,
                        remedy_zh=f"是否想写“{close}”？" if close else "请核对编号",
                        remedy_en=f"did you mean {close!r}?" if close else "check the id",
                    )  # fmt: skip
                elif not (np.isfinite(number) and number >= 0):
                    faults.add("应为不小于零的数", "must be a number of at least 0", column=column, value=number)
                else:
                    into[place[key]] = number
    for j in np.flatnonzero(least > most):
        faults.add(
            "下限大于上限",
            "the least amount is above the largest",
            remedy_zh="请同时写明 least 与 most",
            remedy_en="give both least and most",
            column=f"levels[{level[j] + 1}].least",
            value=f"{facilities['id'].iloc[j]}: {least[j]:g} > {most[j]:g}",
        )
    faults.raise_if_any()
    return least, most


def totals(scenario: Rebalance, now: FloatArray, level: IntArray, path: Path) -> tuple[IntArray, FloatArray]:
    """(J,) group of each facility, and (G,) total of each group after.

    What is added is shared among levels that keep their totals in proportion, whole numbers by the largest remainder.

    Raises:
        InputError: a total below 0, or one that is no whole number although amounts must be.
    """
    faults = Faults(path)
    total = float(now.sum() + scenario.additional)
    if total < 0:
        faults.add(
            "减少的比现有的还多", "more is taken away than there is", column="additional", value=scenario.additional
        )
    if scenario.whole and abs(total - round(total)) > ROUNDING * max(1.0, total):
        faults.add(
            f"总数 {total:g} 不是整数",
            f"the total {total:g} is not a whole number",
            remedy_zh="请核对台账与 additional，或写 whole = false",
            remedy_en="check the ledger and additional, or write whole = false",
            column="whole",
            value=scenario.whole,
        )
    faults.raise_if_any()
    if not scenario.keep_levels:
        return np.zeros(now.size, dtype=np.int64), np.array([total])
    held = np.bincount(level, weights=now, minlength=len(scenario.levels))
    after = held * (total / held.sum()) if held.sum() > 0 else np.full(held.size, total / held.size)
    if scenario.whole:
        whole = np.floor(after + ROUNDING)
        rest = round(total - whole.sum())
        whole[np.argsort(whole - after, kind="stable")[:rest]] += 1
        after = whole
    return level, np.asarray(after, dtype=np.float64)


def check_limits(
    scenario: Rebalance,
    now: FloatArray,
    least: FloatArray,
    most: FloatArray,
    group: IntArray,
    total: FloatArray,
    path: Path,
) -> None:
    """Refuse limits between which the totals cannot lie.

    Raises:
        InfeasibleError: saying by how much, and which share or addition would do.
    """
    faults = Faults(path)
    for j in np.flatnonzero(least > most):
        faults.add(
            "上下限之间没有整数",
            "there is no whole number between the limits",
            remedy_zh="请放宽上下限，或写 whole = false",
            remedy_en="loosen the limits, or write whole = false",
            column="levels",
            value=f"{least[j]:g} > {most[j]:g}",
        )
    for g, wanted in enumerate(total.tolist()):
        mine = group == g
        low, high, held = float(least[mine].sum()), float(most[mine].sum()), float(now[mine].sum())
        where = f"（{scenario.levels[g].service}）" if scenario.keep_levels else ""
        if low > wanted + ROUNDING:
            share = np.floor(1000 * wanted / held) / 1000 if held > 0 else 0.0
            faults.add(
                f"各设施下限合计 {low:,.6g}，多于总数 {wanted:,.6g}{where}，多 {low - wanted:,.6g}",
                f"the least amounts add up to {low:,.6g}, above the total of {wanted:,.6g}, by {low - wanted:,.6g}",
                remedy_zh=f"请把 least_share 降到 {share:g} 以下，或降低 least，或 additional 再加 {low - wanted:,.6g}",
                remedy_en=f"lower least_share below {share:g} (or least), or add {low - wanted:,.6g} to additional",
                column="levels.least_share",
                value=f"{low:,.6g} > {wanted:,.6g}",
            )
        if high < wanted - ROUNDING:
            share = np.ceil(1000 * wanted / held) / 1000 if held > 0 else np.inf
            faults.add(
                f"各设施上限合计 {high:,.6g}，少于总数 {wanted:,.6g}{where}，少 {wanted - high:,.6g}",
                f"the largest amounts add up to {high:,.6g}, below the total of {wanted:,.6g}, by {wanted - high:,.6g}",
                remedy_zh=f"请把 most_share 提到 {share:g} 以上（或提高 most），或减少 additional {wanted - high:,.6g}",
                remedy_en=f"raise most_share above {share:g} (or most), or take {wanted - high:,.6g} from additional",
                column="levels.most_share",
                value=f"{high:,.6g} < {wanted:,.6g}",
            )
    faults.raise_if_any(InfeasibleError)
