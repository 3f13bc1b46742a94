"""What the command line prints of a projection: a short table, what was assumed, where the files lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.table import Table
from rich.text import Text

from siting.people import words
from siting.people.ages import METHOD
from siting.people.of_case import PeopleOverTime
from siting.people.over_time import GROUPS, DemandOverTime
from siting.people.tables import shown_years
from siting.render.wording import both
from siting.screen import Screen

OUTPUT_NAMES = {
    "people.html": "图表 charts and tables",
    "people.xlsx": "表格 tables",
    "tables": "CSV 表格 tables as CSV",
    "people.json": "记录 record",
}


def print_people(people: PeopleOverTime, demand: DemandOverTime, outputs: dict[str, Path]) -> None:
    """The whole place by year and age group, demand by service, notices, files."""
    console = Screen()
    zh, en = words.title(people)
    console.print(Text(f"\n{zh}", style="bold"), soft_wrap=True)
    console.print(Text(en), soft_wrap=True)
    console.print(_table(people, demand))
    for note_zh, note_en in people.notes:
        if (note_zh, note_en) != METHOD:
            console.print(Text(f"! {note_zh}", style="yellow"), soft_wrap=True)
            console.print(Text(f"  {note_en}", style="dim"), soft_wrap=True)
    console.print()
    for name, label in OUTPUT_NAMES.items():
        console.print(Text(f"{label}  ") + Text(str(outputs[name].resolve()), style="cyan"), soft_wrap=True)


def summary(people: PeopleOverTime, demand: DemandOverTime) -> dict[str, object]:
    """The figures of the whole place as plain JSON values, by year."""
    whole = people.in_units.sum(axis=1)
    years = shown_years(people, demand)
    steps = people.index(years)
    groups = {group.key: whole @ group.ages for group in GROUPS}
    return {
        "years": years,
        "residents": [round(float(whole[t].sum()), 3) for t in steps],
        **{key: [round(float(values[t]), 3) for t in steps] for key, values in groups.items()},
        "demand": {
            key: {
                str(year): round(float(total), 3) for year, total in zip(demand.years, s.total.sum(axis=1), strict=True)
            }
            for key, s in demand.services.items()
        },
    }


def _table(people: PeopleOverTime, demand: DemandOverTime) -> Table:
    years = shown_years(people, demand)
    whole = people.in_units.sum(axis=1)[people.index(years)]
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)

    def add(name: str, values: list[float], style: str = "") -> None:
        table.add_row(name, *("—" if np.isnan(value) else f"{value:,.0f}" for value in values), style=style)

    add("常住人口 residents", [float(row.sum()) for row in whole], "bold")
    for group in GROUPS:
        add(f"  {both((group.zh, group.en))}", [float(row @ group.ages) for row in whole])
    columns = {int(year): k for k, year in enumerate(demand.years)}
    for service in demand.services.values():
        totals = [float(service.total[columns[year]].sum()) if year in columns else np.nan for year in years]
        add(f"需求 need: {both((service.service.name_zh, service.service.name_en))}", totals)
    return table
