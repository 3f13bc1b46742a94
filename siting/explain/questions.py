"""The questions: what is lost without a chosen site, what a candidate would cost, is another plan as good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from siting.explain.answers import Answer, Other, Sure, Text, Verdict
from siting.explain.desk import UNANSWERED, Desk, Reply
from siting.formulation.compose import active_constraints
from siting.impedance import BoolArray

RIVALS_SHOWN, RIVALS_TRIED, RIVALS_TRIED_SLOWLY = 5, 10, 5
PROPOSALS = 3  # of equally good exchanges, that are verified in turn
Say = Callable[[str, str], None]
FEW = 10  # likely replacements, where there is no time for all
FEW_LABEL: Text = (f"只比较了最有希望的 {FEW} 处", f"only the {FEW} likeliest were compared")
FIXED_LABEL: Text = ("只知道其余不动时的替代", "only the replacement with the others fixed is known")
EXCHANGE_LABEL: Text = ("只比较了换下一处的方案", "only exchanges for one chosen site were compared")
REQUIRED: Text = (
    "方案指定必须新建；此处问的是不作此要求时",
    "the scenario requires it; asked here is what would be without that",
)
FORBIDDEN: Text = (
    "方案禁止在此新建；此处问的是不作此限制时",
    "the scenario forbids it; asked here is what would be without that",
)


KEPT: Text = (
    "方案将其关闭或迁出；此处问的是保留它会怎样",
    "the plan closes or moves it; asked here is what keeping it would cost",
)


def one(desk: Desk, j: int) -> BoolArray:
    """(J,) only site j."""
    mask = np.zeros(desk.instance.site_count, dtype=bool)
    mask[j] = True
    return mask


def losses(desk: Desk, say: Say) -> tuple[Answer, ...]:
    """What is lost without each chosen site, re-optimised; the worst loss first.

    First the best replacement of each while all others stay, which is quickly found; then, the most doubtful first,
    each with everything free, as far as the time goes.
    """
    sites = [int(j) for j in np.flatnonzero(desk.chosen)]
    alone: dict[int, Reply] = {}
    for number, j in enumerate(sites):
        say(
            f"其余不动，替换第 {number + 1}/{len(sites)} 处",
            f"replacing site {number + 1} of {len(sites)}, others fixed",
        )
        share = 0.75 if desk.slow else 1.0
        alone[j] = replace_alone(desk, j, share * desk.left_s / max(len(sites) - number, 1) + 1.0)
    free: dict[int, Reply] = {}
    for number, j in enumerate(sorted(sites, key=lambda j: _known(desk, j))):
        say(
            f"全部重新优化，不用第 {number + 1}/{len(sites)} 处",
            f"re-optimising without site {number + 1} of {len(sites)}",
        )
        free[j] = without(desk, j) if desk.affordable else UNANSWERED
    answers = [loss_of(desk, j, alone[j], free[j]) for j in sites]
    return tuple(sorted(answers, key=_worst_first))


def replace_alone(desk: Desk, j: int, limit_s: float) -> Reply:
    """The best replacement of site j while all other chosen sites stay."""
    others = desk.chosen & ~one(desk, j)
    reply = desk.ask(limit_s, forbid=one(desk, j), require=others)
    costs, travel = (table[_number(desk, j)] for table in desk.exchanges)
    order = [int(k) for k in np.lexsort((travel, np.round(costs, 6))) if np.isfinite(costs[k])]
    if desk.nearest:
        propose(desk, [(j, k) for k in order])
    elif reply.status is Sure.UNANSWERED and desk.slow:
        few = np.zeros(costs.size, dtype=bool)
        few[order[:FEW]] = True
        narrow = desk.ask(limit_s, forbid=one(desk, j) | (desk.instance.candidate & ~few & ~others), require=others)
        if narrow.status is Sure.EXACT:  # its bound is that of the few alone
            reply = replace(narrow, bound=None, proven=False, label=FEW_LABEL)
    return reply


def propose(desk: Desk, exchanges: Sequence[tuple[int, int]]) -> None:
    """Keep the first of these exchanges that makes a plan: of equally good plans, one that changes and travels little.

    Args:
        exchanges: (site that goes, site that comes), the best first.
    """
    for j, k in exchanges[:PROPOSALS]:
        if desk.propose(desk.plan.open & ~one(desk, j) | one(desk, k)):
            return


def _number(desk: Desk, j: int) -> int:
    """Which of the chosen sites j is."""
    return int(np.searchsorted(np.flatnonzero(desk.chosen), j))


def without(desk: Desk, j: int) -> Reply:
    """The best plan without site j, everything else free."""
    return desk.ask(desk.free_limit_s, forbid=one(desk, j))


def loss_of(desk: Desk, j: int, alone: Reply, free: Reply) -> Answer:
    """What is known of the best plan without site j."""
    lifted = bool(desk.instance.required[j])
    best = desk.best(lambda opened: not opened[j], lifted=j)
    others = desk.chosen & ~one(desk, j)
    near = desk.best(lambda opened: not opened[j] and bool(opened[others].all()), lifted=j)
    reply = free if free.status is not Sure.UNANSWERED else replace(alone, bound=None, proven=False, label=FIXED_LABEL)
    if free.status is Sure.UNANSWERED and alone.status is not Sure.EXACT:
        reply = free  # that there is none with all others fixed says nothing of the others' being free
    return Answer(
        site=desk.bench.sites[j],
        verdict=desk.judge(best, reply, lawful=not lifted),
        change=None if best is None else desk.bench.change(desk.plan, best),
        freely=free.status is not Sure.UNANSWERED,
        alone=None if near is None else desk.bench.change(desk.plan, near),
        alone_verdict=desk.judge(near, alone, lawful=not lifted),
        note=REQUIRED if lifted else ("", ""),
    )


def with_site(desk: Desk, k: int, limit_s: float | None = None) -> Answer:
    """What choosing site k would cost: the best plan that has it.

    Where searches are slow, first the best exchange for one of the chosen sites; then, as far as the time goes, with
    everything free.
    """
    lifted = bool(desk.instance.forbidden[k])
    reply, freely = UNANSWERED, False
    if desk.slow:
        outside = desk.instance.candidate & ~desk.chosen & ~one(desk, k)
        limit = desk.left_s / 2 if limit_s is None else limit_s
        exchange = desk.ask(limit, forbid=outside, require=one(desk, k))
        reply = replace(exchange, bound=None, proven=False, label=EXCHANGE_LABEL)
    if not desk.slow or (limit_s is None and desk.affordable):
        free = desk.ask(desk.free_limit_s, require=one(desk, k))
        freely = free.status is not Sure.UNANSWERED
        reply = free if freely else reply
    if not freely and reply.status is Sure.IMPOSSIBLE:
        reply = UNANSWERED
    if desk.nearest and not lifted:
        costs, travel = (table[:, k] for table in desk.exchanges)
        sites = np.flatnonzero(desk.chosen)
        propose(desk, [(int(sites[r]), k) for r in np.lexsort((travel, np.round(costs, 6)))])
    best = desk.best(lambda opened: bool(opened[k]), lifted=k)
    stays = bool(desk.instance.existing[k])
    return Answer(
        site=desk.bench.sites[k],
        verdict=desk.judge(best, reply, lawful=not lifted),
        change=None if best is None else desk.bench.change(desk.plan, best),
        freely=freely,
        note=FORBIDDEN if lifted else KEPT if stays else ("", ""),
        stays=stays,
    )


def keepings(desk: Desk, say: Say) -> tuple[Answer, ...]:
    """What keeping each facility would cost that the plan closes or moves, as far as the time goes."""
    closed = np.flatnonzero(desk.instance.leaving & ~desk.plan.open)
    answers = []
    for number, k in enumerate(closed):
        say(f"保留第 {number + 1}/{closed.size} 处", f"keeping facility {number + 1} of {closed.size}")
        limit = 0.5 * desk.left_s / (closed.size - number) if desk.slow else None
        answers.append(with_site(desk, int(k), limit))
    return tuple(sorted(answers, key=_nearest_first))


def rivals(desk: Desk, say: Say) -> tuple[tuple[Answer, ...], int]:
    """The candidates that came nearest to being chosen, the nearest first, and how many were asked about.

    Asked about are those that replaced a chosen site in some plan, and those that a single exchange speaks for.
    """
    opened = desk.plan.open
    possible = desk.instance.candidate & ~opened
    estimate = desk.exchanges[0].min(axis=0, initial=np.inf)
    seen = {int(k): _with(desk, int(k)) for k in np.flatnonzero(_ever_open(desk) & possible)}
    by_plan = sorted(seen, key=lambda k: seen[k])
    by_exchange = [int(k) for k in np.argsort(estimate, kind="stable") if np.isfinite(estimate[k]) and possible[k]]
    most = RIVALS_TRIED_SLOWLY if desk.slow else RIVALS_TRIED
    half = by_plan[: most if desk.slow else (most + 1) // 2]
    trying = list(dict.fromkeys([*half, *by_exchange, *by_plan]))[:most]
    answers = []
    for number, k in enumerate(trying):
        say(f"试用候选地点 {number + 1}/{len(trying)}", f"trying candidate {number + 1} of {len(trying)}")
        limit = 0.6 * desk.left_s / max(len(trying) - number, 1) if desk.slow else None
        answer = with_site(desk, k, limit)
        if answer.change is not None:
            answers.append(answer)
    answers.sort(key=_nearest_first)
    return tuple(answers[:RIVALS_SHOWN]), len(answers)


def another(desk: Desk, answers: Sequence[Answer], say: Say) -> Other | None:
    """Whether another plan is as good.

    A plan with as many new sites as the run's lacks at least one of them: where the number is fixed, the best other
    plan is the best of those without one site, all of which were asked for already. Otherwise the run's plan is
    excluded and the question solved once more. None where the model cannot exclude a plan.
    """
    same = desk.plan.open
    reply: Reply | None = None
    active = active_constraints(desk.formulation, desk.instance)
    free = {answer.site.id: answer for answer in answers if not answer.note[0]}
    counted = "open_exactly_p" in active and desk.instance.closures is None
    if counted and all(answer.freely for answer in free.values()):
        reply = _of_all(desk, list(free.values()))
    if reply is None and "differ_from_excluded" in (*desk.formulation.constraints, *desk.formulation.optional):
        say("另找同样好的方案", "looking for another plan as good")
        reply = desk.ask(desk.free_limit_s, different=True) if desk.affordable else UNANSWERED
    best = desk.best(lambda opened: not np.array_equal(opened, same))
    if reply is None and best is None:
        return None
    verdict = desk.judge(best, reply or UNANSWERED)
    return Other(verdict, None if best is None else desk.bench.change(desk.plan, best))


def _of_all(desk: Desk, answers: list[Answer]) -> Reply:
    """The bound on every plan that lacks some site, from the bounds on those that lack each."""
    known = [a.verdict for a in answers if a.verdict.sure is not Sure.IMPOSSIBLE]
    if not known:
        return Reply(Sure.IMPOSSIBLE, reason=("新建的每一处都不可缺少", "none of the chosen sites can be missing"))
    least = [v.least for v in known]
    proven = all(v.sure is Sure.EXACT for v in known)
    if any(value is None for value in least):
        return Reply(Sure.EXACT, None, proven)
    worst = min(value for value in least if value is not None)
    plan = desk.plan.measures.objectives[0]
    return Reply(Sure.EXACT, plan - worst if desk.worse(plan + 1) < 0 else plan + worst, proven)


def _ever_open(desk: Desk) -> BoolArray:
    mask = np.zeros(desk.instance.site_count, dtype=bool)
    for view in desk.pool:
        mask |= view.open
    return mask


def _with(desk: Desk, k: int) -> tuple[float, ...]:
    best = desk.best(lambda opened: bool(opened[k]))
    return (np.inf,) if best is None else desk.order(best)


def _known(desk: Desk, j: int) -> tuple[float, ...]:
    best = desk.best(lambda opened: not opened[j])
    return (np.inf,) if best is None else desk.order(best)


def _amount(verdict: Verdict) -> tuple[float, float]:
    """First objective first: what is lost by a later one weighs less than anything lost by an earlier one."""
    value = verdict.known if verdict.known is not None else np.inf
    return (0.0, value) if verdict.objective else (value, 0.0)


def _worst_first(answer: Answer) -> tuple[bool, float, float, str]:
    first, second = _amount(answer.verdict)
    return answer.verdict.sure is Sure.UNANSWERED, -first, -second, answer.site.id


def _nearest_first(answer: Answer) -> tuple[float, float, str]:
    return (*_amount(answer.verdict), answer.site.id)
