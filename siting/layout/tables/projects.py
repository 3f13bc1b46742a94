"""近期建设项目表: what costs money, when, and whom it helps; and the projects by people gained for their money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.tables.columns import ID, MONEY, NAME, SERVICE, TOWNSHIP, YEAR, ZONE
from siting.layout.tables.facts import Facts
from siting.layout.tables.naming import with_places
from siting.render.columns import Column, Sheet, make_sheet, with_values
from siting.render.wording import both

KINDS = {
    "open": ("新建", "new"),
    "grow": ("扩建", "expanded"),
    "shrink": ("缩减", "reduced"),
    "close": ("关闭", "closed"),
    "convert": ("改建", "converted"),
}
SOMEBODY = 0.5  # persons gained: fewer are nobody, and money for each of them would mean nothing
ADDED = Column("added", "新增名额（人）", "Places added (persons)", "persons", 13)
GAINED = Column("gained", "受益人数（人）", "People gained (persons)", "persons", 13)
EACH = Column("yuan_each", "每受益一人投资（元）", "Cost per person gained (yuan)", "yuan", 16)
RANK = Column("rank", "排序", "Rank", "count", 8)


def projects_of(facts: Facts) -> pd.DataFrame:
    """Every change that costs money: the columns of `facts.changes`, and year, what, gained, yuan_each, rank.

    Of a facility with two projects the second gains only what the facility gains beyond the first.
    """
    frame = facts.changes[facts.changes["yuan"] > 0].sort_values(["period", "service", "place"], kind="stable")
    place, period = (frame[name].to_numpy(dtype=np.int64) for name in ("place", "period"))
    gained = facts.gained[place, period]
    earlier = frame.groupby("place")["period"].shift(1).to_numpy(dtype=np.float64)
    second = np.flatnonzero(~np.isnan(earlier))
    gained[second] -= facts.gained[place[second], earlier[second].astype(np.int64)]
    gained = np.where((frame["kind"] == "close") | (gained < SOMEBODY), 0.0, gained)
    origins = [facts.places[p].origin for p in place]
    frame = frame.assign(
        year=np.array(facts.years)[period],
        what=["convert" if o in ("within", "reuse") else k for o, k in zip(origins, frame["kind"], strict=True)],
        gained=gained,
        yuan_each=frame["yuan"].to_numpy(dtype=np.float64) / np.where(gained > 0, gained, np.nan),
    )
    order = np.lexsort((frame["yuan"], frame["yuan_each"].fillna(np.inf)))
    rank = np.empty(len(frame), dtype=np.int64)
    rank[order] = np.arange(1, len(frame) + 1)
    return frame.assign(rank=rank)


def _told(facts: Facts, frame: pd.DataFrame) -> pd.DataFrame:
    return with_places(facts, frame).assign(
        zone=[facts.zone_names[str(facts.places[p].row["zone"])] for p in frame["place"]],
        what=[both(KINDS[key]) for key in frame["what"]],
    )


def projects(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """近期建设项目表, year by year."""
    columns: tuple[Column, ...] = (
        YEAR, SERVICE, Column("what", "建设内容", "What", width=16), ID, NAME, ZONE, TOWNSHIP, ADDED,
        Column("classes", "新增班数（班）", "Classes added", "count", 10),
        Column("beds", "新增床位（张）", "Beds added", "count", 10),
        Column("land_m2", "新增用地（m²）", "New land (m2)", "metres", 13),
        Column("floor_m2", "新增建筑面积（m²）", "New floor area (m2)", "metres", 13),
        MONEY, GAINED, EACH, RANK,
    )  # fmt: skip
    table = _told(facts, frame)
    columns = with_values(columns, table, ("classes", "beds", "yuan_each"))
    if not (table["gained"] > 0).any():
        columns = tuple(column for column in columns if column is not RANK)  # it would rank nobody's gain
    return make_sheet("projects", ("近期建设项目表", "Projects by year"), columns, table, (_WHO, _RANK))


def ranked_projects(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """量力而行: the projects by people gained for their money, with what they come to together."""
    part = frame.sort_values("rank")
    total, people = part["yuan"].cumsum(), part["gained"].cumsum()
    table = _told(facts, part).assign(
        all_yuan=total,
        all_gained=people,
        share=people / people.iloc[-1] if len(part) and people.iloc[-1] > 0 else np.nan,
    )
    columns = (
        RANK, SERVICE, Column("what", "建设内容", "What", width=16), ID, NAME, TOWNSHIP, YEAR, MONEY, GAINED, EACH,
        Column("all_yuan", "累计投资（元）", "Cost so far (yuan)", "yuan", 17),
        Column("all_gained", "累计受益（人）", "People gained so far", "persons", 13),
        Column("share", "占全部受益人数", "Share of all gained", "share", 12),
    )  # fmt: skip
    notes = (
        _RANK,
        (
            "只做到某一行为止时，累计数是按全部项目都做的方案拆分的近似值：项目之间会互相替代。",
            "Stopping at a row, the sums are an approximation taken from the whole plan: projects can stand in for one"
            " another.",
        ),
        _WHO,
    )
    return make_sheet("ranked_projects", ("项目排序（量力而行）", "Projects by value for money"), columns, table, notes)


def investment(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """投资汇总: by year, service and kind of project."""
    table = (
        frame.groupby(["year", "service", "what"], sort=True)
        .agg(count=("yuan", "size"), yuan=("yuan", "sum"), added=("added", "sum"), gained=("gained", "sum"))
        .reset_index()
    )
    table = table.assign(
        service=[facts.service_names[s] for s in table["service"]], what=[both(KINDS[key]) for key in table["what"]]
    )
    columns = (
        YEAR, SERVICE, Column("what", "建设内容", "What", width=16),
        Column("count", "项目（个）", "Projects", "count", 10), MONEY, ADDED, GAINED,
    )  # fmt: skip
    return make_sheet("investment", ("投资汇总", "Investment"), columns, table, (_WHO,))


_WHO = (
    "受益：由该设施接纳、规划后达标，而不作改变时没有着落或超出标准的人；每人只计一次。同一设施有两个项目的，第二个只计超出第一个的部分。",
    "Gained: people of the facility who are within the standard and, had nothing been done, would have no place or one"
    " beyond it; each counts once. Of two projects of one facility the second counts what it adds to the first.",
)
_RANK = (
    "排序：每受益一人投资由低到高；没有受益人数的（如只缓解拥挤、关闭费用）排在最后。",
    "Rank: least cost per person gained first; those who gain nobody (relief of crowding, cost of closing) come last.",
)
