"""From an instance and a location model to a verified plan: check, decide each objective in turn, verify."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from siting.doctor import NoPlanError, Rules
from siting.doctor import diagnose as find_remedies
from siting.errors import InfeasibleError, InputError, SitingError
from siting.events import Listener, silent, stage
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import active_constraints, load_formulation
from siting.formulation.precheck import precheck
from siting.formulation.spec import Formulation, Limit
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.machine.interrupt import stoppable
from siting.search.found import Known
from siting.solution import PROVEN_GAP, Outcome, Solution, Status
from siting.solving.decide import Question, decide
from siting.solving.leximin import lexicographic_minimax
from siting.solving.solver import SolverOptions
from siting.verify import evaluate, require_verified, verify

__all__ = ["NoPlanError", "no_worse_than", "solve"]

LEAST_TIME_S = 1.0  # for each further objective, however long those before it took


def solve(
    instance: Instance,
    formulation: str | Formulation,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    *,
    limits: tuple[Limit, ...] = (),
    start: BoolArray | None = None,
    known: Known | None = None,
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
    rules: Rules | None = None,
    diagnose: bool = True,
) -> Solution:
    """The best plan that the solver finds within its limits, independently verified.

    Without capacities everybody is assigned to the nearest open site (of equally near ones the first of
    `site_ids`); in coverage models, whoever reaches no open site is not assigned. Of equally good plans the one that
    the search comes to first counts: the search is the same in every run with the same input, seed and versions,
    unless the clock stops it. Ctrl-C, like the time limit, gives the best plan so far with its gap.

    Args:
        formulation: id of a shipped model, path of a model file, or a loaded one.
        limits: how good the plan must be by others of the formulation's objectives.
        start: (J,) open sites of a plan that is known to be possible, where the solver is to begin.
        known: from questions that differ in the bounds of rows over changes alone; is told what this one comes to.
        names: display names of demand points, zones and sites by id, for messages.
        rules: what rows over changes say, by their ids, for messages.
        diagnose: where no plan can exist, look for the smallest changes that would make one possible (at most half
            a minute); the error then says them.

    Raises:
        InputError: the instance lacks what the model needs, or gives what it has no use for.
        InfeasibleError: no plan can exist; the faults say why, and what would have to give.
        SitingError: no plan was found within the time limit.
        VerificationError: the plan failed the independent check.
    """
    if isinstance(formulation, str):
        formulation = load_formulation(formulation)
    if formulation.procedure == "lexicographic_minimax":
        return lexicographic_minimax(
            instance, formulation, options, solve=solve, listener=listener, names=names, diagnose=diagnose
        )
    begin = time.perf_counter()
    with stage(listener, "optimise", "求解选址模型", "solve the location model") as say, stoppable():
        active = active_constraints(formulation, instance)
        question = Question(formulation, active, formulation.objective, limits)
        try:
            precheck(instance, active, names)
            solution = decide(question, instance, options, listener=listener, say=say, start=start, known=known)
        except InfeasibleError as error:
            if not diagnose:
                raise
            say("没有可行方案，正在查找原因", "no plan is possible: looking for what would have to give")
            diagnosis = find_remedies(instance, formulation, limits=limits, names=names, rules=rules)
            before = () if isinstance(error, NoPlanError) else error.faults
            raise NoPlanError((*before, *diagnosis.faults), diagnosis) from error
        outcomes = [solution.outcome]
        for name in formulation.then:
            better = no_worse_than(question.objective, outcomes[-1].objective)
            question = replace(question, objective=name, limits=(*question.limits, better))
            left = max(options.time_limit_s - (time.perf_counter() - begin), LEAST_TIME_S)
            limited = replace(options, time_limit_s=left)
            try:
                solution = decide(question, instance, limited, listener=listener, say=say, start=solution.open)
                outcomes.append(solution.outcome)
            except InputError:
                raise
            except SitingError:  # no better plan within the time: the one at hand stands, and is not proven by this
                outcomes.append(_unproven(outcomes[-1], name))
        outcomes = [
            replace(outcome, objective=evaluate(instance, name, solution)) if formulation.then else outcome
            for name, outcome in zip(formulation.objectives, outcomes, strict=True)
        ]
        solution = replace(solution, outcome=replace(outcomes[0], then=tuple(outcomes[1:])), limits=limits)
        require_verified(verify(instance, formulation, solution))
        say(
            f"结果：{solution.outcome.label_zh}",
            f"result: {solution.outcome.label_en}",
            objective=solution.outcome.objective,
        )
    return solution


def _unproven(before: Outcome, objective: str) -> Outcome:
    """Of an objective for which there was no time."""
    return replace(before, status=Status.TIME_LIMIT, bound=None, sense=REGISTER[objective].sense, nodes=0)


def no_worse_than(objective: str, value: float | None) -> Limit:
    """The limit that a later objective must keep: as good as `value`, but for the arithmetic's last digits."""
    assert value is not None
    slack = PROVEN_GAP / 10 * max(1.0, abs(value))
    return Limit(objective, value - slack if REGISTER[objective].sense == "maximize" else value + slack)
