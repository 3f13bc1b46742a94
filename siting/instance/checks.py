"""What an instance may hold: shapes that fit, numbers that are numbers, sites that are not two things at once."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.errors import Faults
from siting.instance.changes import check_changes
from siting.instance.ids import NumberedIds

if TYPE_CHECKING:
    from siting.instance import Instance

DEMAND, SITE, ZONE, SIZE = "I", "J", "Z", "S"  # what an array runs along


def check(instance: Instance) -> None:
    """Refuse numbers that no model can use; NaN would otherwise be 'solved' without a word.

    Raises:
        InputError: with every fault found.
    """
    faults = Faults("instance")
    _check_shapes(instance, faults)
    if instance.changes is not None:
        check_changes(instance.changes, instance.site_count, faults)
    if instance.demand_kind is not None:
        kinds = None if instance.changes is None else instance.changes.kind_capacity
        if kinds is None or instance.demand_kind.max(initial=-1) >= kinds.shape[-1]:
            faults.add(
                "各类需求都须有容量",
                "every kind of demand needs its capacity",
                column="demand_kind",
                remedy_zh="请给出 changes.kind_capacity",
                remedy_en="give changes.kind_capacity",
            )
    faults.raise_if_any()
    for name, ids in (("demand_ids", instance.demand_ids), ("site_ids", instance.site_ids)):
        if isinstance(ids, NumberedIds):
            continue
        seen: set[str] = set()
        for key in ids:
            if key in seen:
                faults.add("编号重复", "duplicate id", column=name, value=key)
            seen.add(key)
    for f in fields(instance):
        array = getattr(instance, f.name)
        if array is None or "axis" not in f.metadata or f.metadata.get("flags"):
            continue
        bad = np.isnan(array) | (array < 0) | (~np.isfinite(array) & (not f.metadata.get("infinite", False)))
        for index in np.flatnonzero(bad):
            faults.add(
                "数值应不小于零",
                "the value must be a number of at least 0",
                column=f.name,
                value=f"{_name(instance, f, int(index))}{array[index]}",
            )
    _check_numbers(instance, faults)
    _check_sites(instance, faults)
    faults.raise_if_any()


def _name(instance: Instance, f: Field[Any], index: int) -> str:
    """`id: ` of the entry of a field, where it runs along something that has ids."""
    ids = {DEMAND: instance.demand_ids, SITE: instance.site_ids, ZONE: instance.zone_ids}.get(f.metadata["axis"])
    return f"{index}: " if ids is None else f"{ids[index]}: "


def _check_shapes(instance: Instance, faults: Faults) -> None:
    n, m = instance.demand_count, instance.site_count
    size = 0 if instance.size_capacity is None else instance.size_capacity.size
    length = {DEMAND: n, SITE: m, ZONE: len(instance.zone_ids), SIZE: size}
    shapes: list[tuple[str, object, tuple[int, ...]]] = [("impedance", instance.impedance.shape, (n, m))]
    for f in fields(instance):
        array = getattr(instance, f.name)
        if array is not None and "axis" in f.metadata:
            shapes.append((f.name, array.shape, (length[f.metadata["axis"]],)))
    if instance.site_impedance is not None:
        shapes.append(("site_impedance", instance.site_impedance.shape, (m, m)))
    if instance.adjacency is not None:
        shapes.append(("adjacency", (instance.adjacency.count,), (n,)))
    shapes += [("excluded", plan.shape, (m,)) for plan in instance.excluded or ()]
    for name, got, wanted in shapes:
        if got != wanted:
            faults.add(f"数组大小应为 {wanted}", f"the array must have the shape {wanted}", column=name, value=got)


def _check_numbers(instance: Instance, faults: Faults) -> None:
    for f in fields(instance):
        value = getattr(instance, f.name)
        if value is None or "least" not in f.metadata:
            continue
        least, most, above = f.metadata["least"], f.metadata["most"], f.metadata["above"]
        if not (least <= value <= most) or (above and value == least):
            zh, en = f"不小于 {least:g}", f"at least {least:g}"
            if above:
                zh, en = f"大于 {least:g}", f"above {least:g}"
            if np.isfinite(most):
                zh, en = f"{zh}、不大于 {most:g}", f"{en} and at most {most:g}"
            faults.add(f"数值应{zh}", f"the value must be {en}", column=f.name, value=value)
    for name in ("ordered_weights", "coverage_targets"):
        for share, other in getattr(instance, name) or ():
            inside = 0 < share <= 1 and other >= 0 if name == "ordered_weights" else share >= 0 and 0 <= other <= 1
            if not inside:
                faults.add(
                    "份额应在 0 与 1 之间，另一数值应不小于零",
                    "the share must lie between 0 and 1, the other number be at least 0",
                    column=name,
                    value=(share, other),
                )
    if instance.standard is not None and instance.outer_standard is not None:
        for i in np.flatnonzero(instance.outer_standard < instance.standard):
            faults.add(
                "外圈标准不能小于标准",
                "the outer standard must not be below the standard",
                column="outer_standard",
                value=f"{instance.demand_ids[i]}: {instance.outer_standard[i]}",
            )
    if instance.p is not None and instance.budget is not None:
        faults.add(
            "新建数量与预算只能给一个",
            "give p or a budget, not both",
            column="p, budget",
            value=(instance.p, instance.budget),
        )


def _check_sites(instance: Instance, faults: Faults) -> None:
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
    for name in ("closable", "relocatable", "competitor"):
        flags = getattr(instance, name)
        if flags is not None:
            for index in np.flatnonzero(flags & ~instance.existing):
                faults.add(
                    "只有现有设施才能这样标记",
                    "only an existing facility can be marked so",
                    column=name,
                    value=instance.site_ids[index],
                )
    if instance.closable is not None and instance.relocatable is not None:
        for index in np.flatnonzero(instance.closable & instance.relocatable):
            faults.add(
                "可关闭与可迁移只能选一个",
                "a facility is closable or relocatable, not both",
                column="closable, relocatable",
                value=instance.site_ids[index],
            )
