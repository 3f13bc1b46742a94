"""运行经费: what running the facilities costs a year, in the plan and as they stand today."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.running import yearly_yuan
from siting.layout.tables.columns import SERVICE, YEAR
from siting.layout.tables.facts import Facts
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both

ALL = ("合计", "All")


def running_of(facts: Facts) -> pd.DataFrame:
    """A row a service with running rates and year, and all of them together where they are several.

    Columns: service_id ("all"), service, year, in_use_today, in_use (places), today, plan, more (yuan a year).
    """
    rows = []
    for s, part in enumerate(facts.plan.posed.parts):
        if not (part.plan.run_yuan_per_year or part.plan.run_yuan_per_place):
            continue
        mine = [int(p) for p in part.places if facts.real[p]]
        today = [yearly_yuan(facts.places[p], part.plan, facts.places[p].initial) for p in mine]
        for t, year in enumerate(facts.years):
            states = facts.plan.after.state[mine, t]
            then = [yearly_yuan(facts.places[p], part.plan, int(k)) for p, k in zip(mine, states, strict=True)]
            rows.append(
                {
                    "service_id": part.service.id, "service": facts.service_names[s], "year": year,
                    "in_use_today": sum(facts.places[p].initial >= 0 for p in mine), "in_use": int((states >= 0).sum()),
                    "today": float(sum(today)), "plan": float(sum(then)), "more": float(sum(then) - sum(today)),
                }
            )  # fmt: skip
    names = ["service_id", "service", "year", "in_use_today", "in_use", "today", "plan", "more"]
    frame = pd.DataFrame(rows, columns=names)
    if frame["service_id"].nunique() > 1:
        total = frame.groupby("year", as_index=False)[names[3:]].sum()
        frame = pd.concat([frame, total.assign(service_id="all", service=both(ALL))[names]], ignore_index=True)
    return frame


def running(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """The table of `running_of`."""
    table = frame.assign(share=frame["more"] / frame["today"].where(frame["today"] > 0, np.nan))
    columns = (
        SERVICE, YEAR,
        Column("in_use_today", "现状在用（处）", "In use today", "count", 10),
        Column("in_use", "规划在用（处）", "In use in the plan", "count", 10),
        Column("today", "现状运行费（元/年）", "Running today (yuan a year)", "yuan", 17),
        Column("plan", "规划运行费（元/年）", "Running in the plan (yuan a year)", "yuan", 17),
        Column("more", "增减（元/年）", "More or less (yuan a year)", "yuan", 17),
        Column("share", "增减比例", "Share", "share", 10),
    )  # fmt: skip
    notes = (
        (
            "按方案给定的每处、每个名额每年运行费计算（run_yuan_per_year、run_yuan_per_place），不是实际支出，也不占建设预算；"
            "没有给出单价的服务不列。",
            "By the scenario's rates a facility and a place (run_yuan_per_year, run_yuan_per_place): no actual "
            "spending, and no part of the budgets; services without rates are not listed.",
        ),
    )
    return make_sheet("running", ("运行经费", "Running money"), columns, table, notes)
