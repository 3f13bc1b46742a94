"""The amounts with which access is most equal, whole numbers where asked, and how good they are."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from siting.errors import Fault, SitingError, VerificationError
from siting.evaluation.accessibility import Level, hierarchical_two_step
from siting.formulation.program import Program
from siting.impedance import FloatArray
from siting.rebalance.certify import bound, centred, value
from siting.rebalance.problem import PER, Problem
from siting.rebalance.scenario import Objective
from siting.solution import PROVEN_GAP, Outcome, Status
from siting.solving.convex import Convex, solve_convex
from siting.solving.solver import SolverOptions, solver_version

TOLERANCE = 1e-6
SLACK = 1e-9  # relative: what a second objective may cost the first


@dataclass(frozen=True, eq=False)
class Shared:
    """Amounts shared out anew.

    Attributes:
        amount: (J,) after, whole numbers where asked.
        exact: (J,) before rounding; the same where nothing was rounded.
        outcome: the objective at `amount`, and what no amounts, whole or not, can beat.
        exact_value: the objective at `exact`.
    """

    problem: Problem
    objective: Objective
    amount: FloatArray
    exact: FloatArray
    outcome: Outcome
    exact_value: float


def share_out(
    problem: Problem,
    objective: Objective,
    options: SolverOptions,
    *,
    whole: bool,
) -> Shared:
    """The amounts within the limits and totals with the best objective.

        min sum_i p_i (A_i - m)^2   or   max min_i A_i   or   min sum_i p_i |A_i - m|,   A = gain S,
        least_j <= S_j <= most_j,   sum_{j in group} S_j = total of the group

    The first is a convex quadratic programme, the others are linear; of all amounts that are best by `worst` those that
    move least are taken. Source: Wang and Tang (2013), Environment and Planning B 40(4), and Tao, Cheng, Dai and
    Rosenberg (2014), International Journal of Health Geographics 13:33: supply shared out for equal 2SFCA
    accessibility.

    Raises:
        SitingError: the solver gave nothing.
        VerificationError: the amounts failed the independent check.
    """
    begin = time.perf_counter()
    found, dual = {"variance": _variance, "mean_absolute": _mean_absolute, "worst": _worst}[objective](problem, options)
    exact = _settled(problem, found)
    limit = bound(problem, objective, exact, dual)
    amount = round_keeping_totals(problem, exact) if whole else exact
    check(problem, amount)
    sense = "maximize" if objective == "worst" else "minimize"
    reached = value(problem, objective, amount)
    exact_value = value(problem, objective, exact)
    gap = abs(reached - limit) / max(abs(reached), 1e-9)
    outcome = Outcome(
        status=Status.OPTIMAL if gap <= PROVEN_GAP else Status.NODE_LIMIT,
        objective=reached, bound=limit, sense=sense, seconds=time.perf_counter() - begin, solver="HiGHS",
        version=solver_version(), seed=options.seed, threads=options.threads,
    )  # fmt: skip
    return Shared(problem, objective, amount, exact, outcome, exact_value)


def round_keeping_totals(problem: Problem, amount: FloatArray) -> FloatArray:
    """Whole amounts within the limits and with the same totals, by the largest remainder (Hare's method).

    The limits and totals must be whole numbers.
    """
    rounded = np.clip(np.floor(amount + TOLERANCE), problem.least, problem.most)
    for g, total in enumerate(problem.total):
        mine = np.flatnonzero(problem.group == g)
        left = round(float(total - rounded[mine].sum()))
        for j in mine[np.argsort(-(amount - rounded)[mine], kind="stable")]:
            if left > 0 and rounded[j] + 1 <= problem.most[j]:
                rounded[j] += 1
                left -= 1
    return np.asarray(rounded, dtype=np.float64)


def check(problem: Problem, amount: FloatArray) -> None:
    """Hold amounts to the limits and totals, and the gains to accessibility as it is computed for any supply.

    Raises:
        VerificationError: with everything that does not hold.
    """
    broken = []
    slack = TOLERANCE * np.maximum(1.0, problem.most)
    if not ((amount >= problem.least - slack) & (amount <= problem.most + slack)).all():
        broken.append(("有设施超出上下限", "a facility is outside its limits"))
    totals = np.bincount(problem.group, weights=amount, minlength=problem.total.size)
    if not np.allclose(totals, problem.total, rtol=TOLERANCE, atol=TOLERANCE):
        broken.append((f"总数不符：{totals} ≠ {problem.total}", f"the total differs: {totals} != {problem.total}"))
    anew = [
        Level(v.name, v.impedance, amount[problem.level == k], v.threshold, v.decay, v.demand_share, v.site_ids)
        for k, v in enumerate(problem.levels)
    ]
    direct = PER * hierarchical_two_step(anew, problem.people, absolute_decay=problem.absolute_decay).total
    if not np.allclose(direct, problem.accessibility(amount), rtol=TOLERANCE, atol=TOLERANCE):
        broken.append(("可达性重算不一致", "accessibility derived anew differs"))
    if broken:
        raise VerificationError(Fault(f"独立校验未通过：{zh}", f"the check failed: {en}") for zh, en in broken)


def _variance(problem: Problem, options: SolverOptions) -> tuple[FloatArray, None]:
    """S scaled to about 1, so that the solver's tolerances mean the same whatever is shared out."""
    unit = _unit(problem)
    apart = centred(problem) * unit
    hessian = 2 * apart.T @ (problem.share[:, None] * apart)
    size = max(float(np.abs(hessian).max()), 1e-300)
    found = _solved(solve_convex(_program(problem, unit), hessian / size, options))
    return _polished(problem, found.values * unit), None


def _polished(problem: Problem, amount: FloatArray) -> FloatArray:
    """The optimum for the limits at which the solver's amounts stand, by linear algebra; the better of both."""
    free = (amount > problem.least + 1e-5) & (amount < problem.most - 1e-5)
    fixed = np.where(amount - problem.least < problem.most - amount, problem.least, problem.most)
    apart = centred(problem)
    weighted = np.sqrt(problem.share)[:, None] * apart
    ties = (problem.group[None, :] == np.arange(problem.total.size)[:, None]).astype(np.float64)
    start = np.where(free, amount, fixed)
    f, g = np.flatnonzero(free), problem.total.size
    if not f.size:
        return amount
    scale = max(float(np.abs(weighted[:, f].T @ weighted[:, f]).max()), 1e-300)
    left = np.block([[weighted[:, f].T @ weighted[:, f] / scale, ties[:, f].T], [ties[:, f], np.zeros((g, g))]])
    rest = np.where(free, 0.0, start)
    right = np.r_[-weighted[:, f].T @ (weighted @ rest) / scale, problem.total - ties @ rest]
    better = start.copy()
    better[f] = np.linalg.lstsq(left, right, rcond=1e-12)[0][: f.size]
    inside = (better >= problem.least - TOLERANCE).all() and (better <= problem.most + TOLERANCE).all()
    if not inside or not np.allclose(ties @ better, problem.total, rtol=1e-9, atol=1e-9):
        return amount
    return better if value(problem, "variance", better) <= value(problem, "variance", amount) else amount


def _mean_absolute(problem: Problem, options: SolverOptions) -> tuple[FloatArray, FloatArray]:
    """Columns S and d: d_i >= A_i - m and d_i >= m - A_i."""
    unit, n = _unit(problem), problem.unit_people.size
    apart, one = csr_array(centred(problem) * unit), _identity(n)
    program = _program(
        problem, unit, extra_cost=problem.share, extra_lower=0.0,
        rows=csr_array(vstack([hstack([-apart, one]), hstack([apart, one])])), row_lower=np.zeros(2 * n),
    )  # fmt: skip
    found = _solved(solve_convex(program, None, options))
    dual = found.row_dual[-2 * n :]
    return found.values[: problem.now.size] * unit, np.asarray(dual[:n] - dual[n:])


def _worst(problem: Problem, options: SolverOptions) -> tuple[FloatArray, FloatArray]:
    """Columns S and v: A_i >= v wherever anybody is served; then the least movement that keeps v."""
    unit, served = _unit(problem), np.flatnonzero(problem.reached)
    gain = csr_array(problem.unit_gain[served] * unit)
    column = csr_array(-np.ones((served.size, 1)))
    program = _program(
        problem, unit, extra_cost=-np.ones(1), extra_lower=-np.inf,
        rows=csr_array(hstack([gain, column])), row_lower=np.zeros(served.size),
    )  # fmt: skip
    first = _solved(solve_convex(program, None, options))
    dual = np.zeros(problem.unit_people.size)
    dual[served] = first.row_dual[-served.size :]
    j, best = problem.now.size, float(first.values[-1])
    one, kept = _identity(j), np.full(served.size, best - SLACK * max(1.0, abs(best)))
    moved = _program(
        problem, unit, extra_cost=np.ones(j), extra_lower=0.0,
        rows=csr_array(vstack([hstack([gain, csr_array((served.size, j))]), hstack([-one, one]), hstack([one, one])])),
        row_lower=np.r_[kept, -problem.now / unit, problem.now / unit],
    )  # fmt: skip
    second = solve_convex(moved, None, options)
    values = first.values[:j] if second is None or not second.optimal else second.values[:j]
    return values * unit, dual


def _identity(n: int) -> csr_array:
    return csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))


def _unit(problem: Problem) -> float:
    """So much of the amount is one of the programme's units."""
    return max(float(problem.total.sum()) / problem.now.size, 1e-9)


def _program(
    problem: Problem,
    unit: float,
    *,
    extra_cost: FloatArray | None = None,
    extra_lower: float = 0.0,
    rows: csr_array | None = None,
    row_lower: FloatArray | None = None,
) -> Program:
    """Limits and totals of S (in units), further columns, and further rows >= `row_lower`, which come last."""
    j, g = problem.now.size, problem.total.size
    more = np.zeros(0) if extra_cost is None else extra_cost
    totals = csr_array((np.ones(j), (problem.group, np.arange(j))), shape=(g, j + more.size))
    below = np.zeros(0) if row_lower is None else row_lower
    return Program(
        cost=np.r_[np.zeros(j), more],
        offset=0.0,
        maximise=False,
        lower=np.r_[problem.least / unit, np.full(more.size, extra_lower)],
        upper=np.r_[problem.most / unit, np.full(more.size, np.inf)],
        whole=np.zeros(j + more.size, dtype=bool),
        matrix=csr_array(totals if rows is None else vstack([totals, rows])),
        row_lower=np.r_[problem.total / unit, below],
        row_upper=np.r_[problem.total / unit, np.full(below.size, np.inf)],
    )


def _solved(found: Convex | None) -> Convex:
    if found is None or not found.optimal:
        raise SitingError(
            Fault(
                "求解器没有得到结果",
                "the solver gave no result",
                "请延长 solver.time_limit_s，或改用另一个 objective",
                "allow more solver.time_limit_s, or choose another objective",
            )
        )
    return found


def _settled(problem: Problem, amount: FloatArray) -> FloatArray:
    """Freed of the solver's dust: within the limits, and with the exact totals."""
    clean = np.clip(amount, problem.least, problem.most)
    for g, total in enumerate(problem.total):
        mine = problem.group == g
        off = total - clean[mine].sum()
        room = np.where(mine, problem.most - clean if off > 0 else clean - problem.least, 0.0)
        if room.sum() > 0:
            clean = clean + off * room / room.sum()
    return np.asarray(clean, dtype=np.float64)
