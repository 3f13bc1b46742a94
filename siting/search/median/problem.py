"""The location problem without capacities, as bare arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.median.choice import Choice, as_choice
from siting.search.median.interchange import Ground, State, state_of
from siting.search.median.lists import Columns, Lists, Pairs, by_site, sorted_lists
from siting.search.sites import SiteRules

SHORTEST = 40  # pairs of a list at least
PER_SITE = 5  # a list holds so many times the sites that there are for each open one
WHOLE = 2_000_000  # so many pairs are listed in any case
UNSERVED = 10.0  # in moves, being out of reach costs so many times the dearest pair
SCALES = (1.0, 10.0, 100.0, 1000.0)
WHOLENESS = 1e-6  # of a number that counts as whole


@dataclass(frozen=True, eq=False)
class Near:
    """The near pairs of a problem whose sites are limited to `may`.

    Attributes:
        may: (J,).
        thin: demand points that must reach a site and reach only some of these, all of which are listed.
    """

    may: BoolArray
    lists: Lists
    columns: Columns
    thin: IntArray


@dataclass(frozen=True, eq=False)
class MedianProblem:
    """Minimise sum_j price_j y_j + sum_i (cost of i's nearest open site) over the sets y of sites that `rules` allow.

    Who reaches an open site only at more than reaching none costs, where that may be, reaches none.

    Attributes:
        pairs: admissible pairs and what assigning over them costs.
        price: (J,) cost of opening, of any sign: fixed costs, or what a master problem charges.
        rules: which sets of sites a plan may open.
        threads: at most so many sort the lists; the result does not depend on it.
    """

    pairs: Pairs
    price: FloatArray
    rules: SiteRules
    threads: int = 1

    @property
    def demand_count(self) -> int:
        """I."""
        return int(self.pairs.weight.size)

    @property
    def site_count(self) -> int:
        """J."""
        return int(self.price.size)

    def priced(self, price: FloatArray) -> MedianProblem:
        """The same problem with other prices (J,); what is known of its pairs is shared."""
        other = replace(self, price=np.asarray(price, dtype=np.float64))
        known = {"near", "choice", "dearest", "served"} & set(self.__dict__)
        other.__dict__.update({name: self.__dict__[name] for name in known})
        return other

    @cached_property
    def choice(self) -> Choice:
        """The rules for compiled loops."""
        return as_choice(self.rules)

    @cached_property
    def near(self) -> Near:
        """The near pairs over all sites that may open."""
        return self.nearby(self.rules.may)

    @cached_property
    def unserved(self) -> FloatArray:
        """(I,) what a demand point counts in moves that reaches no open site."""
        never = UNSERVED * max(self.dearest, 1.0) + float(np.abs(self.price).sum())
        outside = np.full(self.demand_count, never)
        outside[~self.served] = self.pairs.weight[~self.served] * self.pairs.outside[~self.served]
        return outside

    @cached_property
    def served(self) -> BoolArray:
        """(I,) demand points that must reach an open site."""
        must: BoolArray = np.isinf(self.pairs.outside)
        return must

    @cached_property
    def dearest(self) -> float:
        """The largest cost of a pair."""
        return float(_dearest(self.pairs))

    def nearby(self, may: BoolArray, *, length: int | None = None) -> Near:
        """The near pairs over the sites `may` (J,), in lists of about `length` pairs at least."""
        sites = int(may.sum())
        if length is None:
            opened = self.rules.cheapest(np.zeros(self.site_count))
            held = 1 if opened is None else max(int(opened.sum()), 1)
            length = max(SHORTEST, PER_SITE * sites // held)
        if sites * self.demand_count <= WHOLE:
            length = sites
        lists = sorted_lists(self.pairs, may, length, self.threads)
        listed = np.diff(lists.indptr)
        thin = np.flatnonzero((listed == lists.reach) & (lists.reach < sites) & self.served)
        return Near(may, lists, by_site(lists, self.site_count), thin)

    def ground(self, near: Near, must: BoolArray) -> Ground:
        """What moves are measured on, with the sites `must` (J,) fixed."""
        free = near.may & ~must
        return Ground(near.lists, near.columns, self.pairs, self.unserved, self.price, self.choice, free)

    def objective(self, opened: BoolArray) -> float:
        """Of a plan (J,); +inf where somebody who must reaches no open site."""
        state = state_of(self.ground(self.near, self.rules.must), opened)
        return self.served_total(state)

    def served_total(self, state: State) -> float:
        """The objective of a state; +inf where somebody who must reaches no open site."""
        return float(state.total[0]) if (state.first >= 0)[self.served].all() else np.inf

    @cached_property
    def grain(self) -> float:
        """The objectives of all plans are multiples of this; 0 where they are not known to be."""
        if not _is_whole(self.pairs.weight, 1.0):
            return 0.0
        outside = self.pairs.outside[~self.served]
        for scale in SCALES:
            if _is_whole(self.price, scale) and _is_whole(outside, scale) and _all_whole(self.pairs.value, scale):
                return 1.0 / scale
        return 0.0


def _is_whole(values: FloatArray, scale: float) -> bool:
    scaled = values * scale
    return bool((np.abs(scaled - np.rint(scaled)) <= WHOLENESS).all())


@compiled
def _all_whole(values: NDArray[np.number], scale: float) -> bool:
    for value in values:
        scaled = value * scale
        if abs(scaled - np.rint(scaled)) > 1e-6:
            return False
    return True


@compiled
def _dearest(pairs: Pairs) -> float:
    most = 0.0
    for i in range(pairs.weight.size):
        for k in range(pairs.indptr[i], pairs.indptr[i + 1]):
            most = max(most, pairs.weight[i] * pairs.value[k])
    return most
