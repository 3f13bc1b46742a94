"""A future, and one instance that holds the demand points of several futures one under another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from siting.errors import Faults
from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix
from siting.instance import Instance
from siting.instance.checks import DEMAND

PROBABILITY_SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Future:
    """One possible course of things, over the demand points and sites of one instance.

    Attributes:
        probability: 0..1; those of a set add up to 1. One of 0 is reported and has no say in the choice.
        demand: (I,) persons who need the service then.
        impedance: (I, J) travel impedance then; a missing pair cannot be assigned.
    """

    id: str
    name_zh: str
    name_en: str
    probability: float
    demand: FloatArray
    impedance: ImpedanceMatrix


def in_future(instance: Instance, future: Future) -> Instance:
    """The instance as it is in one future; loads grow and shrink with the demand.

    Raises:
        InputError: the future is not of the instance's demand points and sites, or its numbers cannot be used.
    """
    _check_shapes(instance, [future])
    load = instance.load
    if load is not None:
        now = instance.demand
        load = load * np.divide(future.demand, now, out=np.ones_like(now), where=now > 0)
    return replace(instance, demand=future.demand, impedance=future.impedance, load=load)


def stack(
    instance: Instance,
    futures: Sequence[Future],
    *,
    weighted: bool = True,
    future_best: FloatArray | None = None,
    rows: Sequence[BoolArray] | None = None,
) -> Instance:
    """One instance whose demand points are those of all futures, one under another, named `point@future`.

    With demand weighted by probability an objective that adds up over demand points is its expected value over the
    futures; what is built is built once and counts in full. A facility must hold each future's people, not the
    expected ones: `load` keeps the demand as it is.

    Args:
        weighted: whether demand is weighted by probability; for regret each future counts by its own.
        future_best: (K,) best objective of each future on its own, for models of regret.
        rows: for each future the demand points (I,) that take part; all when left out.

    Raises:
        InputError: probabilities that do not add up to 1, futures of the same id or of another shape, or an instance
            whose demand points cannot be stacked (those that know their neighbours or are told apart already).
    """
    check_probabilities(futures)
    _check_shapes(instance, futures)
    _check_stackable(instance)
    taken = (
        [np.flatnonzero(mask) for mask in rows]
        if rows is not None
        else [np.arange(instance.demand_count)] * len(futures)
    )
    parts = [in_future(instance, future) for future in futures]
    along: dict[str, Any] = {
        f.name: np.concatenate([getattr(instance, f.name)[i] for i in taken])
        for f in fields(instance)
        if f.metadata.get("axis") == DEMAND and f.name not in ("demand", "load", "future")
        if getattr(instance, f.name) is not None
    }
    matrices = [part.impedance.select(rows=i) for part, i in zip(parts, taken, strict=True)]
    size = np.array([i.size for i in taken], dtype=np.int64)
    weight = [future.probability if weighted else 1.0 for future in futures]
    ids = [f"{instance.demand_ids[i]}@{future.id}" for future, mine in zip(futures, taken, strict=True) for i in mine]
    return replace(
        instance,
        demand_ids=tuple(ids),
        demand=np.concatenate([w * part.demand[i] for w, part, i in zip(weight, parts, taken, strict=True)]),
        load=np.concatenate([part.weight[i] for part, i in zip(parts, taken, strict=True)]),
        impedance=_under_one_another(matrices),
        future=np.repeat(np.arange(len(futures), dtype=np.int64), size),
        future_best=future_best,
        **along,
    )


def check_probabilities(futures: Sequence[Future]) -> None:
    """Refuse an empty set of futures, two of one id, and probabilities that are none or do not add up to 1.

    Raises:
        InputError: with every fault.
    """
    faults = Faults("futures")
    if not futures:
        faults.add("没有给出任何未来情景", "there is no future")
    ids = [future.id for future in futures]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        faults.add("未来情景编号重复", "two futures share an id", column="id", value=name)
    for future in futures:
        if not 0 <= future.probability <= 1:
            faults.add(
                "概率应在 0 与 1 之间",
                "a probability must lie between 0 and 1",
                column=future.id,
                value=future.probability,
            )
    total = math.fsum(future.probability for future in futures)
    if futures and not faults and abs(total - 1) > PROBABILITY_SLACK:
        faults.add(
            f"各未来情景的概率合计为 {total:g}，应为 1",
            f"the probabilities of the futures add up to {total:g}, not to 1",
            remedy_zh="请改正各项概率，或全部不写（视为相等）",
            remedy_en="correct them, or give none: they are then equal",
            column="probability",
            value=", ".join(f"{future.id}: {future.probability:g}" for future in futures),
        )
    faults.raise_if_any()


def _check_shapes(instance: Instance, futures: Sequence[Future]) -> None:
    faults = Faults("futures")
    wanted = (instance.demand_count, instance.site_count)
    for future in futures:
        for name, got, right in (
            ("demand", future.demand.shape, wanted[:1]),
            ("impedance", future.impedance.shape, wanted),
        ):
            if got != right:
                faults.add(
                    f"数组大小应为 {right}",
                    f"the array must have the shape {right}",
                    column=f"{future.id}.{name}",
                    value=got,
                )
    faults.raise_if_any()


def _check_stackable(instance: Instance) -> None:
    faults = Faults("futures")
    if instance.adjacency is not None:
        faults.add(
            "连片的服务范围不能按多种未来叠加求解",
            "catchments that hang together cannot be decided over several futures",
            remedy_zh="请换用不要求连片的模型",
            remedy_en="choose a model without contiguity",
            column="adjacency",
        )
    if instance.future is not None:
        faults.add("该实例已按未来情景叠加", "the instance holds several futures already", column="future")
    faults.raise_if_any()


def _under_one_another(parts: Sequence[ImpedanceMatrix]) -> ImpedanceMatrix:
    """The rows of all matrices, which have the same columns."""
    begins = np.cumsum([0, *(part.pair_count for part in parts)])
    indptr = np.concatenate([[0], *(part.indptr[1:] + begin for part, begin in zip(parts, begins, strict=False))])
    return ImpedanceMatrix(
        indptr.astype(np.int64),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.values for part in parts]),
        (sum(part.shape[0] for part in parts), parts[0].shape[1]),
        parts[0].unit,
    )
