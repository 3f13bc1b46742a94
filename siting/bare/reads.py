"""Which numbers a location model reads, and by which option or column of a file each is given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from siting.errors import Fault
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import active_constraints, has, list_formulations, load_formulation
from siting.formulation.spec import Formulation
from siting.instance import Instance

# Fields of `Instance` by the option that gives them; a file's name stands for the columns in it.
OPTION = {
    "impedance": "--impedance",
    "demand": "--demand",
    "capacity": "--capacity",
    "minimum_load": "--capacity",
    "fixed_cost": "--fixed-cost",
    "adjacency": "--adjacency",
    "site_impedance": "--site-impedance",
    "p": "--p",
    "budget": "--budget",
    "standard": "--standard",
    "outer_standard": "--outer-standard",
    "cover_share": "--cover-share",
    "backup_weight": "--backup-weight",
    "busy_fraction": "--busy-fraction",
    "servers": "--servers",
    "worst_share": "--worst-share",
    "zone_spread": "--zone-spread",
    "envy_weight": "--envy-weight",
    "closures": "--closures",
    "travel_cost": "--travel-cost",
    "least_difference": "--least-difference",
    "decay": "--decay",
    "zone_minimum": "--zone-minimum",
    "zone_maximum": "--zone-maximum",
    "coverage_targets": "--coverage-target",
    "ordered_weights": "--ordered-weight",
    "size_capacity": "--size",
    "size_cost": "--size",
    "excluded": "--exclude",
    "future_best": "--future-best",
}
# Fields that only columns give: the option of the file, and the column.
COLUMN = {
    "load": ("--demand", "load"),
    "demand_zone": ("--demand", "zone"),
    "future": ("--demand", "future"),
    "minimum_load": ("--capacity", "minimum_load"),
    "least_points": ("--sites", "least_points"),
    "most_points": ("--sites", "most_points"),
    "site_zone": ("--sites", "zone"),
    "site_unit": ("--sites", "unit"),
    **{
        name: ("--sites", name)
        for name in (
            *("existing", "required", "forbidden", "closable", "relocatable"),
            *("competitor", "closing_cost", "attraction"),
        )
    },
}
IN_SITES = ("capacity", "fixed_cost")  # which a column of the table of sites may give too
# What means something only together with a field that a block reads.
WITH = {"zone_minimum": ("site_zone",), "zone_maximum": ("site_zone",), "excluded": ("least_difference",)}


def fields_read(formulation: Formulation) -> frozenset[str]:
    """Every field of `Instance` that the model reads, whether it must be given or may be."""
    return _read_by(formulation.blocks)


def _read_by(blocks: Iterable[str]) -> frozenset[str]:
    read = {"impedance", "demand"}
    for name in blocks:
        read |= {*REGISTER[name].reads, *REGISTER[name].uses, *REGISTER[name].either}
    return frozenset(read | {other for f in read for other in WITH.get(f, ())})


def readers_of(*fields: str) -> list[str]:
    """The shipped models that read at least one of the fields."""
    return [
        name for name, path in list_formulations().items() if fields_read(load_formulation(path)) & frozenset(fields)
    ]


def fields_unused(formulation: Formulation, instance: Instance) -> list[str]:
    """Fields that are given and that no block of this very question reads, though the model might."""
    active = active_constraints(formulation, instance)
    used = _read_by((*formulation.variables, *formulation.objectives, *active))
    return [name for name in OPTION | COLUMN if has(instance, name) and name not in used and name != "site_zone"]


def where_from(field: str) -> tuple[str, str]:
    """How to give a field, in Chinese and English; empty where there is no way."""
    if field in COLUMN:
        option, column = COLUMN[field]
        return f"请在 {option} 的文件中给出 {column} 列", f"give the column {column} in the file of {option}"
    if field in IN_SITES:
        return (
            f"请给出 {OPTION[field]}，或在 --sites 的文件中给出 {field} 列",
            f"give {OPTION[field]}, or the column {field} in the file of --sites",
        )
    if field in OPTION:
        return f"请给出 {OPTION[field]}", f"give {OPTION[field]}"
    return "", ""


def in_words(fault: Fault) -> Fault:
    """A fault about fields of an instance in the words of the command line, with the option as the remedy."""
    if fault.column is None:
        return fault
    fields = [name for name in re.findall(r"[a-z_]+", fault.column) if name in OPTION or name in COLUMN]
    if not fields:
        return fault

    def spell(match: re.Match[str]) -> str:
        name = match.group()
        return " ".join(COLUMN[name]) if name in COLUMN else OPTION.get(name, name)

    fault = replace(
        fault,
        file=None if fault.file == "instance" else fault.file,
        column=re.sub(r"[a-z_]+", spell, fault.column),
    )
    if len(fields) > 1:  # a choice between them
        return replace(fault, remedy_zh=f"请给出其中一项：{fault.column}", remedy_en=f"give one of {fault.column}")
    if fault.remedy_en or fault.value is not None:
        return fault
    zh, en = where_from(fields[0])
    return replace(fault, remedy_zh=zh, remedy_en=en)
