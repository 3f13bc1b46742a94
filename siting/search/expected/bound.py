r"""A bound on what stations and vehicles can reach, and prices of both: the links from people to vehicles are relaxed.

The chance q^n that n vehicles are all busy falls by ever less, so that it is a sum of what each count T is short of:

    q^n = \sum_{T \ge 1} h_T \max(0, T - n),   h_T = (1 - q)^2 q^{T-1} .

Of T vehicles no site gives more than T, and none gives any that is closed: T may be compared with the sum of
min(n_j, T) in place of n_j, which only tightens the relaxation. With multipliers 0 <= \lambda_{kT} <= w_k h_T on "class
k is short of T by at least T - \sum_{j \in S_k} min(n_j, T)" the d-th vehicle of site j is paid

    P_{jd} = \sum_{k: j \in S_k} \sum_{T \ge d} \lambda_{kT},

which falls with d, and with a price \theta of a vehicle the rest falls apart into the sites: each takes the vehicles
that are paid more than \theta, and sorting chooses which sites open. The bound holds for any multipliers; they are
found with the linear programme's solution by primal-dual hybrid gradients.

Sources: Daskin (1983), Transportation Science 17(1); the steps as in `siting.search.covering.lagrangian`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import Columns
from siting.machine.compiled import compiled
from siting.machine.interrupt import out_of_time
from siting.search.covering.fixing import rise_if_changed
from siting.search.expected.problem import ExpectedProblem

DEEP = 3  # vehicles of a site that are told apart; further ones are one number
FADED = 1e-7  # share of a class's people whom vehicles beyond the last layer may still reach
CHECK_EVERY = 20  # steps from one reading of the bound to the next
RESTART = 0.5  # of the last gap between bound and solution: below it, the average is where it begins again
CLOSE = 0.02  # of the way from the bound to `upper` that the linear programme may still add where it stops
HALVINGS = 40  # of the range of a vehicle's price
ROUNDING = 1e-11  # relative, for the sums of a bound


@dataclass(frozen=True, eq=False)
class Bounded:
    """A bound and what it rests on.

    Attributes:
        bound: no plan has a smaller value; +inf where no set of sites is allowed.
        paid: (J, DEEP + 1) of each site's first vehicles beyond the base, and of every further one.
        vehicle: price of a vehicle.
        price: (J,) of opening a site, less what its vehicles are paid beyond their price.
        chosen: (J,) the sites that are cheapest by these prices.
    """

    bound: float
    paid: FloatArray
    vehicle: float
    price: FloatArray
    chosen: BoolArray

    def settle(self, problem: ExpectedProblem, limit: float) -> tuple[BoolArray, BoolArray, IntArray, IntArray]:
        """What every plan with a value below `limit` keeps to: sites open in all of them, sites open in some, and the
        least and most vehicles (J,) of each.
        """
        rules = problem.rules
        rise = rise_if_changed(rules, self.price, self.chosen)
        settled = rules.free & (self.bound + rise >= limit)
        must, may = rules.must | (settled & self.chosen), rules.may & ~(settled & ~self.chosen)
        opening = np.where(rules.must | self.chosen, 0.0, rise)
        least = np.where(rules.must, problem.base, 1)
        most = problem.base.copy()
        worth = self.paid - self.vehicle
        for j in np.flatnonzero(may):
            room = int(problem.room[j])
            mine = worth[j][np.minimum(np.arange(room), worth.shape[1] - 1)]
            first = 0 if rules.must[j] else 1  # of a site that opens the first vehicle is no choice
            added = np.where(np.arange(room) < first, 0.0, np.maximum(-mine, 0.0))
            most[j] += int((self.bound + opening[j] + np.cumsum(added) < limit).sum())
            if rules.must[j]:
                lost = np.cumsum(np.maximum(mine, 0.0)[::-1])[::-1]  # without the d-th vehicle and those after it
                least[j] += int((self.bound + lost >= limit).sum())
        return must, may, least, most


def lagrangian_bound(
    problem: ExpectedProblem,
    *,
    upper: float,
    steps: int = 300,
    end: float = math.inf,
    plan: Callable[[BoolArray, float], float] | None = None,
) -> Bounded:
    """Improve the bound until it reaches `upper`, or improves no more.

    Args:
        upper: value above which the bound need not rise.
        steps: at most so many.
        end: stop at this reading of `time.perf_counter`.
        plan: is handed a set of sites now and then, with the bound, and gives the new `upper`.
    """
    search = _Gradients(problem)
    best = search.evaluate(search.multipliers, search.side)
    if best is None:
        nobody = np.zeros(problem.room.size, dtype=bool)
        return Bounded(math.inf, np.zeros((nobody.size, DEEP + 1)), 0.0, np.zeros(nobody.size), nobody)
    search.begin(best)
    least = last = math.inf
    for step in range(0, steps, CHECK_EVERY):
        if best.bound >= upper or out_of_time(end):
            break
        search.walk(CHECK_EVERY)
        gaps = []
        for state in (search.now(), mean := search.mean()):
            point = search.evaluate(state.multipliers, state.side)
            assert point is not None
            worth = search.worth(state.x)
            least = min(least, worth)
            gaps.append(worth - point.bound)
            if point.bound > best.bound:
                best = point
        if min(gaps) <= RESTART * last:
            last = min(gaps)
            search.restart(mean if gaps[1] < gaps[0] else search.now())
        if plan is not None and step % (5 * CHECK_EVERY) == 0:
            upper = plan(best.chosen, best.bound)
        if least - best.bound <= max(CLOSE * (upper - best.bound), ROUNDING * abs(best.bound)):
            break
    return best


@dataclass(frozen=True, eq=False)
class _State:
    """Multipliers (K, L), prices of the rules' rows (R,), price of a vehicle, and shares of vehicles (J, DEEP + 1)."""

    multipliers: FloatArray
    side: FloatArray
    vehicle: float
    x: FloatArray


class _Gradients:
    """Multipliers and shares of vehicles that move against each other."""

    def __init__(self, problem: ExpectedProblem) -> None:
        self.problem = problem
        q, sets, rules = problem.busy, problem.sets, problem.rules
        faded = max(math.ceil(math.log(FADED) / math.log(q)), 1)
        layers = max(min(problem.spare, faded), 1)
        self.height = (1 - q) ** 2 * q ** np.arange(layers)
        self.height[-1] = (1 - q) * q ** (layers - 1)
        # Where no more than the last layer's vehicles are left, the people beyond it are out of reach.
        self.beyond = float(problem.weight.sum()) * q**layers if layers >= problem.spare else 0.0
        self.cap = problem.weight[:, None] * self.height[None, :]
        self.size = np.minimum(np.maximum(problem.room[:, None] - np.arange(DEEP), 0), 1).astype(np.float64)
        self.size = np.column_stack([self.size, np.maximum(problem.room - DEEP, 0)])
        self.size[~rules.may] = 0.0
        self.must = rules.must
        after = np.cumsum(self.height[::-1])[::-1]
        after = np.pad(after[: DEEP + 1], (0, max(DEEP + 1 - layers, 0)))
        across = pay(sets.indptr, sets.indices, problem.weight, sets.count)
        self.across = across[:, None] * after[None, :]
        typical = float(self.across[rules.may, 0].mean()) if rules.may.any() else 1.0
        self.typical = typical = typical or 1.0
        self.row_scale = typical / np.maximum(np.abs(rules.matrix).max(axis=1, initial=0.0), 1e-9)
        touched = np.abs(rules.matrix) @ rules.may
        self.row_pull = self.row_scale / np.maximum(touched, 1e-9)
        self.vehicle_pull = typical / max(float((self.size > 0).sum()), 1.0)
        depth = np.minimum(np.arange(1, layers + 1), DEEP + 1)
        self.pull = self.cap / (np.maximum(sets.lengths, 1)[:, None] * depth[None, :])
        rate = self.across + typical
        rate[:, 0] += self.row_scale @ np.abs(rules.matrix)
        self.rate = 1.0 / np.maximum(rate, 1e-9 * typical)
        self.multipliers = self.cap / np.maximum(sets.lengths, 1)[:, None]
        self.side = np.zeros(rules.least.size)
        self.vehicle = 0.0
        self.x = np.zeros(self.size.shape)
        self.sums = _State(np.zeros(0), np.zeros(0), 0.0, np.zeros(0))
        self.steps = 0

    def evaluate(self, multipliers: FloatArray, side: FloatArray) -> Bounded | None:
        """The bound of these multipliers, with the best price of a vehicle; None where no set of sites is allowed."""
        problem, rules, sets = self.problem, self.problem.rules, self.problem.sets
        side = np.where(rules.side, side, 0.0)
        paid = pay_vehicles(sets.indptr, sets.indices, multipliers, sets.count, DEEP + 1)
        across = side @ rules.matrix
        limit = float(side @ np.where(side > 0, rules.most, np.where(side < 0, rules.least, 0.0)))
        base = float(multipliers.sum(axis=0) @ np.arange(1, multipliers.shape[1] + 1)) + self.beyond
        base += problem.constant - limit
        best: Bounded | None = None
        low, high = 0.0, float(paid.max(initial=0.0))
        for _ in range(HALVINGS):
            theta = (low + high) / 2
            worth = (paid - theta) * self.size
            first = np.where(self.must, np.maximum(worth[:, 0], 0.0), worth[:, 0])
            value = first + np.maximum(worth[:, 1:], 0.0).sum(axis=1)
            price = across - value
            chosen = rules.cheapest(price)
            if chosen is None:
                return None
            cost = float(price[chosen].sum())
            total = base + cost + theta * -problem.spare
            dust = ROUNDING * (abs(problem.constant) + abs(base) + float(np.abs(price[chosen]).sum()) + abs(limit))
            if best is None or total - dust > best.bound:
                best = Bounded(total - dust, paid, theta, price, chosen)
            taken = np.where((worth > 0) & chosen[:, None], self.size, 0.0)
            taken[:, 0] = np.where(chosen & ~self.must, self.size[:, 0], taken[:, 0])
            if taken.sum() > problem.spare:
                low = theta
            else:
                high = theta
        return best

    def worth(self, x: FloatArray) -> float:
        """The relaxed objective of shares of vehicles, with a price on what they violate."""
        problem, rules = self.problem, self.problem.rules
        lost = lost_people(problem.sets.indptr, problem.sets.indices, self.cap, np.cumsum(x, axis=1), DEEP + 1)
        opened = np.where(self.must, 1.0, x[:, 0])
        value = rules.matrix @ opened
        beyond = np.maximum(np.maximum(value - rules.most, rules.least - value), 0.0)
        apart = abs(float(x.sum()) - problem.spare)
        return float(problem.constant + self.beyond + lost + 2 * self.row_scale @ beyond + 2 * self.typical * apart)

    def begin(self, point: Bounded) -> None:
        """From the vehicles that a first bound takes."""
        worth = np.where(point.chosen[:, None] & (point.paid > point.vehicle), self.size, 0.0)
        worth[:, 0] = np.where(point.chosen & ~self.must, self.size[:, 0], worth[:, 0])
        total = max(float(worth.sum()), 1.0)
        self.restart(_State(self.multipliers, self.side, point.vehicle, worth * min(1.0, self.problem.spare / total)))

    def restart(self, state: _State) -> None:
        self.multipliers, self.side, self.x = state.multipliers.copy(), state.side.copy(), state.x.copy()
        self.vehicle = state.vehicle
        self.sums = _State(np.zeros_like(self.multipliers), np.zeros_like(self.side), 0.0, np.zeros_like(self.x))
        self.steps = 0

    def now(self) -> _State:
        return _State(self.multipliers.copy(), self.side.copy(), self.vehicle, self.x.copy())

    def mean(self) -> _State:
        total, steps = self.sums, self.steps
        multipliers = np.minimum(total.multipliers / steps, self.cap)  # sums round
        return _State(multipliers, total.side / steps, total.vehicle / steps, total.x / steps)

    def walk(self, steps: int) -> None:
        problem, sets, rules, total = self.problem, self.problem.sets, self.problem.rules, self.sums
        vehicle = total.vehicle
        for _ in range(steps):
            paid = pay_vehicles(sets.indptr, sets.indices, self.multipliers, sets.count, DEEP + 1)
            slope = self.vehicle - paid
            slope[:, 0] += np.where(self.must, 0.0, self.side @ rules.matrix)
            after = project(self.x - self.rate * slope, self.rate, self.size, self.must)
            ahead = 2 * after - self.x
            self.x = after
            moved = self.side + self.row_pull * (rules.matrix @ np.where(self.must, 1.0, ahead[:, 0]))
            self.side = moved - self.row_pull * np.clip(moved / self.row_pull, rules.least, rules.most)
            self.vehicle = max(self.vehicle + self.vehicle_pull * (float(ahead.sum()) - problem.spare), 0.0)
            raise_multipliers(
                sets.indptr, sets.indices, self.cap, self.pull, np.cumsum(ahead, axis=1), self.multipliers
            )
            total.x[:] += self.x
            total.side[:] += self.side
            total.multipliers[:] += self.multipliers
            vehicle += self.vehicle
        self.sums = _State(total.multipliers, total.side, vehicle, total.x)
        self.steps += steps


@compiled
def pay(start: IntArray, sites: Columns, weight: FloatArray, count: int) -> FloatArray:
    """(J,) the weight of the classes that each site reaches."""
    total = np.zeros(count)
    for k in range(start.size - 1):
        for e in range(start[k], start[k + 1]):
            total[sites[e]] += weight[k]
    return total


@compiled
def pay_vehicles(start: IntArray, sites: Columns, multipliers: FloatArray, count: int, depth: int) -> FloatArray:
    """(J, depth) what each vehicle of a site is paid: the d-th by the layers from d on."""
    paid = np.zeros((count, depth))
    mine = np.empty(depth)
    layers = multipliers.shape[1]
    for k in range(start.size - 1):
        rest = 0.0
        for d in range(layers - 1, -1, -1):
            rest += multipliers[k, d]
            if d < depth:
                mine[d] = rest
        if rest <= 0:
            continue
        for d in range(layers, depth):
            mine[d] = 0.0
        for e in range(start[k], start[k + 1]):
            for d in range(depth):
                paid[sites[e], d] += mine[d]
    return paid


@compiled
def lost_people(start: IntArray, sites: Columns, cap: FloatArray, reach: FloatArray, depth: int) -> float:
    """What the classes lose by the vehicles (J, depth) within reach, counted up to each depth."""
    lost = 0.0
    have = np.empty(depth)
    for k in range(start.size - 1):
        have[:] = 0.0
        for e in range(start[k], start[k + 1]):
            for d in range(depth):
                have[d] += reach[sites[e], d]
        for t in range(cap.shape[1]):
            short = t + 1 - have[min(t, depth - 1)]
            if short > 0:
                lost += cap[k, t] * short
    return lost


@compiled
def raise_multipliers(
    start: IntArray, sites: Columns, cap: FloatArray, pull: FloatArray, reach: FloatArray, multipliers: FloatArray
) -> None:
    """A step of the multipliers in place, by what each class is short of."""
    depth = reach.shape[1]
    have = np.empty(depth)
    for k in range(start.size - 1):
        have[:] = 0.0
        for e in range(start[k], start[k + 1]):
            for d in range(depth):
                have[d] += reach[sites[e], d]
        for t in range(cap.shape[1]):
            value = multipliers[k, t] + pull[k, t] * (t + 1 - have[min(t, depth - 1)])
            multipliers[k, t] = min(max(value, 0.0), cap[k, t])


@compiled
def project(z: FloatArray, rate: FloatArray, size: FloatArray, must: BoolArray) -> FloatArray:
    """The nearest shares, by 1/rate: between 0 and `size`, and no share of `size` above that of the first vehicle of a
    site that need not be open.
    """
    count, depth = z.shape
    x = np.empty((count, depth))
    for j in range(count):
        if must[j] or size[j, 0] == 0:
            for d in range(depth):
                x[j, d] = min(max(z[j, d], 0.0), size[j, d])
            continue
        top, bottom = z[j, 0] / rate[j, 0], 1.0 / rate[j, 0]
        share = top / bottom
        used = np.zeros(depth, dtype=np.bool_)
        for _ in range(depth - 1):
            largest, at = share, -1
            for d in range(1, depth):
                if size[j, d] > 0 and not used[d] and z[j, d] / size[j, d] > largest:
                    largest, at = z[j, d] / size[j, d], d
            if at < 0:
                break
            used[at] = True
            top += size[j, at] * z[j, at] / rate[j, at]
            bottom += size[j, at] * size[j, at] / rate[j, at]
            share = top / bottom
        share = min(max(share, 0.0), 1.0)
        x[j, 0] = share
        for d in range(1, depth):
            x[j, d] = min(max(z[j, d], 0.0), share * size[j, d])
    return x
