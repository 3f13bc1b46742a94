"""The sizes that a new facility may have, with what each costs."""

from __future__ import annotations

from dataclasses import dataclass

from siting.scenario import ServiceQuestion
from siting.standards import Service


@dataclass(frozen=True)
class Size:
    """One size class: what it is called, how many it holds, what it costs beside nothing else."""

    name: str
    persons: float
    yuan: float


def size_classes(question: ServiceQuestion, service: Service) -> tuple[Size, ...]:
    """The question's sizes, else those that the standard lists, the smallest first.

    A size without a cost of its own costs in proportion to the cost of one facility of the standard's usual size; so
    do the standard's sizes where the question states that cost.
    """
    cost = question.open_yuan if question.open_yuan is not None else service.cost.open_yuan.value
    usual = service.capacity.default_persons.value
    unit = service.capacity.unit_zh
    asked = [(size.name, size.persons, size.yuan) for size in question.sizes]
    own_cost = question.open_yuan is None
    listed = asked or [("", size.persons, size.yuan if own_cost else None) for size in service.sizes]
    return tuple(
        Size(
            name or f"{persons:,.0f} {unit}",
            persons,
            own if own is not None else cost * (persons / usual if usual > 0 else 1.0),
        )
        for name, persons, own in sorted(listed, key=lambda size: size[1])
    )
