"""One objective: the search, the model and the solver, and the plan that they give."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from siting.doctor import NoPlanError
from siting.errors import Fault, SitingError
from siting.events import Listener
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import always_open
from siting.formulation.data import Data, huff_shares
from siting.formulation.decided import Decided
from siting.formulation.reduce import Reduction, goes_to_nearest, reduce, unreduced
from siting.formulation.spec import Formulation, Limit
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import NOT_IN_USE
from siting.search.engines import answers_alone, first_plan, search_first
from siting.search.found import Found, Known
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solving.built import Built, build, settle
from siting.solving.solver import SolverOptions, solver_version

TINY_SHARE = 1e-9
ASSIGNS = {"assign_share", "assign_whole"}
LEAST_TIME_S = 1.0  # for the solver, however long a search before it took
Say = Callable[..., None]


@dataclass(frozen=True, eq=False)
class Question:
    """A model with the constraints that hold, one of its objectives, and limits on others."""

    formulation: Formulation
    active: tuple[str, ...]
    objective: str
    limits: tuple[Limit, ...] = ()

    @property
    def nearest(self) -> bool:
        """Whether everybody may as well go to the nearest open site."""
        return goes_to_nearest(self.formulation, self.active)

    @property
    def settled_by_sites(self) -> bool:
        """Whether the open sites alone settle everything else."""
        return self.nearest or not ASSIGNS & set(self.formulation.variables)

    @property
    def sense(self) -> str:
        """Of the objective: `minimize` or `maximize`."""
        return REGISTER[self.objective].sense

    def own(self, value: float, *, constant: float) -> float:
        """The objective's value for the value that a search tells, which is the negative of a maximised one.

        Args:
            constant: what a reduction took out; with 0 the same call leads back.
        """
        return (-value if self.sense == "maximize" else value) + constant

    @property
    def plain(self) -> bool:
        """Whether only the model's own objective is asked for."""
        return not self.limits and not self.formulation.then


@dataclass(frozen=True, eq=False)
class Decision:
    """What was decided for a reduced instance."""

    plan: Decided
    sizes: IntArray | None
    outcome: Outcome


def decide(
    question: Question,
    instance: Instance,
    options: SolverOptions,
    *,
    listener: Listener,
    say: Say,
    start: BoolArray | None = None,
    known: Known | None = None,
) -> Solution:
    """The best plan by one objective, not yet verified.

    Where a search knows the model, the solver is handed what the search has left undecided, or nothing at all.

    Args:
        start: (J,) open sites of a plan that is known to be possible.
        known: from questions that differ in the bounds of rows over changes alone.

    Raises:
        NoPlanError: it is proven that there is none.
        SitingError: none was found within the limits.
    """
    begin = time.perf_counter()
    formulation, active = question.formulation, question.active
    if question.plain and answers_alone(formulation, active, instance):
        reduction = unreduced(instance)
    else:
        reduction = reduce(formulation, active, instance, always_open(active, instance), limited=not question.plain)
    say(
        f"可行的人地配对 {instance.impedance.pair_count:,} → 化简后 {reduction.pair_count:,}",
        f"admissible pairs {instance.impedance.pair_count:,} -> {reduction.pair_count:,} after reduction",
        pairs=reduction.pair_count,
    )

    own = partial(question.own, constant=reduction.constant)

    def report(objective: float, bound: float) -> None:
        gap = (objective - bound) / max(abs(own(objective)), 1e-9)
        if math.isfinite(gap):
            zh, en = f"求解中：与最优相差不超过 {100 * gap:.2f}%", f"solving: within {100 * gap:.2f} % of optimal"
            say(zh, en, incumbent=own(objective), bound=own(bound), gap=gap)

    found = search_first(
        formulation,
        active,
        reduction.instance,
        options,
        report,
        objective=question.objective,
        limits=question.limits,
        start=start,
        known=known,
    )
    if found is None and start is None:
        start = first_plan(formulation, active, reduction.instance)
    decision = _follow(question, reduction, found, options, begin, listener, say, start)
    _refuse_without_plan(decision.outcome, formulation, active, options)
    return _full_plan(question, instance, reduction, decision)


def _follow(
    question: Question,
    reduction: Reduction,
    found: Found | None,
    options: SolverOptions,
    begin: float,
    listener: Listener,
    say: Say,
    start: BoolArray | None,
) -> Decision:
    """What the solver makes of what a search has found."""
    constant = reduction.constant

    plan = None if found is None else found.open

    def ask(instance: Instance, start: BoolArray | None) -> Decision:
        left = options.time_limit_s - (time.perf_counter() - begin)
        left = options.time_limit_s if found is None else max(left, LEAST_TIME_S)
        limits = replace(options, time_limit_s=left)
        decision = _ask_solver(question, instance, constant, limits, start, listener, say)
        if found is None:
            return decision
        seconds = time.perf_counter() - begin
        return replace(decision, outcome=_certify(question, decision.outcome, found, constant, options, seconds))

    if found is not None and plan is None and found.bound == math.inf:
        return _impossible(question, reduction, found, options, time.perf_counter() - begin)
    if found is None or plan is None:
        return ask(reduction.instance, start)
    if found.rest is not None:
        decision = ask(found.rest, plan)
        value = decision.outcome.objective
        if value is not None:
            lost = question.own(value - constant, constant=0.0) - found.objective
            if lost <= PROVEN_GAP * abs(value):
                return decision
        found = replace(found, rest=None)  # the solver lost the plan that it was given
    if question.settled_by_sites or found.site is not None or found.share is not None:
        return _taken(question, reduction, found, options, time.perf_counter() - begin)
    return ask(_limit_to(reduction.instance, plan), None)


def _impossible(
    question: Question, reduction: Reduction, found: Found, options: SolverOptions, seconds: float
) -> Decision:
    """The search has proven that there is no plan."""
    return _no_plan(reduction.instance, _outcome(question, Status.INFEASIBLE, None, found, options, seconds))


def _no_plan(instance: Instance, outcome: Outcome) -> Decision:
    """Nothing open and nobody assigned, with the outcome that says why."""
    nothing = Decided(instance, np.zeros(instance.site_count, bool), np.zeros(instance.impedance.pair_count))
    return Decision(nothing, None, outcome)


def _taken(question: Question, reduction: Reduction, found: Found, options: SolverOptions, seconds: float) -> Decision:
    """The search's own plan, with nothing left to ask the solver."""
    assert found.open is not None
    instance = reduction.instance
    share = found.share
    if share is None:
        share = np.zeros(0) if found.site is None else _all_to(instance, found.site)
    value = question.own(found.objective, constant=reduction.constant)
    outcome = _outcome(question, Status.OPTIMAL, value, found, options, seconds)
    outcome = _certify(question, outcome, replace(found, rest=None), reduction.constant, options, seconds)
    return Decision(Decided(instance, found.open, share, found.servers), found.sizes, outcome)


def _outcome(
    question: Question,
    status: Status,
    objective: float | None,
    found: Found,
    options: SolverOptions,
    seconds: float,
) -> Outcome:
    """The outcome of a search that needed no solver after it."""
    return Outcome(
        status=status,
        objective=objective,
        bound=None,
        sense=question.sense,
        seconds=seconds,
        solver=found.engine,
        version=solver_version(),
        seed=options.seed,
        threads=options.threads,
    )


def _ask_solver(
    question: Question,
    instance: Instance,
    constant: float,
    options: SolverOptions,
    start: BoolArray | None,
    listener: Listener,
    say: Say,
) -> Decision:
    """Build the model, solve it, and read the plan with the objective of exactly that plan."""
    formulation, active = question.formulation, question.active
    begin = time.perf_counter()
    built = build(
        formulation, active, instance, constant=constant, objective=question.objective, limits=question.limits
    )
    say("模型已建立", "the model is built")
    data = Data(instance, always_open(active, instance))
    if start is not None:
        built.put("y", start.astype(np.float64))
        if question.nearest:
            settle(built, formulation, data, Decided(instance, start, _nearest_shares(instance, start)))
    # Capacity rows imply nearly all links x_ij <= y_j: of a hundred thousand a thousand matter.
    full = {"respect_capacity", "respect_size_capacity", "respect_state_capacity"} & set(active)
    hold_back = ("assign_only_to_open",) if full else ()
    left = max(options.time_limit_s - (time.perf_counter() - begin), 1e-9)
    outcome = built.solve(
        replace(options, time_limit_s=left), listener=listener, use_start=start is not None, hold_back=hold_back
    )
    if outcome.objective is None:
        return _no_plan(instance, outcome)
    plan, sizes = _read(built, question, instance)
    settle(built, formulation, data, plan)
    return Decision(plan, sizes, replace(outcome, objective=built.objective()))


def _read(built: Built, question: Question, instance: Instance) -> tuple[Decided, IntArray | None]:
    """The decisions of a solved model: open sites, shares, servers, and size classes."""
    opened = built.values("y") > 0.5
    servers = sizes = None
    if "servers_at" in question.formulation.variables:
        servers = np.round(np.nan_to_num(built.values("n"))).astype(np.int64)
    if "size_of_site" in question.formulation.variables:
        sizes = np.full(instance.site_count, -1, dtype=np.int64)
        new = np.flatnonzero(~instance.existing)
        number, size = np.nonzero(built.values("s").reshape(new.size, -1) > 0.5)
        sizes[new[number]] = size
    if instance.changes is not None and built.has("chi"):
        taken = built.values("chi") > 0.5
        built.put("chi", taken.astype(np.float64))
        sizes = np.full(instance.site_count, NOT_IN_USE, dtype=np.int64)
        sizes[instance.changes.site[taken]] = instance.changes.head[taken]
    if "share_by_attraction" in question.active:
        share = huff_shares(instance, opened)
    elif question.nearest or not built.has("x"):
        share = _nearest_shares(instance, opened)
    else:
        share = _shares(built.values("x"), instance, opened)
    return Decided(instance, opened, share, servers), sizes


def _nearest_shares(instance: Instance, opened: BoolArray) -> FloatArray:
    """(nnz,) everybody to the nearest open site."""
    return _all_to(instance, instance.impedance.nearest(opened)[0])


def _all_to(instance: Instance, site: IntArray) -> FloatArray:
    """(nnz,) each demand point whole to its site (I,); -1 for none."""
    matrix = instance.impedance
    flags: FloatArray = (matrix.indices == site[matrix.rows]).astype(np.float64)
    return flags


def _shares(x: FloatArray, instance: Instance, opened: BoolArray) -> FloatArray:
    """(nnz,) the shares x_ij to open sites, freed of the solver's dust; a point that is served whole adds up to 1."""
    matrix = instance.impedance
    share = np.where((x > TINY_SHARE) & opened[matrix.indices], x, 0.0)
    total = np.bincount(matrix.rows, weights=share, minlength=matrix.shape[0])
    whole = np.abs(total - 1) < 1e-5
    return share / np.where(whole, total, 1.0)[matrix.rows]


def _full_plan(question: Question, instance: Instance, reduction: Reduction, decision: Decision) -> Solution:
    """The plan of the full instance."""
    plan = decision.plan
    if "share_by_attraction" in question.active:
        share, matrix = huff_shares(instance, plan.open), instance.impedance
        used = share > TINY_SHARE
        assignment = Assignment(matrix.rows[used], matrix.indices[used], share[used])
    elif question.nearest or not ASSIGNS & set(question.formulation.variables):
        assignment = Assignment.nearest(instance.impedance.nearest(plan.open)[0])
    else:
        matrix, used = plan.instance.impedance, plan.share > TINY_SHARE
        assignment = Assignment(reduction.rows[matrix.rows[used]], matrix.indices[used], plan.share[used])
    return Solution(
        formulation=question.formulation.id,
        open=plan.open,
        assignment=assignment,
        outcome=decision.outcome,
        servers=plan.servers,
        sizes=decision.sizes,
        limits=question.limits,
    )


def _limit_to(instance: Instance, opened: BoolArray) -> Instance:
    """The same numbers with every candidate outside `opened` closed."""
    return replace(
        instance,
        forbidden=instance.forbidden | (instance.candidate & ~opened),
        required=instance.required & opened,
        impedance=instance.impedance.keep(opened[instance.impedance.indices]),
    )


def _certify(
    question: Question, outcome: Outcome, found: Found, constant: float, options: SolverOptions, seconds: float
) -> Outcome:
    """The outcome for the whole question: the solver saw only what the search had left, or only its plan."""
    outcome = replace(outcome, seconds=seconds, solver=found.engine, nodes=outcome.nodes + found.nodes)
    if outcome.objective is None:
        return outcome
    known = [question.own(found.bound, constant=constant)] if math.isfinite(found.bound) else []
    if (found.rest is not None or found.open is None) and outcome.bound is not None:
        known.append(outcome.bound)
    bound = (min if question.sense == "maximize" else max)(known, default=None)
    difference = math.inf if bound is None else question.own(outcome.objective - bound, constant=0.0)
    gap = 0.0 if difference <= 1e-9 else difference / max(abs(outcome.objective), 1e-9)
    stopped = Status.TIME_LIMIT if found.by_clock or outcome.status is Status.TIME_LIMIT else Status.NODE_LIMIT
    status = Status.OPTIMAL if gap <= max(options.gap, PROVEN_GAP) else stopped
    return replace(outcome, bound=bound, status=status)


def _refuse_without_plan(
    outcome: Outcome, formulation: Formulation, active: tuple[str, ...], options: SolverOptions
) -> None:
    if outcome.status is Status.INFEASIBLE:
        blocks = [REGISTER[name] for name in active]
        zh, en = "；".join(b.zh for b in blocks), "; ".join(b.en.rstrip(".") for b in blocks)
        raise NoPlanError(
            Fault(
                f"这些条件不能同时满足（{formulation.name_zh}）：{zh}",
                f"these conditions cannot all be met at once ({formulation.name_en}): {en}",
                "请放宽其中一项，例如增加新建数量或预算、降低片区下限、放宽行程上限或增大容量",
                "loosen one, for example more new facilities or money, lower zone minima, a longer travel limit "
                "or more capacity",
            )
        )
    if outcome.status is Status.ERROR:
        raise SitingError(
            Fault(
                f"求解器未能给出结果（{formulation.name_zh}）",
                f"the solver gave no result ({formulation.name_en}): the model is unbounded or numerically broken",
                "请检查该模型文件的目标与约束",
                "check the objective and constraints of the model's file",
            )
        )
    if outcome.objective is None:
        raise SitingError(
            Fault(
                f"求解器在 {options.time_limit_s:g} 秒内没有找到任何方案",
                f"the solver found no plan within {options.time_limit_s:g} seconds",
                "请延长求解时间，或缩短行程上限以减少配对",
                "allow more time, or lower the travel limit so that there are fewer pairs",
            )
        )
