"""The frozen numbers of one location problem: no geometry, no solver.

A changed instance is a copy (`dataclasses.replace`). Each field says in its metadata along which axis it runs and
what its numbers may be, so that checking, cutting and building an instance need no list of fields of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance.adjacency import Adjacency
from siting.instance.changes import Changes
from siting.instance.checks import DEMAND, SITE, SIZE, ZONE, check
from siting.instance.decay import Decay
from siting.instance.ids import Ids, NumberedIds, take

NO_LIMIT = np.iinfo(np.int64).max  # in `zone_maximum`
YES_NO = ("existing", "required", "forbidden", "closable", "relocatable", "competitor")


def _along(axis: str, *, infinite: bool = False, flags: bool = False) -> dict[str, Any]:
    """Of a field that runs along an axis; its numbers are at least 0 and finite, unless `infinite` or `flags`."""
    return {"axis": axis, "infinite": infinite, "flags": flags}


def _number(least: float = 0.0, most: float = np.inf, *, above: bool = False) -> dict[str, Any]:
    """Of a single number in least..most; `above` excludes `least`."""
    return {"least": least, "most": most, "above": above}


@dataclass(frozen=True, eq=False)
class Instance:
    """One service, one period: I demand points, J sites.

    Sites are candidates and existing facilities alike. An existing facility is open in every plan (`kept`) unless it
    is `closable` or `relocatable`; one that is to close in any case is left out of the instance.

    Attributes:
        demand_ids: I ids.
        site_ids: J ids.
        demand: (I,) persons who need the service.
        impedance: (I, J) travel impedance of the admissible pairs; a missing pair cannot be assigned.
        existing: (J,) in use today: not counted in `p`, opened at no cost.
        required: (J,) candidates that must open; they count in `p` and cost money.
        forbidden: (J,) candidates that must not open.
        site_zone: (J,) index into `zone_ids`, -1 for none.
        zone_minimum: (Z,) least number of new facilities in each zone.
        zone_maximum: (Z,) largest number of new facilities in each zone, NO_LIMIT for none; None where no zone has one.
        closable: (J,) existing facilities that may close.
        relocatable: (J,) existing facilities that may move: each that closes allows one more to open.
        closing_cost: (J,) yuan for closing or moving an existing facility.
        closures: how many closable facilities must close.
        standard: (I,) coverage standard T_i in the unit of `impedance`.
        outer_standard: (I,) impedance R_i at which gradual cover has fallen to nothing, at least T_i.
        load: (I,) what a demand point takes of a capacity; None: its demand.
        capacity: (J,) what a site holds; +inf where there is no limit.
        minimum_load: (J,) least use of an open site.
        least_points: (J,) least number of demand points of an open site.
        most_points: (J,) largest number of demand points of a site; +inf where there is no limit.
        fixed_cost: (J,) yuan to open; 0 for existing facilities.
        size_capacity: (S,) capacity of each size class that a new facility may have, ascending.
        size_cost: (S,) yuan of each size class, beside the site's own `fixed_cost`.
        p: number of new facilities to open; None when a budget rules or when the model decides.
        budget: yuan for new facilities; None when `p` rules.
        cover_share: share of the people that must be covered, 0..1.
        backup_weight: weight of the second cover against the first, 0..1.
        busy_fraction: share of the time that a server (an ambulance) is busy, 0..1.
        servers: how many servers there are to place.
        decay: share of the people who come, by impedance.
        travel_cost: yuan for one unit of demand x impedance; None: 1.
        worst_share: the share of the people who fare worst, above 0 to 1.
        ordered_weights: ((share, weight), ...) of the mean impedance of the worst share of people.
        envy_weight: weight of the impedance beyond the standard; None: 1.
        demand_zone: (I,) index of the demand point's zone, -1 for none.
        zone_spread: largest difference between the mean impedances of two demand zones.
        coverage_targets: ((impedance, share), ...): at least that share of the people within that impedance.
        adjacency: which demand points touch, for catchments that hang together.
        site_unit: (J,) index of the demand point in which the site lies.
        site_impedance: (J, J) impedance from site to site.
        competitor: (J,) existing sites of others, among which people choose too.
        attraction: (J,) how attractive a site is; None: 1.
        future: (I,) index of the future (a possible course of things) that the row belongs to; None: there is one.
        future_best: (K,) best objective of each future on its own.
        changes: how facilities may change over the periods of a plan, of which the sites then are the places.
        demand_kind: (I,) which kind of demand the row is, where facilities hold so many of each kind; -1 for none.
        ride_beyond: (I,) impedance beyond which a ride is paid for; +inf for never.
        ride_cost: (I,) yuan for the ride of one person.
        stay_beyond: (I,) impedance beyond which people board in place of riding; +inf for never.
        stay_cost: (I,) yuan for boarding one person.
        trip_cost: (I,) yuan for one unit of impedance of one person.
        beyond_cost: (I,) yuan for one person who has no place within the standard.
        left_out_cost: (I,) yuan for one person who has no place at all, beside `beyond_cost`.
        excluded: plans (J,) that must not be chosen again.
        least_difference: in how many sites a plan must differ from the excluded ones; None: 1.
    """

    demand_ids: Ids
    site_ids: tuple[str, ...]
    demand: FloatArray = field(metadata=_along(DEMAND))
    impedance: ImpedanceMatrix
    existing: BoolArray = field(metadata=_along(SITE, flags=True))
    required: BoolArray = field(metadata=_along(SITE, flags=True))
    forbidden: BoolArray = field(metadata=_along(SITE, flags=True))
    site_zone: IntArray = field(metadata=_along(SITE, flags=True))
    zone_ids: tuple[str, ...] = ()
    zone_minimum: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64), metadata=_along(ZONE))
    zone_maximum: IntArray | None = field(default=None, metadata=_along(ZONE))
    closable: BoolArray | None = field(default=None, metadata=_along(SITE, flags=True))
    relocatable: BoolArray | None = field(default=None, metadata=_along(SITE, flags=True))
    closing_cost: FloatArray | None = field(default=None, metadata=_along(SITE))
    closures: int | None = field(default=None, metadata=_number())
    standard: FloatArray | None = field(default=None, metadata=_along(DEMAND, infinite=True))
    outer_standard: FloatArray | None = field(default=None, metadata=_along(DEMAND, infinite=True))
    load: FloatArray | None = field(default=None, metadata=_along(DEMAND))
    capacity: FloatArray | None = field(default=None, metadata=_along(SITE, infinite=True))
    minimum_load: FloatArray | None = field(default=None, metadata=_along(SITE))
    least_points: FloatArray | None = field(default=None, metadata=_along(SITE))
    most_points: FloatArray | None = field(default=None, metadata=_along(SITE, infinite=True))
    fixed_cost: FloatArray | None = field(default=None, metadata=_along(SITE))
    size_capacity: FloatArray | None = field(default=None, metadata=_along(SIZE))
    size_cost: FloatArray | None = field(default=None, metadata=_along(SIZE))
    p: int | None = field(default=None, metadata=_number())
    budget: float | None = field(default=None, metadata=_number())
    cover_share: float | None = field(default=None, metadata=_number(most=1))
    backup_weight: float | None = field(default=None, metadata=_number(most=1))
    busy_fraction: float | None = field(default=None, metadata=_number(most=1))
    servers: int | None = field(default=None, metadata=_number())
    decay: Decay | None = None
    travel_cost: float | None = field(default=None, metadata=_number())
    worst_share: float | None = field(default=None, metadata=_number(most=1, above=True))
    ordered_weights: tuple[tuple[float, float], ...] | None = None
    envy_weight: float | None = field(default=None, metadata=_number())
    demand_zone: IntArray | None = field(default=None, metadata=_along(DEMAND, flags=True))
    zone_spread: float | None = field(default=None, metadata=_number())
    coverage_targets: tuple[tuple[float, float], ...] | None = None
    adjacency: Adjacency | None = None
    site_unit: IntArray | None = field(default=None, metadata=_along(SITE, flags=True))
    site_impedance: ImpedanceMatrix | None = None
    competitor: BoolArray | None = field(default=None, metadata=_along(SITE, flags=True))
    attraction: FloatArray | None = field(default=None, metadata=_along(SITE))
    future: IntArray | None = field(default=None, metadata=_along(DEMAND, flags=True))
    future_best: FloatArray | None = None
    changes: Changes | None = None
    demand_kind: IntArray | None = field(default=None, metadata=_along(DEMAND, flags=True))
    ride_beyond: FloatArray | None = field(default=None, metadata=_along(DEMAND, infinite=True))
    ride_cost: FloatArray | None = field(default=None, metadata=_along(DEMAND))
    stay_beyond: FloatArray | None = field(default=None, metadata=_along(DEMAND, infinite=True))
    stay_cost: FloatArray | None = field(default=None, metadata=_along(DEMAND))
    trip_cost: FloatArray | None = field(default=None, metadata=_along(DEMAND))
    beyond_cost: FloatArray | None = field(default=None, metadata=_along(DEMAND))
    left_out_cost: FloatArray | None = field(default=None, metadata=_along(DEMAND))
    excluded: tuple[BoolArray, ...] | None = None
    least_difference: int | None = field(default=None, metadata=_number(least=1))

    def __post_init__(self) -> None:
        check(self)

    @property
    def demand_count(self) -> int:
        """I."""
        return len(self.demand_ids)

    @property
    def site_count(self) -> int:
        """J."""
        return len(self.site_ids)

    @property
    def candidate(self) -> BoolArray:
        """(J,) sites that may be opened anew."""
        return ~self.existing & ~self.forbidden

    @property
    def leaving(self) -> BoolArray:
        """(J,) existing facilities that may close or move."""
        mask = np.zeros(self.site_count, dtype=bool)
        for flags in (self.closable, self.relocatable):
            mask |= False if flags is None else flags
        return mask

    @property
    def kept(self) -> BoolArray:
        """(J,) existing facilities that stay in every plan."""
        return self.existing & ~self.leaving

    @property
    def weight(self) -> FloatArray:
        """(I,) what each demand point takes of a capacity."""
        return self.demand if self.load is None else self.load

    def take_rows(self, rows: IntArray) -> Instance:
        """The instance with only these demand points, in this order.

        Adjacency speaks of all demand points, so an instance that has one must be taken whole.
        """
        if rows.size == self.demand_count and np.array_equal(rows, np.arange(rows.size)):
            return self
        assert self.adjacency is None
        along = {f.name: getattr(self, f.name) for f in fields(self) if f.metadata.get("axis") == DEMAND}
        return replace(
            self,
            demand_ids=take(self.demand_ids, rows),
            impedance=self.impedance.select(rows=rows),
            **{name: array[rows] for name, array in along.items() if array is not None},
        )

    def take_columns(self, columns: IntArray) -> Instance:
        """The instance with only these sites, in this order.

        Changes speak of all sites, so an instance that has them must be taken whole.
        """
        assert self.changes is None
        along = {f.name: getattr(self, f.name) for f in fields(self) if f.metadata.get("axis") == SITE}
        between = self.site_impedance
        return replace(
            self,
            site_ids=tuple(self.site_ids[j] for j in columns),
            impedance=self.impedance.select(columns=columns),
            site_impedance=None if between is None else between.select(columns, columns),
            excluded=None if self.excluded is None else tuple(plan[columns] for plan in self.excluded),
            **{name: array[columns] for name, array in along.items() if array is not None},
        )

    @classmethod
    def from_arrays(
        cls,
        impedance: ImpedanceMatrix | ArrayLike,
        demand: ArrayLike | None = None,
        *,
        site_zone: Sequence[str | None] | None = None,
        zone_minimum: Mapping[str, int] | None = None,
        zone_maximum: Mapping[str, int] | None = None,
        demand_ids: Sequence[str] | None = None,
        site_ids: Sequence[str] | None = None,
        unit: str = "min",
        **numbers: Any,
    ) -> Instance:
        """Build an instance from bare numbers.

        Args:
            impedance: (I, J); in a dense array NaN or inf is an unreachable pair.
            demand: (I,), 1 each when left out.
            site_zone: (J,) zone id of each site.
            zone_minimum: least number of new facilities by zone id.
            zone_maximum: largest number of new facilities by zone id.
            demand_ids: I ids, `i1`, `i2` ... when left out.
            site_ids: J ids, `j1`, `j2` ... when left out.
            unit: of the impedance, when it is given as an array.
            numbers: any other field; where one runs along an axis, a single number stands for all.

        Raises:
            InputError: naming every array that does not fit.
            TypeError: for a field that there is not.
            ValueError: for a negative impedance.
        """
        matrix = impedance if isinstance(impedance, ImpedanceMatrix) else ImpedanceMatrix.from_dense(impedance, unit)
        n, m = matrix.shape
        least, most = dict(zone_minimum or {}), dict(zone_maximum or {})
        zones = tuple(dict.fromkeys([*(z for z in site_zone or () if z is not None), *least, *most]))
        index = {z: k for k, z in enumerate(zones)}
        zone = np.full(m, -1, dtype=np.int64)
        if site_zone is not None:
            zone = np.array([-1 if z is None else index[z] for z in site_zone], dtype=np.int64)
        known = {f.name: f for f in fields(cls)}
        for name in numbers:
            if name not in known:
                raise TypeError(f"Instance has no field {name!r}")
        flags = {name: np.zeros(m, dtype=bool) for name in ("existing", "required", "forbidden")}
        given = {name: value for name, value in numbers.items() if value is not None}
        return cls(
            demand_ids=NumberedIds("i", range(1, n + 1)) if demand_ids is None else tuple(demand_ids),
            site_ids=tuple(site_ids) if site_ids is not None else tuple(f"j{k + 1}" for k in range(m)),
            demand=np.ones(n) if demand is None else _spread(demand, n),
            impedance=matrix,
            site_zone=zone,
            zone_ids=zones,
            zone_minimum=np.array([least.get(z, 0) for z in zones], dtype=np.int64),
            zone_maximum=np.array([most.get(z, NO_LIMIT) for z in zones], dtype=np.int64) if most else None,
            **(flags | {name: _as_field(known[name], value, n, m) for name, value in given.items()}),
        )


def _spread(values: ArrayLike, size: int) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    return np.full(size, float(array)) if array.ndim == 0 else array


def _as_field(f: Field[Any], value: Any, n: int, m: int) -> Any:
    """The value as the field holds it; a single number spread along its axis."""
    axis = f.metadata.get("axis")
    if axis is None:
        return value
    if f.name in YES_NO:
        return np.asarray(value, dtype=bool)
    if f.metadata["flags"]:
        return np.asarray(value, dtype=np.int64)
    return _spread(value, {DEMAND: n, SITE: m}.get(axis, 1))
