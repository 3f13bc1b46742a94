"""普职分流: seats needed and held by track and year, before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.tables.columns import ALTERNATIVE, COURSES, NO_LIMIT, YEAR
from siting.layout.tables.facts import WHEN, Facts
from siting.layout.tracks import not_planned
from siting.people.ages import ages_within
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both, yes_no

ALL: Text = ("各类合计", "All tracks")


def tracks_of(facts: Facts, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a year and track, then one of all together; no rows where the scenario has no tracks.

    Columns: year, track_id ("all"), track, planned, share, of_age (residents of the ages), need, seats_before,
    seats_after (NaN where a facility in use has no limit), without_before, without_after (NaN where not planned).

    Args:
        frame: as `needs.figures`.
    """
    posed = facts.plan.posed
    tracks, people = posed.scenario.tracks, posed.needs.people
    if tracks is None:
        return pd.DataFrame()
    planned_ids = [service.id for service in facts.services]
    county = frame[(frame["group_id"] == "all") & (frame["level_id"] == "county")]
    found = {(row["service_id"], row["year"]): row for row in county.to_dict("records")}
    names = {s.id: both((s.name_zh, s.name_en)) for s in (*facts.services, *not_planned(tracks, planned_ids))}
    of_age = people.at_points(people.index(facts.years), ages_within(tracks.from_age, tracks.to_age)).sum(axis=1)
    rows = []
    for t, year in enumerate(facts.years):
        mine = []
        for name, share in tracks.shares.items():
            planned = name in planned_ids
            row: dict[str, object] = {
                "year": year, "track_id": name, "track": names[name], "planned": yes_no(planned), "share": share,
                "of_age": of_age[t],
                "need": posed.needs.over_time.services[name].total[t].sum(),
            }  # fmt: skip
            for when in WHEN:
                there = found[name, year] if planned else None
                row[f"without_{when}"] = np.nan if there is None else there[f"without_{when}"]
                if there is None:
                    row[f"seats_{when}"] = _ledger(facts, name)
                else:
                    row[f"seats_{when}"] = there[f"places_{when}"] if there[f"unlimited_{when}"] == 0 else np.nan
            mine.append(row)
        part = pd.DataFrame(mine)
        summed = ["share", "need", "seats_before", "seats_after"]
        total = {name: part[name].sum(skipna=False) for name in summed}
        whole = {"year": year, "track_id": "all", "track": both(ALL), "planned": "", "of_age": of_age[t], **total}
        rows += [*mine, whole]
    return pd.DataFrame(rows)


def _ledger(facts: Facts, service: str) -> float:
    """Seats of the facilities that there are today of a service that is not planned; NaN where one is unknown."""
    facilities = facts.plan.posed.case.facilities
    return float(facilities.loc[facilities["service"] == service, "capacity"].sum(skipna=False))


def tracks_sheet(frame: pd.DataFrame) -> Sheet:
    """The table of `tracks_of`."""
    seats = {when: frame[f"seats_{when}"] for when in WHEN}
    total = frame[frame["track_id"] == "all"].set_index("year")
    whole = {when: frame["year"].map(total[f"seats_{when}"]) for when in WHEN}
    table = frame.assign(
        **{f"short_{when}": frame["need"] - seats[when] for when in WHEN},
        **{f"held_{when}": seats[when] / whole[when].where(whole[when] > 0) for when in WHEN},
    )
    columns = (
        YEAR, Column("track", "类别", "Track", width=28), Column("planned", "本方案规划", "Planned here", width=10),
        Column("share", "招收比例", "Share of the ages", "share", 10),
        Column("of_age", "适龄人口（人）", "People of the ages", "persons"),
        Column("need", "需要学位（个）", "Seats needed", "persons"),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 14)
            for name, zh, en, kind in (
                ("seats", "学位（个）", "Seats", "persons"), ("held", "占各类学位", "Share of all seats", "share"),
                ("short", "缺口（负数为富余）", "Short by (negative: to spare)", "persons"),
                ("without", "没有学位的人（人）", "Without a seat", "persons"),
            )
            for when in WHEN
        ),
    )  # fmt: skip
    notes = (
        (
            "比例由方案的 tracks 给定（替代标准的需求比例），合计不足 100% 的部分不在各类之中。"
            "不在本方案规划的，学位按台账现状、各年不变。",
            "The shares are the scenario's `tracks`, in place of the standards' rates; what they lack to 100 % is in no"
            " track. Those that are not planned here have the seats of today's ledger in every year.",
        ),
        NO_LIMIT, ALTERNATIVE,
    )  # fmt: skip
    return make_sheet("tracks", ("普职分流学位", "Seats by track"), columns, table, notes)
