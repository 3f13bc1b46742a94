"""What a value of an objective means, in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.instance import Instance
from siting.solution import Solution
from siting.verify import evaluate

Words = Callable[[float, Instance, Solution], tuple[str, str]]


def number(value: float, digits: int = 2) -> str:
    """At most so many decimals, the same on every machine: the last digits of the arithmetic are cut off first."""
    text = f"{round(value, 6) + 0.0:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{number(100 * share, 1)}%"


def _of(value: float, instance: Instance) -> str:
    return percent(value / float(instance.demand.sum()))


def _total(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    mean = number(v / float(instance.demand.sum()))
    return (
        f"全体居民合计出行 {number(v)} 人·分钟，平均每人 {mean} 分钟",
        f"all people together travel {number(v)} person-minutes, {mean} minutes each on average",
    )


def _farthest(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return f"最远的居民走 {number(v)} 分钟", f"whoever lives farthest travels {number(v)} minutes"


def _weighted(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return (
        f"任何一个村的“人口×路程”都不超过 {number(v)} 人·分钟",
        f"no village's people times travel is above {number(v)} person-minutes",
    )


def _covered(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return f"{number(v)} 人（{share}）在标准之内", f"{number(v)} people ({share}) are within the standard"


def _new(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return f"新建 {number(v)} 处，不能更少", f"{number(v)} new facilities, and no fewer would do"


def _backup(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return (
        f"{number(v)} 人（{share}）还有第二处在标准之内",
        f"{number(v)} people ({share}) have a second facility within the standard",
    )


def _both(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    once, twice = (number(evaluate(instance, name, solution)) for name in ("covered_demand", "backup_covered_demand"))
    return (
        f"{once} 人至少有一处在标准之内，{twice} 人有两处；加权合计 {number(v)}",
        f"{once} people have a facility within the standard, {twice} have two; weighted together {number(v)}",
    )


def _expected(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return (
        f"期望有 {number(v)} 人（{share}）能在标准之内等到空闲的车",
        f"{number(v)} people ({share}) can expect a free vehicle within the standard",
    )


def _gradual(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return f"折算覆盖 {number(v)} 人（{share}）", f"the cover is worth {number(v)} people in full ({share})"


def _attended(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return f"预计 {number(v)} 人（{share}）会来", f"{number(v)} people ({share}) can be expected to come"


def _assigned(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return (
        f"{number(v)} 人（{share}）在标准之内有学位（床位、名额）",
        f"{number(v)} people ({share}) have a place within the standard",
    )


def _cost(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    assert instance.fixed_cost is not None
    building = float(instance.fixed_cost[solution.open & ~instance.existing].sum())
    if instance.closing_cost is not None and instance.leaving.any():
        closing = float(instance.closing_cost[instance.existing & ~solution.open].sum())
        rest = v - building - closing
        return (
            f"总费用 {number(v)} 元，其中建设费 {number(building)} 元，关闭与迁移费 {number(closing)} 元，"
            f"出行费 {number(rest)} 元",
            f"the cost is {number(v)} yuan: {number(building)} for building, {number(closing)} for closing and moving, "
            f"{number(rest)} for travel",
        )
    return (
        f"总费用 {number(v)} 元，其中建设费 {number(building)} 元，出行费 {number(v - building)} 元",
        f"the cost is {number(v)} yuan: {number(building)} for building, {number(v - building)} for travel",
    )


def _tail(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    if instance.worst_share is not None:
        share = percent(instance.worst_share)
        return (
            f"最不便的 {share} 居民平均走 {number(v)} 分钟",
            f"the worst-off {share} of the people travel {number(v)} minutes on average",
        )
    return (
        f"各人群的平均出行加权合计 {number(v)} 分钟",
        f"the weighted mean travel of the groups is {number(v)} minutes",
    )


def _envy(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    total = evaluate(instance, "total_weighted_impedance", solution)
    return (
        f"总出行 {number(total)} 人·分钟，超出标准的部分加权后为 {number(v - total)}，合计 {number(v)}",
        f"total travel is {number(total)} person-minutes, what goes beyond the standard counts {number(v - total)} "
        f"with its weight, together {number(v)}",
    )


def _difference(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return (
        f"任意两人的出行时间平均相差 {number(v)} 分钟",
        f"the travel of any two people differs by {number(v)} minutes on average",
    )


def _separation(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return f"相距最近的两处也有 {number(v)} 分钟", f"the two nearest to each other are {number(v)} minutes apart"


def _captured(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    share = _of(v, instance)
    return f"预计 {number(v)} 人（{share}）选择自有设施", f"{number(v)} people ({share}) choose one's own facilities"


def _regret(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return (
        f"无论出现哪种情景，总出行最多比该情景的最优方案多 {number(v)} 人·分钟",
        f"whatever the future, total travel is at most {number(v)} person-minutes above the best plan for it",
    )


def _coverage_regret(v: float, instance: Instance, solution: Solution) -> tuple[str, str]:
    return (
        f"无论出现哪种情景，达标人口最多比该情景的最优方案少 {number(v)} 人",
        f"whatever the future, at most {number(v)} people fewer are covered than by the best plan for it",
    )


WORDS: dict[str, Words] = {
    "total_weighted_impedance": _total,
    "largest_impedance": _farthest,
    "largest_weighted_impedance": _weighted,
    "covered_demand": _covered,
    "number_of_new_facilities": _new,
    "backup_covered_demand": _backup,
    "first_and_backup_demand": _both,
    "expected_covered_demand": _expected,
    "gradually_covered_demand": _gradual,
    "attended_demand": _attended,
    "assigned_demand": _assigned,
    "fixed_and_travel_cost": _cost,
    "tail_mean_impedance": _tail,
    "impedance_and_envy": _envy,
    "mean_absolute_difference": _difference,
    "least_separation": _separation,
    "captured_demand": _captured,
    "largest_regret": _regret,
    "largest_coverage_regret": _coverage_regret,
}


def in_words(objective: str, instance: Instance, solution: Solution) -> tuple[str, str]:
    """What the plan's value of its objective means (zh, en); '' for an objective that has no words."""
    words, value = WORDS.get(objective), solution.outcome.objective
    return ("", "") if words is None or value is None else words(value, instance, solution)


def ids(names: tuple[str, ...], flags: np.ndarray) -> str:
    """Names of the sites that the flags mark."""
    return ", ".join(name for name, flag in zip(names, flags.tolist(), strict=True) if flag)
