"""`people.html`: the projection as a document that prints: pyramids, lines by township, tables, assumptions.

One file with nothing outside it and no script: the template is `maps/people.html.j2`, its look `maps/report.css`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import siting
from siting.people import words
from siting.people.ages import METHOD
from siting.people.draw import AFTER, Line, chart, pyramid
from siting.people.of_case import PeopleOverTime
from siting.people.over_time import GROUPS, DemandOverTime
from siting.people.places import Place, places_of
from siting.people.tables import assumptions, by_place, components, demand_by_place, plots, shown_years
from siting.render.page import page_environment, page_style

CHILDREN, OLD, GREEN, RED = "#e8743b", "#8e2c7f", "#1d6b4f", "#b3123f"
NEEDS = (
    ("residents", "常住", "residents"),
    ("migrant_children", "随迁", "migrants"),
    ("cross_boundary", "县外", "border"),
)
LONG = 60  # rows of a table on the page; the workbook has them all


def write_page(people: PeopleOverTime, demand: DemandOverTime, path: Path) -> None:
    """Write the page.

    Raises:
        OSError: when the file cannot be written.
        InputError: when the program's own templates are missing.
    """
    places = places_of(people)
    years = shown_years(people, demand)
    template = page_environment(signed=words.signed).get_template("people.html.j2")
    people_rows = by_place(people, places).frame
    page = template.render(
        css=page_style(),
        title=words.title(people),
        label=words.LABEL,
        variant=words.VARIANT[people.variant],
        notes=[note for note in people.notes if note != METHOD],
        method=METHOD,
        years=years,
        base=people.base_year,
        program=f"siting {siting.__version__}",
        groups=GROUPS,
        county=people_rows[(people_rows["level"] == people_rows["level"].iloc[0]) & people_rows["year"].isin(years)]
        .drop_duplicates("year")
        .to_dict("records"),
        whole=_whole(people, years),
        pyramids=[(place.name, _pyramid(people, place)) for place in places if place.level in ("county", "zone")],
        townships=[(place.name, _lines(people, place, years)) for place in places if place.level == "township"],
        by_place=[
            (place, _of(people_rows, k, len(people.years), people, years)) for k, place in enumerate(places)
            if place.level in ("zone", "township")
        ],
        changes=_changes(people, places),
        services=_services(people, demand, places),
        plots=_plots(people, demand)[:LONG],
        plot_count=len(people.plots),
        assumptions=assumptions(people).frame.to_dict("records"),
    )  # fmt: skip
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def _of(
    rows: pd.DataFrame, k: int, per_place: int, people: PeopleOverTime, years: Sequence[int]
) -> list[dict[Hashable, object]]:
    """The rows of place k in the years that are shown."""
    first = k * per_place - people.base_year
    return rows.iloc[[first + year for year in years]].to_dict("records")


def _pyramid(people: PeopleOverTime, place: Place) -> str:
    numbers = people.in_units[:, place.units].sum(axis=1)
    return pyramid(numbers[0], numbers[-1], labels=(str(people.years[0]), str(people.years[-1])))


def _lines(people: PeopleOverTime, place: Place, years: Sequence[int]) -> str:
    numbers = people.in_units[:, place.units].sum(axis=1)
    lines = [
        Line("常住人口 residents", AFTER, numbers.sum(axis=1)),
        Line("60 岁及以上 60 and over", OLD, numbers[:, 60:].sum(axis=1)),
        Line("0-14 岁 aged 0-14", CHILDREN, numbers[:, :15].sum(axis=1)),
    ]
    return chart(people.years.tolist(), lines, marks=years)


def _whole(people: PeopleOverTime, years: Sequence[int]) -> list[tuple[tuple[str, str], list[Line], str]]:
    """Charts of the whole place: what it counts, its lines, the drawing."""
    numbers, course = people.in_units.sum(axis=1), people.course
    none = [np.nan]  # of the base year no births or deaths are known
    moves = (course.external + course.from_outside).sum(axis=(1, 2))
    stock = [
        Line("常住人口 residents", AFTER, numbers.sum(axis=1)),
        Line("60 岁及以上 60 and over", OLD, numbers[:, 60:].sum(axis=1)),
        Line("0-14 岁 aged 0-14", CHILDREN, numbers[:, :15].sum(axis=1)),
    ]
    flow = [
        Line("死亡 deaths", OLD, np.append(none, course.deaths.sum(axis=(1, 2)))),
        Line("出生 births", GREEN, np.append(none, course.births.sum(axis=1))),
        Line("县外净迁入 net from outside", RED, np.append(none, moves)),
    ]
    school = [
        Line("6-11 岁 aged 6-11", AFTER, numbers[:, 6:12].sum(axis=1)),
        Line("12-14 岁 aged 12-14", GREEN, numbers[:, 12:15].sum(axis=1)),
        Line("3-5 岁 aged 3-5", CHILDREN, numbers[:, 3:6].sum(axis=1)),
        Line("0-2 岁 aged 0-2", RED, numbers[:, :3].sum(axis=1)),
    ]
    old = [
        Line("60 岁及以上 60 and over", OLD, numbers[:, 60:].sum(axis=1)),
        Line("80 岁及以上 80 and over", RED, numbers[:, 80:].sum(axis=1)),
    ]
    drawn = (
        (("人口", "People"), stock),
        (("出生、死亡与县外净迁入", "Births, deaths, net moves over the border"), flow),
        (("托育与义务教育年龄", "Ages of childcare and compulsory schooling"), school),
        (("老年人", "Old people"), old),
    )
    return [
        (name, lines, chart(people.years.tolist(), lines, width=440, height=210, marks=years)) for name, lines in drawn
    ]


def _changes(people: PeopleOverTime, places: Sequence[Place]) -> list[dict[str, object]]:
    """Components of change from the base year to the last, of the whole and by zone and township."""
    frame, T = components(people, places).frame, len(people.years) - 1
    if T == 0:
        return []
    rows = []
    for k, place in enumerate(places):
        if place.level == "unit":
            continue
        part = frame.iloc[k * T : (k + 1) * T]
        row: dict[str, object] = {name: float(part[name].sum()) for name in words.PARTS}
        rows.append(row | {"place": place, "start": part["start"].iloc[0], "end": part["end"].iloc[-1]})
    return rows


def _services(
    people: PeopleOverTime, demand: DemandOverTime, places: Sequence[Place]
) -> list[tuple[tuple[str, str], list[tuple[Place, list[dict[Hashable, object]]]], list[tuple[str, str, str]]]]:
    """By service: rows by place, the whole and zones, with the parts of each period that are not nothing everywhere."""
    frame, T = demand_by_place(people, demand, places).frame, len(demand.years)
    result = []
    for s, service in enumerate(demand.services.values()):
        rows = []
        for k, place in enumerate(places):
            if place.level in ("county", "zone"):
                first = (s * len(places) + k) * T
                rows.append((place, frame.iloc[first : first + T].to_dict("records")))
        shown = [
            part
            for part in NEEDS
            if part[0] == "residents" or (frame[part[0]].iloc[s * len(places) * T :][: len(places) * T] > 0).any()
        ]
        result.append(((service.service.name_zh, service.service.name_en), rows, shown))
    return result


def _plots(people: PeopleOverTime, demand: DemandOverTime) -> list[dict[Hashable, object]]:
    return plots(people, demand).frame.to_dict("records") if len(people.plots) else []
