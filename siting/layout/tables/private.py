"""有无民办: the same plan with private providers at the share of them that counts, and without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.impedance import BoolArray
from siting.layout.result import Course
from siting.layout.settled import sent_anew
from siting.layout.tables.columns import GROUP, SERVICE, UNIT, YEAR
from siting.layout.tables.facts import Facts
from siting.layout.tables.needs import figures
from siting.layout.tables.units import sums
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text

WITH: dict[str, Text] = {"all": ("含民办", "with private"), "public": ("不含民办", "without private")}
NAMES = {"before": "all", "after": "public"}  # of the courses in `figures`


def private_of(facts: Facts) -> pd.DataFrame:
    """As `needs.figures` for the plan, `..._all` providers and `..._public` ones only, of the services that have any.

    Besides: facilities (in use, private), counted (share of their places that counts). No rows where no private
    facility is in use. Who goes where without them is settled anew by the plan's objectives; what becomes of the other
    facilities stays as planned.
    """
    plan, private = facts.plan, _private(facts)
    used = facts.in_use(plan.after) & private[:, None]
    having = {
        facts.services[s].id
        for s in np.unique(facts.service_of_place[used.any(axis=1)])
        if plan.posed.parts[s].plan.count_people
    }
    if not having:
        return pd.DataFrame()
    without = _without(facts, private, having)
    frame = figures(Facts(replace(plan, before=plan.after, after=without), facts.settings))
    renamed = {
        column: f"{column.removesuffix(f'_{old}')}_{new}"
        for old, new in NAMES.items()
        for column in frame.columns
        if column.endswith(f"_{old}")
    }
    T, U = len(facts.years), facts.units.count
    count = np.zeros((len(facts.series), T, U))
    for k, series in enumerate(facts.series):
        p, t = np.nonzero(used & (facts.service_of_place == series.service)[:, None])
        count[k] = sums(t, facts.units.of_places[:, p], np.ones(p.size), (T, U))
    frame = frame.rename(columns=renamed).assign(
        facilities=count.ravel(),
        counted=np.repeat([plan.posed.parts[x.service].plan.private_share for x in facts.series], T * U),
    )
    return frame[frame["service_id"].isin(having)].reset_index(drop=True)


def _without(facts: Facts, private: BoolArray, having: set[str]) -> Course:
    """The plan without these places: people of the services that have any are sent anew, others stay where they are."""
    course, posed = facts.plan.after, facts.plan.posed
    assert posed.instance.changes is not None
    assert course.solution.sizes is not None
    left = np.where(private[posed.instance.changes.site_place], -1, course.solution.sizes)
    numbers = [s for s, service in enumerate(facts.services) if service.id in having]
    return sent_anew(course, posed, numbers, left)


def _private(facts: Facts) -> BoolArray:
    """(P,) places that private providers run: their own facilities, and what is given inside them."""
    return np.array(
        [
            place.origin in ("existing", "within", "counts_as") and place.row.get("ownership") == "private"
            for place in facts.places
        ],
        dtype=bool,
    )


def private(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """The table of `private_of`."""
    lost = frame["share_public"] - frame["share_all"]
    table = frame.assign(difference=100 * lost, held=frame["places_all"] - frame["places_public"])
    columns = (
        SERVICE, GROUP, *UNIT, YEAR, Column("need", "需求（人）", "Need (persons)", "persons"),
        Column("facilities", "在用民办（处）", "Private in use", "count", 10),
        Column("counted", "民办名额按几成计", "Share of private places that counts", "share", 12),
        Column("held", "计入的民办名额（个）", "Private places that count", "persons", 12),
        *(
            Column(f"{name}_{when}", f"{zh}：{WITH[when][0]}", f"{en}: {WITH[when][1]}", kind, 14)
            for name, zh, en, kind in (
                ("places", "名额（个）", "Places", "persons"),
                ("short", "缺口（负数为富余）", "Short by (negative: to spare)", "persons"),
                ("without", "没有着落（人）", "Without a place", "persons"),
                ("within", "达标（人）", "Within the standard", "persons"),
                ("share", "达标比例", "Share within", "share"),
                ("mean_min", "平均（分钟）", "Mean (min)", "minutes"),
            )
            for when in WITH
        ),
        Column("difference", "达标比例相差（百分点）", "Difference of the share (points)", "points", 13),
    )  # fmt: skip
    notes = (
        (
            "同一规划，不另求解：不含民办时，民办设施（含附设在其中的）一概不用，其他设施按规划，人按同样的目标重新安排去处。"
            "台账没有注明民办的不算民办；规划新建的按公办，附设在民办设施里的算民办（名额全计）。",
            "The same plan, not solved again: without them private facilities, and what is given inside them, are not"
            " used, all others stay as planned, and people are sent anew by the same objectives. Those of which the"
            " ledger does not say that they are private do not count as such; what the plan"
            " builds counts as public, but for what is inside a private facility (all of whose places count).",
        ),
        (
            "设施、名额按设施所在单元计，需求和没有着落的人按居住地计；有不设上限的设施时不计缺口。",
            "Facilities and places are counted where they are, need and people without a place where they live; short"
            " by is not told where a facility has no limit.",
        ),
    )
    shown = table[(table["need"] > 0) | (table["facilities"] > 0)]
    return make_sheet("private", ("有无民办对照", "With and without private providers"), columns, shown, notes)
