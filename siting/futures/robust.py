"""The plan that does well over a whole set of futures: by its expected value, or by its largest regret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from siting.errors import Faults, InfeasibleError, InputError, SitingError, VerificationError, fail
from siting.events import Listener, silent
from siting.formulation.compose import check_fit, load_formulation
from siting.formulation.spec import Formulation
from siting.futures.evaluate import servable
from siting.futures.future import Future, check_probabilities, in_future, stack
from siting.futures.known import Rule, best_known, expected_bound, no_worse_than_known, without_capacity
from siting.instance import Instance
from siting.solution import Solution
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import require_verified, verify

# Objectives that add up over demand points (what is built apart): weighted by probability, expected values.
ADDITIVE = {
    "total_weighted_impedance",
    "covered_demand",
    "backup_covered_demand",
    "first_and_backup_demand",
    "expected_covered_demand",
    "gradually_covered_demand",
    "attended_demand",
    "assigned_demand",
    "captured_demand",
    "fixed_and_travel_cost",
    "impedance_and_envy",
    "number_of_new_facilities",
}
# Objectives whose regret has a model: the variable, the constraint and the objective that take their place.
WITH_REGRET = {
    "total_weighted_impedance": ("largest_regret_value", "bound_regret", "largest_regret"),
    "covered_demand": ("largest_coverage_regret_value", "bound_coverage_regret", "largest_coverage_regret"),
}
# Variables of models in which only the sites are chosen beforehand, so that plans made for one future can be compared.
PLAIN = {
    "open_site",
    "assign_share",
    "assign_whole",
    "covered",
    "covered_twice",
    "largest_regret_value",
    "largest_coverage_regret_value",
}


@dataclass(frozen=True, eq=False)
class RobustPlan:
    """A plan chosen over several futures.

    Attributes:
        solution: in the rows of `stacked`; its outcome certifies the expected value or the largest regret.
        formulation: the model that was solved over all futures.
        stacked: the instance of all futures that have a say.
        bests: each future's own best plan, where they were needed; else empty.
    """

    rule: Rule
    solution: Solution
    formulation: Formulation
    stacked: Instance
    bests: tuple[Solution | None, ...]


def own_bests(
    instance: Instance,
    futures: Sequence[Future],
    formulation: str | Formulation,
    *,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
) -> tuple[Solution | None, ...]:
    """The best plan for each future alone, as if it were known to come; None where none exists or none was found.

    Demand points that no site can serve are left out of models that serve everybody.

    Raises:
        InputError: the futures or the model do not fit the instance.
    """
    if isinstance(formulation, str):
        formulation = load_formulation(formulation)
    found: list[Solution | None] = []
    for future in futures:
        then = in_future(instance, future)
        rows = np.flatnonzero(servable(then, formulation))
        try:
            asked = then.take_rows(rows)
            found.append(solve(asked, formulation, options, listener=listener, names=names, diagnose=False))
        except (InputError, VerificationError):
            raise
        except SitingError:  # there is none, or none was found in time
            found.append(None)
    return tuple(found)


def robust_plan(
    instance: Instance,
    futures: Sequence[Future],
    formulation: str | Formulation,
    rule: Rule = "expected",
    *,
    bests: Sequence[Solution | None] | None = None,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
) -> RobustPlan:
    """One plan for all futures: sites are chosen now, people go where is best once the future is known.

    Demand points that no site can serve in a future are left out there, in models that serve everybody; everybody
    else is served in every future, within the capacities where the model holds to them. Each future's own best plan
    takes part in the search, and the expected value of knowing the future beforehand bounds the expected value.

    Args:
        rule: `expected`: the best expected objective; `regret`: the least largest regret, which asks no
            probabilities (but a future of probability 0 has no say in either).
        bests: each future's own best plan from `own_bests`, for regret; solved for when left out. Where one is not
            proven optimal, regret is measured against the best plan known.

    Raises:
        InputError: the futures do not fit, or the model's objective has no expected value or no regret model.
        InfeasibleError: no plan serves everybody in every future; or, for regret, a future has no plan of its own.
        SitingError: no plan was found within the time limit.
    """
    if isinstance(formulation, str):
        formulation = load_formulation(formulation)
    check_probabilities(futures)
    check_rule(formulation, rule)
    counting = [k for k, future in enumerate(futures) if future.probability > 0]
    part = [futures[k] for k in counting]
    rows = [servable(in_future(instance, future), formulation) for future in part]
    if rule == "regret" and bests is None:
        bests = own_bests(instance, futures, formulation, options=options, listener=listener, names=names)
    mine = [bests[k] for k in counting] if bests is not None else []
    if rule == "expected":
        model, stacked = formulation, stack(instance, part, rows=rows)
    else:
        _refuse_without_best([future for future, best in zip(part, mine, strict=True) if best is None])
        values = np.array([best.outcome.objective for best in mine if best is not None], dtype=np.float64)
        model, stacked = with_regret(formulation), stack(instance, part, weighted=False, future_best=values, rows=rows)
    plans = [best for best in mine if best is not None]
    own = plans if rule == "regret" else None
    known = best_known(instance, part, formulation, rule, plans, own, options)
    if known is None:
        spare = without_capacity(stack(instance, part, rows=rows), formulation, options, listener=listener)
        known = best_known(instance, part, formulation, rule, spare, own, options)
    start = None if known is None else known.open
    names = _names_by_future(instance, part, names or {})
    comparable = not model.then and set(model.variables) <= PLAIN
    try:
        found = solve(stacked, model, options, start=start, listener=listener, names=names, diagnose=False)
    except (InputError, InfeasibleError, VerificationError):
        raise
    except SitingError:  # none was found in time
        if known is None or not comparable:
            raise
        found = None
    if comparable:
        bound = expected_bound(part, plans) if rule == "expected" else 0.0
        found = no_worse_than_known(found, known, bound, stacked, model, rows, options)
    assert found is not None
    require_verified(verify(stacked, model, found))
    return RobustPlan(rule, found, model, stacked, tuple(bests or ()))


def with_regret(formulation: Formulation) -> Formulation:
    """The model with the largest regret over all futures in place of its objective.

    Raises:
        InputError: there is no regret model for its objective.
    """
    check_rule(formulation, "regret")
    variable, constraint, objective = WITH_REGRET[formulation.objective]
    twin = formulation.model_copy(
        update={
            "id": f"{formulation.id}_regret",
            "name_zh": f"{formulation.name_zh}（最小最大遗憾）",
            "name_en": f"{formulation.name_en}, minimax regret",
            "variables": (*formulation.variables, variable),
            "constraints": (*formulation.constraints, constraint),
            "objective": objective,
            "then": (),
        }
    )
    check_fit(twin)
    return twin


def check_rule(formulation: Formulation, rule: Rule) -> None:
    """Refuse a model that cannot be decided by the rule.

    Raises:
        InputError: with the objectives that can.
    """
    known = ADDITIVE if rule == "expected" else set(WITH_REGRET)
    wrong = [name for name in formulation.objectives if name not in known]
    if rule == "regret":
        wrong = [name for name in (formulation.objective,) if name not in known]
    if formulation.procedure:
        wrong.append(formulation.procedure)
    if wrong:
        zh, en = ("期望值", "expected value") if rule == "expected" else ("最小最大遗憾", "minimax regret")
        fail(
            f"模型 {formulation.name_zh} 的目标不能按{zh}选定方案",
            f"no plan can be chosen by {en} with the objective of the model {formulation.id}",
            remedy_zh=f"可用的目标：{'、'.join(sorted(known))}",
            remedy_en=f"objectives for which it can: {', '.join(sorted(known))}",
            column="robust",
            value=", ".join(wrong),
        )


def _names_by_future(instance: Instance, futures: Sequence[Future], names: Mapping[str, str]) -> dict[str, str]:
    """Display names of the stacked demand points, beside those that there are."""
    stacked = {
        f"{key}@{future.id}": f"{names[key]}（{future.name_zh} {future.name_en}）"
        for future in futures
        for key in instance.demand_ids
        if key in names
    }
    return {**names, **stacked}


def _refuse_without_best(futures: Sequence[Future]) -> None:
    faults = Faults("futures")
    for future in futures:
        faults.add(
            f"未来情景“{future.name_zh}”自身没有可行方案，无从比较遗憾值",
            f"the future {future.name_en!r} has no plan of its own against which regret could be measured",
            remedy_zh="请增加新建数量或规模、放宽行程上限，或去掉该情景",
            remedy_en="allow more or larger facilities or a longer travel limit, or leave that future out",
            value=future.id,
        )
    faults.raise_if_any(InfeasibleError)
