"""A question asked of bare numbers: the files and words of the user become an instance, or faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from siting.bare import words
from siting.bare.files import read_matrix
from siting.bare.gather import Files, Zones, excluded_plans, take_files
from siting.bare.given import Given
from siting.bare.notes import Notes
from siting.bare.reads import OPTION, in_words
from siting.errors import Faults, InputError
from siting.formulation.spec import Formulation
from siting.instance import Instance


@dataclass(frozen=True)
class Words:
    """What the user says beside the files.

    Attributes:
        numbers: fields of `Instance` that are one number; None where nothing is said.
        unit: of the impedance, for messages.
        decay: `form:parameter`.
        zone_minimum: `zone=count`, as `zone_maximum`.
        coverage_targets: `impedance=share`.
        ordered_weights: `share=weight`.
        sizes: `capacity=cost`.
        excluded: for each plan that must not come again the ids of its open sites, with commas between.
        future_best: `future=objective`.
    """

    numbers: Mapping[str, float | None] = field(default_factory=dict)
    unit: str = ""
    decay: str | None = None
    zone_minimum: Sequence[str] = ()
    zone_maximum: Sequence[str] = ()
    coverage_targets: Sequence[str] = ()
    ordered_weights: Sequence[str] = ()
    sizes: Sequence[str] = ()
    excluded: Sequence[str] = ()
    future_best: Sequence[str] = ()


def read_instance(formulation: Formulation, files: Files, said: Words, notes: Notes) -> Instance:
    """Read everything and hold it together.

    Raises:
        InputError: with every fault found in words and files, and with whatever the formulation does not read.
    """
    given = Given(formulation, Faults(), notes)
    given.refuse_unread(_options(files, said))
    _take_words(said, given)
    try:
        matrix = read_matrix(files.impedance, said.unit, notes)
    except InputError as error:
        given.faults.items.extend(error.faults)
        raise InputError(given.faults.shortened()) from error
    take_files(files, matrix, given, Zones(said.zone_minimum, said.zone_maximum, said.future_best))
    if said.excluded:
        plans = excluded_plans(said.excluded, matrix.site_ids, OPTION["excluded"], given.faults)
        given.put("excluded", plans, OPTION["excluded"])
    given.faults.raise_if_any()
    try:
        return Instance.from_arrays(
            matrix.impedance, demand_ids=matrix.demand_ids, site_ids=matrix.site_ids, **given.fields
        )
    except InputError as error:
        raise InputError(in_words(fault) for fault in error.faults) from error


def _options(files: Files, said: Words) -> dict[str, list[str]]:
    """The options given, and the fields of `Instance` that each gives; those of the tables are told by column."""
    names = [name for name, value in said.numbers.items() if value is not None]
    names += [
        name
        for name in ("decay", "zone_minimum", "zone_maximum", "coverage_targets", "ordered_weights", "excluded")
        if getattr(said, name)
    ]
    names += ["size_capacity"] if said.sizes else []
    names += ["future_best"] if said.future_best else []
    names += [n for n in ("fixed_cost", "adjacency", "site_impedance") if getattr(files, n) is not None]
    names += ["capacity", "minimum_load"] if files.capacity is not None else []
    options: dict[str, list[str]] = {}
    for name in names:
        options.setdefault(OPTION[name], []).append(name)
    return options


def _take_words(said: Words, given: Given) -> None:
    faults = given.faults
    for name, value in said.numbers.items():
        if value is None:
            continue
        if np.isfinite(value) and value >= 0:
            given.put(name, value, OPTION[name])
        else:
            faults.add(
                "应为不小于零的数", "the value must be a number of at least 0", column=OPTION[name], value=f"{value:g}"
            )
    if said.decay is not None:
        given.put("decay", words.read_decay(said.decay, OPTION["decay"], faults), OPTION["decay"])
    for name, pairs, example in (
        ("coverage_targets", said.coverage_targets, "15=0.8"),
        ("ordered_weights", said.ordered_weights, "0.1=1"),
    ):
        if pairs:
            given.put(name, words.read_pairs(pairs, OPTION[name], example, faults), OPTION[name])
    if said.sizes:
        sizes = sorted(words.read_pairs(said.sizes, "--size", "540=20000000", faults))
        given.put("size_capacity", np.array([size for size, _ in sizes]), "--size")
        given.put("size_cost", np.array([cost for _, cost in sizes]), "--size")
