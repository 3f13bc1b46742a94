"""占比: of what is in use, places of inclusive price, nursing and dementia beds, Chinese-medicine clinics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.impedance import BoolArray, FloatArray
from siting.layout.result import Course
from siting.layout.tables.columns import ALTERNATIVE, COURSES, SERVICE, UNIT, YEAR
from siting.layout.tables.facts import Facts
from siting.layout.tables.units import sums
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both


@dataclass(frozen=True)
class Flag:
    """A column of the ledger that says yes or no.

    Attributes:
        parameter: of the standard, the least share.
        places: whether places are counted; else facilities.
        new_ones: whether what the plan builds is taken to be of the sort.
    """

    name: Text
    parameter: str
    places: bool
    new_ones: bool


@dataclass(frozen=True)
class Kinds:
    """Kinds of places that are told together."""

    name: Text
    kinds: tuple[str, ...]
    parameter: str


FLAGS = {
    "inclusive": Flag(("普惠名额", "places of inclusive price"), "inclusive_share_least", True, True),
    "tcm_clinic": Flag(("设中医馆的机构", "facilities with a Chinese-medicine clinic"), "", False, False),
}
KINDS = (
    Kinds(
        ("护理型床位（含认知障碍）", "nursing beds, dementia included"),
        ("nursing", "dementia"),
        "nursing_bed_share_least",
    ),
    Kinds(("认知障碍床位", "dementia beds"), ("dementia",), ""),
)


@dataclass(frozen=True, eq=False)
class Measure:
    """One share of one service.

    Attributes:
        part: (P, states) places or facilities of a place in each state that are of the sort; NaN where not known.
        whole: (P, states) all of them.
        least: share that the standard asks for, NaN for none.
    """

    service: int
    name: str
    unit: str
    part: FloatArray
    whole: FloatArray
    least: float


def shares(facts: Facts) -> Sheet | None:
    """One row a share, unit and year; None where the ledger tells of none."""
    parts = [_rows(facts, measure) for measure in measures(facts)]
    if not parts:
        return None
    columns = (
        SERVICE, Column("measure", "项目", "Of what", width=30), *UNIT, YEAR,
        Column("counted", "计数单位", "Counted in", width=14),
        Column("least", "标准不少于", "Standard, at least", "share", 10),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 14)
            for name, zh, en, kind in (
                ("whole", "全部", "All", "persons"), ("part", "其中", "Of them", "persons"),
                ("share", "占比", "Share", "share"),
            )
            for when in COURSES
        ),
    )  # fmt: skip
    notes = (
        (
            "按设施所在单元计；台账未注明的不计入。规划新建、改建、附设的按普惠计（假设：公办或公建民营），"
            "其护理型、认知障碍床位按标准的比例配置；新建机构是否设中医馆不详，不计入。",
            "Counted where the facility is; those of which the ledger does not tell are left out. New, converted and "
            "inside facilities count as of inclusive price (assumed: public), with nursing and dementia beds in the "
            "standard's proportion; whether a new one has a Chinese-medicine clinic is not known: left out.",
        ),
        ALTERNATIVE,
    )
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["whole_before"] > 0) | (table["whole_after"] > 0)]
    return make_sheet(
        "shares", ("普惠、护理与中医馆占比", "Inclusive, nursing and Chinese-medicine shares"), columns, table, notes
    )


def measures(facts: Facts) -> Iterator[Measure]:
    """The shares that the ledger and the standards tell of the plan's services."""
    ever: BoolArray = np.logical_or.reduce([(course.state >= 0).any(axis=1) for _, course in facts.courses])
    for s, service in enumerate(facts.services):
        mine = np.flatnonzero(ever & facts.real & (facts.service_of_place == s))
        least = {key: value.value for key, value in service.parameters.items()}
        for column, flag in FLAGS.items():
            told = [p for p in mine if facts.places[p].row.get(column) in ("yes", "no")]
            if not told:
                continue
            new = [p for p in mine if facts.places[p].origin != "existing"]
            whole, part = _empty(facts), _empty(facts)
            for p in told + (new if flag.new_ones else []):
                place = facts.places[p]
                amounts = [state.persons if flag.places else 1.0 for state in place.states]
                if place.origin == "existing" and flag.places and place.row["capacity"] > 0:
                    amounts[place.initial] = float(place.row["capacity"])  # whole, whatever share of it counts
                whole[p, : len(amounts)] = amounts
                part[p, : len(amounts)] = amounts if p not in told or place.row[column] == "yes" else 0.0
            unit = "个 places" if flag.places else "处 facilities"
            yield Measure(s, both(flag.name), unit, part, whole, least.get(flag.parameter, np.nan))
        ids = [kind.id for kind in service.kinds]
        for of in KINDS:
            if not set(of.kinds) <= set(ids):
                continue
            numbers = [ids.index(kind) for kind in of.kinds]
            whole, part = _empty(facts), _empty(facts)
            for p in mine:
                held = np.array([state.by_kind for state in facts.places[p].states])
                whole[p, : len(held)], part[p, : len(held)] = held.sum(axis=1), held[:, numbers].sum(axis=1)
            yield Measure(s, both(of.name), "个 places", part, whole, least.get(of.parameter, np.nan))


def _empty(facts: Facts) -> FloatArray:
    """(P, states) of NaN."""
    return np.full((len(facts.places), max((len(place.states) for place in facts.places), default=1)), np.nan)


def _rows(facts: Facts, measure: Measure) -> pd.DataFrame:
    T, U = len(facts.years), facts.units.count
    t, unit = np.divmod(np.arange(T * U), U)
    found: dict[str, FloatArray] = {}
    for when, course in facts.courses:
        whole, part = (_in_use(facts, course, table) for table in (measure.whole, measure.part))
        found |= {
            f"whole_{when}": whole,
            f"part_{when}": part,
            f"share_{when}": part / np.where(whole > 0, whole, np.nan),
        }
    return pd.DataFrame(
        {
            "service": facts.service_names[measure.service], "measure": measure.name,
            "level": np.array(facts.units.level_names, dtype=object)[unit],
            "unit": facts.units.frame["name"].to_numpy()[unit], "year": np.array(facts.years)[t],
            "counted": measure.unit, "least": measure.least, **found,
        }
    )  # fmt: skip


def _in_use(facts: Facts, course: Course, table: FloatArray) -> FloatArray:
    """(T * U,) what the places in use hold in each year and unit, as far as it is known and limited."""
    p, t = np.nonzero(facts.in_use(course) & (facts.service_of_place >= 0)[:, None])
    amount = table[p, course.state[p, t]]
    known = np.isfinite(amount)
    p, t, amount = p[known], t[known], amount[known]
    return sums(t, facts.units.of_places[:, p], amount, (len(facts.years), facts.units.count)).ravel()
