"""Why no grouping keeps the rules: the least that each rule, alone, would have to give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from siting.errors import Fault, InfeasibleError, SitingError
from siting.grouping.problem import Problem, instance_of, model_of
from siting.grouping.scenario import Rules
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions

Found = Literal["yes", "no", "open"]
FINE = 0.0005  # of the balance: a twentieth of a point
MOST_IMBALANCE = 1.0
LEAST_SECONDS, SHARE_OF_TIME = 2.0, 0.1  # for each grouping that is tried, of the time limit


def reasons(
    problem: Problem, rules: Rules, options: SolverOptions, *, file: Path | None = None, proven: bool = True
) -> list[Fault]:
    """What would have to give, each rule alone.

    Args:
        proven: whether it is certain that no grouping keeps the rules; else none was found in time.
    """
    limit = max(LEAST_SECONDS, SHARE_OF_TIME * options.time_limit_s)
    trial = replace(options, time_limit_s=limit, gap=0.999)  # any grouping will do
    name = None if file is None else file.name
    zh, en = ("没有", "no") if proven else ("在限定时间内没有找到", "within the time, no")
    faults = [
        Fault(
            f"{zh}同时符合全部规则的分组",
            f"{en} grouping keeps all the rules",
            "以下各项单独放宽即可" if proven else "",
            "each of the following alone would do" if proven else "",
            file=name,
        )
    ]
    gives = [_balance(problem, rules, trial), _minutes(problem, rules, trial), *_others(problem, rules, trial)]
    faults += [replace(fault, file=name) for fault in gives if fault is not None]
    if len(faults) == 1:
        faults.append(_nothing_alone(problem, rules, trial, name))
    return faults


def possible(problem: Problem, rules: Rules, options: SolverOptions) -> tuple[Found, float]:
    """Whether a grouping keeps the rules, and the imbalance of one that does."""
    try:
        solution = solve(instance_of(problem, rules), model_of(rules), options, diagnose=False)
    except InfeasibleError:
        return "no", np.inf
    except SitingError:
        return "open", np.inf
    inside = solution.assignment.demand_index < len(problem.members)
    return "yes", problem.imbalance(solution.assignment.site_index[inside])


def least_imbalance(problem: Problem, rules: Rules, options: SolverOptions) -> tuple[float, float]:
    """The least balance with which a grouping keeps the other rules: a lower bound, and one that is reached.

    By halving: each grouping that is found has an imbalance, each that is proven impossible gives a bound. A trial
    that the clock leaves open moves neither, and ends the search. The second is +inf where even a group twice as
    large as it should be does not help.
    """
    found, high = possible(problem, rules.model_copy(update={"balance": MOST_IMBALANCE}), options)
    if found != "yes":
        return (np.inf if found == "no" else 0.0), np.inf
    low = 0.0
    while high - low > FINE:
        middle = (low + high) / 2
        found, reached = possible(problem, rules.model_copy(update={"balance": middle}), options)
        if found == "open":
            break
        low, high = (middle, high) if found == "no" else (low, min(reached, middle))
    return low, high


def least_minutes(problem: Problem, rules: Rules, options: SolverOptions) -> tuple[float, float]:
    """The least longest way with which a grouping keeps the other rules: a lower bound, and one that is reached.

    Only the minutes between a member and a lead can be the answer, so that halving their list is exact.
    """
    values = np.unique(problem.minutes[np.isfinite(problem.minutes)])
    low, high = -1, values.size  # impossible, possible
    while high - low > 1:
        middle = (low + high) // 2
        found, _ = possible(problem, rules.model_copy(update={"max_minutes": float(values[middle])}), options)
        if found == "open":
            break
        low, high = (low, middle) if found == "yes" else (middle, high)
    reached = float(values[high]) if high < values.size else np.inf
    return (float(values[low + 1]) if low + 1 < values.size else np.inf), reached


def _balance(problem: Problem, rules: Rules, options: SolverOptions) -> Fault | None:
    low, high = least_imbalance(problem, rules, options)
    if not np.isfinite(high):
        return None
    certain = high - low <= FINE
    need = f"{np.ceil(1000 * high) / 10:.1f}%"
    return Fault(
        f"均衡：允许的差距为 ±{rules.balance:.1%}，其他规则不变时最小为 ±{high:.2%}"
        + ("" if certain else "（未证明）"),
        f"balance: ±{rules.balance:.1%} is allowed; with the other rules as they are the least possible is "
        f"±{high:.2%}" + ("" if certain else " (not proven)"),
        f"把 rules.balance 放宽到 {need}",
        f"raise rules.balance to {need}",
        column="rules.balance",
        value=f"{rules.balance:g}",
    )


def _minutes(problem: Problem, rules: Rules, options: SolverOptions) -> Fault | None:
    low, high = least_minutes(problem, rules, options)
    if not np.isfinite(high):
        return None
    need = np.ceil(10 * high) / 10
    certain = "" if low == high else "（未证明）", "" if low == high else " (not proven)"
    return Fault(
        f"路程：最长 {rules.max_minutes:g} 分钟，其他规则不变时最短须 {high:.2f} 分钟{certain[0]}",
        f"way: {rules.max_minutes:g} minutes at most; with the other rules as they are the least possible limit is "
        f"{high:.2f}{certain[1]}",
        f"把 rules.max_minutes 放宽到 {need:g}",
        f"raise rules.max_minutes to {need:g}",
        column="rules.max_minutes",
        value=f"{rules.max_minutes:g}",
    )


def _others(problem: Problem, rules: Rules, options: SolverOptions) -> list[Fault]:
    """Rules that can only be dropped, or moved by whole members."""
    found = []
    for by in range(1, len(problem.members)):
        if not rules.least_members and rules.most_members is None:
            break
        least = max(rules.least_members - by, 0)
        most = None if rules.most_members is None else rules.most_members + by
        wider = rules.model_copy(update={"least_members": least, "most_members": most})
        if possible(problem, wider, options)[0] == "yes":
            found.append(
                Fault(
                    f"成员数：上下限各放宽 {by} 个即可",
                    f"members: limits wider by {by} at either end would do",
                    f"rules.least_members = {least}" + ("" if most is None else f"，rules.most_members = {most}"),
                    f"least_members = {least}" + ("" if most is None else f", most_members = {most}"),
                    column="rules.least_members, rules.most_members",
                )
            )
            break
        if not least and (most is None or most >= len(problem.members)):
            break
    if rules.contiguous and possible(problem, rules.model_copy(update={"contiguous": False}), options)[0] == "yes":
        found.append(
            Fault(
                "连片：不要求连片即可", "connected groups: without this rule there is a grouping",
                "rules.contiguous = false", "rules.contiguous = false", column="rules.contiguous",
            )
        )  # fmt: skip
    if (problem.settled >= 0).any():
        free = replace(problem, settled=np.full(len(problem.members), -1))
        if possible(free, rules, options)[0] == "yes":
            found.append(
                Fault(
                    "指定的归属：不指定即可", "settled members: without them there is a grouping",
                    "去掉 rules.together 中的部分或全部", "drop some or all of rules.together", column="rules.together",
                )
            )  # fmt: skip
    return found


def _nothing_alone(problem: Problem, rules: Rules, options: SolverOptions, name: str | None) -> Fault:
    """Members that reach no lead at all, or that several rules must give together."""
    lost = np.asarray(~np.isfinite(problem.minutes).any(axis=1))
    if lost.any():
        names = "、".join(str(value) for value in problem.members["name"][lost])
        return Fault(
            f"这些成员到不了任何牵头单位：{names}",
            f"these members reach no lead: {names}",
            "请核对坐标与路网，或用 members.leave_out 排除",
            "check coordinates and roads, or leave them out with members.leave_out",
            file=name,
            column="members",
        )
    far = rules.model_copy(update={"max_minutes": float(problem.minutes[np.isfinite(problem.minutes)].max())})
    _, high = least_imbalance(problem, far, options)
    if np.isfinite(high):
        return Fault(
            f"单独放宽一项不够；不限路程时，均衡最小为 ±{high:.2%}",
            f"no rule alone is enough; with no limit on the way the least imbalance is ±{high:.2%}",
            "同时放宽 rules.max_minutes 与 rules.balance",
            "loosen rules.max_minutes and rules.balance together",
            file=name,
            column="rules",
        )
    return Fault(
        "单独放宽一项不够，路程与均衡一起放宽也不够",
        "no rule alone is enough, nor the way and the balance together",
        "请减少其他限制：成员数、连片、指定的归属",
        "loosen the others: numbers of members, connected groups, settled members",
        file=name,
        column="rules",
    )
