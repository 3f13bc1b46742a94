"""The frozen numbers of one location problem: no geometry, no solver.

A changed instance is a copy (`dataclasses.replace`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from siting.errors import Faults
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray


@dataclass(frozen=True, eq=False)
class Instance:
    """One service, one period: I demand points, J sites.

    Sites are candidates and existing facilities alike. Existing ones are open in every plan (`existing`
    becomes a lower bound on y); a facility that is to close is left out of the instance.

    Attributes:
        demand_ids: I ids.
        site_ids: J ids.
        demand: (I,) persons who need the service.
        impedance: (I, J) travel impedance of the admissible pairs; a missing pair cannot be assigned.
        standard: (I,) coverage standard T_i in the unit of `impedance`; None where no model needs it.
        existing: (J,) in use today and kept: y_j = 1, not counted in `p`, without cost.
        required: (J,) candidates that must open; they count in `p` and cost money.
        forbidden: (J,) candidates that must not open.
        capacity: (J,) persons; +inf where there is no limit; None where capacity plays no part.
        fixed_cost: (J,) yuan to open; 0 for existing facilities.
        site_zone: (J,) index into `zone_ids`, -1 for none.
        zone_minimum: (Z,) least number of new facilities in each zone.
        p: number of new facilities to open; None when a budget rules or when the model decides.
        budget: yuan for new facilities; None when `p` rules.
    """

    demand_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    demand: FloatArray
    impedance: ImpedanceMatrix
    existing: BoolArray
    required: BoolArray
    forbidden: BoolArray
    site_zone: IntArray
    zone_ids: tuple[str, ...] = ()
    zone_minimum: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    standard: FloatArray | None = None
    capacity: FloatArray | None = None
    fixed_cost: FloatArray | None = None
    p: int | None = None
    budget: float | None = None

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

    @classmethod
    def from_arrays(
        cls,
        impedance: ImpedanceMatrix | ArrayLike,
        demand: ArrayLike | None = None,
        *,
        p: int | None = None,
        budget: float | None = None,
        standard: ArrayLike | None = None,
        capacity: ArrayLike | None = None,
        fixed_cost: ArrayLike | None = None,
        existing: ArrayLike | None = None,
        required: ArrayLike | None = None,
        forbidden: ArrayLike | None = None,
        site_zone: Sequence[str | None] | None = None,
        zone_minimum: Mapping[str, int] | None = None,
        demand_ids: Sequence[str] | None = None,
        site_ids: Sequence[str] | None = None,
        unit: str = "min",
    ) -> Instance:
        """Build an instance from bare numbers.

        Args:
            impedance: (I, J); in a dense array NaN or inf is an unreachable pair.
            demand: (I,), 1 each when left out.
            standard: a scalar or (I,).
            capacity: a scalar or (J,).
            fixed_cost: a scalar or (J,).
            existing: (J,) booleans; likewise `required` and `forbidden`.
            site_zone: (J,) zone id of each site.
            zone_minimum: least number of new facilities by zone id.

        Raises:
            InputError: naming every array that does not fit.
            ValueError: for a negative impedance.
        """
        matrix = impedance if isinstance(impedance, ImpedanceMatrix) else ImpedanceMatrix.from_dense(impedance, unit)
        n, m = matrix.shape

        def flags(values: ArrayLike | None) -> BoolArray:
            return np.zeros(m, dtype=bool) if values is None else np.asarray(values, dtype=bool)

        def spread(values: ArrayLike | None, size: int) -> FloatArray | None:
            if values is None:
                return None
            array = np.asarray(values, dtype=np.float64)
            return np.full(size, float(array)) if array.ndim == 0 else array

        minimum = dict(zone_minimum or {})
        zones = tuple(dict.fromkeys([*(z for z in site_zone or () if z is not None), *minimum]))
        index = {z: k for k, z in enumerate(zones)}
        zone = (
            np.full(m, -1, dtype=np.int64)
            if site_zone is None
            else np.array([-1 if z is None else index[z] for z in site_zone], dtype=np.int64)
        )
        weights = spread(demand, n)
        return cls(
            demand_ids=tuple(demand_ids) if demand_ids is not None else tuple(f"i{k + 1}" for k in range(n)),
            site_ids=tuple(site_ids) if site_ids is not None else tuple(f"j{k + 1}" for k in range(m)),
            demand=np.ones(n) if weights is None else weights,
            impedance=matrix,
            existing=flags(existing),
            required=flags(required),
            forbidden=flags(forbidden),
            site_zone=zone,
            zone_ids=zones,
            zone_minimum=np.array([minimum.get(z, 0) for z in zones], dtype=np.int64),
            standard=spread(standard, n),
            capacity=spread(capacity, m),
            fixed_cost=spread(fixed_cost, m),
            p=p,
            budget=budget,
        )


def check(instance: Instance) -> None:
    """Refuse numbers that no model can use; NaN would otherwise be 'solved' without a word.

    Raises:
        InputError: with every fault found.
    """
    n, m, z = instance.demand_count, instance.site_count, len(instance.zone_ids)
    faults = Faults("instance")
    shapes: list[tuple[str, object, tuple[int, ...]]] = [
        ("impedance", instance.impedance.shape, (n, m)),
        ("demand", instance.demand.shape, (n,)),
        ("existing", instance.existing.shape, (m,)),
        ("required", instance.required.shape, (m,)),
        ("forbidden", instance.forbidden.shape, (m,)),
        ("site_zone", instance.site_zone.shape, (m,)),
        ("zone_minimum", instance.zone_minimum.shape, (z,)),
    ]
    for name, size in (("standard", n), ("capacity", m), ("fixed_cost", m)):
        array = getattr(instance, name)
        if array is not None:
            shapes.append((name, array.shape, (size,)))
    for name, got, wanted in shapes:
        if got != wanted:
            faults.add(f"数组大小应为 {wanted}", f"the array must have the shape {wanted}", column=name, value=got)
    faults.raise_if_any()
    for name, ids in (("demand_ids", instance.demand_ids), ("site_ids", instance.site_ids)):
        seen: set[str] = set()
        for k, key in enumerate(ids):
            if key in seen:
                faults.add("编号重复", "duplicate id", column=name, row=k, value=key)
            seen.add(key)
    for name, infinite in (("demand", False), ("standard", True), ("capacity", True), ("fixed_cost", False)):
        array = getattr(instance, name)
        if array is None:
            continue
        bad = np.isnan(array) | (array < 0) | (~np.isfinite(array) & (not infinite))
        for index in np.flatnonzero(bad):
            faults.add(
                "数值应不小于零",
                "the value must be a number of at least 0",
                column=name,
                row=int(index),
                value=array[index],
            )
    for index in np.flatnonzero(instance.required & instance.forbidden):
        faults.add(
            "同一地点既必选又禁选",
            "required and forbidden at once",
            column="site",
            value=instance.site_ids[index],
        )
    for index in np.flatnonzero(instance.existing & (instance.required | instance.forbidden)):
        faults.add(
            "现有设施不能再列为必选或禁选",
            "an existing facility cannot be required or forbidden",
            value=instance.site_ids[index],
        )
    if instance.p is not None and instance.p < 0:
        faults.add("新建数量不能为负", "p must not be negative", column="p", value=instance.p)
    if instance.budget is not None and not instance.budget >= 0:
        faults.add("预算不能为负", "the budget must not be negative", column="budget", value=instance.budget)
    if instance.p is not None and instance.budget is not None:
        faults.add(
            "新建数量与预算只能给一个",
            "give p or a budget, not both",
            column="p, budget",
            value=(instance.p, instance.budget),
        )
    faults.raise_if_any()
