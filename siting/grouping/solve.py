"""The best grouping, checked anew; or, where none keeps the rules, what would have to give and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.errors import Fault, InfeasibleError, SitingError, VerificationError
from siting.events import Listener, silent
from siting.grouping.problem import Problem, instance_of, model_of
from siting.grouping.relax import reasons
from siting.grouping.scenario import Rules
from siting.impedance import IntArray
from siting.solution import Outcome
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import Check, verify

TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Groups:
    """A grouping that keeps the rules.

    Attributes:
        group: (M,) lead of each member.
        checks: the independent checks that it passed.
    """

    problem: Problem
    rules: Rules
    group: IntArray
    outcome: Outcome
    checks: tuple[Check, ...]


def best_groups(
    problem: Problem,
    rules: Rules,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    *,
    listener: Listener = silent,
    file: Path | None = None,
) -> Groups:
    """The grouping with the least travel among those that keep the rules.

        min sum_i w_i t_ij x_ij   with  sum_j x_ij = 1,  (1 - b) T_j <= L_j + sum_i l_i x_ij <= (1 + b) T_j,
        n <= sum_i x_ij <= N,  x_ij = 0 where t_ij > the longest way,  x_ij in {0, 1}

    with w_i the load l_i or 1, L_j the lead's own load and T_j the load that the group should have.

    Source: balanced districts as a location model: Hess et al. (1965), Operations Research 13(6); limits on the size
    of each part: Mehrotra, Johnson and Nemhauser (1998), Management Science 44(8).

    Raises:
        InfeasibleError: no grouping keeps the rules; the faults say which of them would have to give.
        SitingError: none was found within the time.
        VerificationError: the grouping failed a check.
    """
    instance, model = instance_of(problem, rules), model_of(rules)
    try:
        solution = solve(instance, model, options, listener=listener, diagnose=False)
    except InfeasibleError:
        raise InfeasibleError(reasons(problem, rules, options, file=file)) from None
    except SitingError as error:
        if isinstance(error, VerificationError):
            raise
        raise SitingError((*error.faults, *reasons(problem, rules, options, file=file, proven=False))) from error
    m = len(problem.members)
    group = np.full(m, -1, dtype=np.int64)
    assigned = solution.assignment
    inside = assigned.demand_index < m
    group[assigned.demand_index[inside]] = assigned.site_index[inside]
    check_rules(problem, rules, group, solution.outcome)
    return Groups(problem, rules, group, solution.outcome, verify(instance, model, solution).checks)


def check_rules(problem: Problem, rules: Rules, group: IntArray, outcome: Outcome) -> None:
    """Hold a grouping to the rules, from the numbers of the tables alone.

    Raises:
        VerificationError: with every rule that is broken.
    """
    m = len(problem.members)
    broken: list[tuple[str, str]] = []
    if group.shape != (m,) or (group < 0).any() or (group >= len(problem.leads)).any():
        raise VerificationError(Fault("有成员没有分组", "a member has no group"))
    minutes = problem.minutes[np.arange(m), group]
    count = np.bincount(group, minlength=len(problem.leads))
    if not (minutes <= rules.max_minutes + TOLERANCE).all():
        broken.append(("有成员超出最长时间", "a member is farther than the limit"))
    if ((problem.settled >= 0) & (group != problem.settled)).any():
        broken.append(("指定的归属未遵守", "a settled member is elsewhere"))
    if problem.imbalance(group) > rules.balance + TOLERANCE:
        broken.append(("各组不均衡", "the groups are not balanced"))
    if (count < rules.least_members).any() or (count > (rules.most_members or m)).any():
        broken.append(("成员数超出上下限", "a group has too few or too many members"))
    if rules.contiguous and not all(_linked(problem, group, j) for j in range(len(problem.leads))):
        broken.append(("有组不连片", "a group does not hang together"))
    weight = problem.load if rules.objective == "load_minutes" else np.ones(m)
    value = float(weight @ minutes)
    if outcome.objective is None or not math.isclose(value, outcome.objective, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        broken.append((f"目标值不符：{value}", f"the objective differs: {value}"))
    if broken:
        raise VerificationError(Fault(f"独立校验未通过：{zh}", f"the check failed: {en}") for zh, en in broken)


def _linked(problem: Problem, group: IntArray, lead: int) -> bool:
    """Whether the members of a lead hang together, with the catchment in which the lead itself lies."""
    assert problem.touching is not None
    assert problem.home is not None
    mine, home = group == lead, int(problem.home[lead])
    if not mine.any():
        return True
    start = {home} if mine[home] else set()
    if not start and np.count_nonzero(problem.home == home) > 1:
        start = {int(i) for i in problem.touching.neighbours(home) if mine[i]}
    reached, waiting = set(start), list(start)
    while waiting:
        for i in problem.touching.neighbours(waiting.pop()).tolist():
            if mine[i] and i not in reached:
                reached.add(i)
                waiting.append(i)
    return len(reached) == int(mine.sum())
