"""What a map of views shows: layers of points, lines and areas for each service and year, ready to be drawn.

Every kind of answer (a plan over the years, a ranking, a grouping) describes its map in these words; the page is made
by `siting.render.view_map`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import pandas as pd

from siting.case import Case, CaseFile, Source
from siting.render.chart import Chart
from siting.render.columns import Column, Sheet
from siting.render.wording import Label, Text

Symbol = Literal["circle", "square", "triangle", "diamond", "star", "cross"]


@dataclass(frozen=True)
class Category:
    """One entry of the legend: what a symbol, line or area of this look means.

    Attributes:
        size_px: across the symbol where the whole county is seen; it grows as the map is brought nearer.
    """

    key: str
    zh: str
    en: str
    colour: str
    symbol: Symbol = "circle"
    size_px: float = 6.0


State = Literal["within", "beyond", "without", "nobody"]  # how most people of a demand point fare


@dataclass(frozen=True)
class Moment:
    """How demand points fare in one course of events, such as if nothing changes: what changes for whom.

    Attributes:
        zh, en: what the course is called.
        place: column of the facility where most people of the point go; '' where they go nowhere.
        minutes: column of their minutes one way; NaN for none.
        state: column of `State`: within the standard, beyond it, without a place; nobody there needs the service.
    """

    zh: str
    en: str
    place: str
    minutes: str
    state: str


@dataclass(frozen=True, eq=False)
class PointLayer:
    """Points.

    Attributes:
        frame: id, name, lon, lat (WGS84), category (a key of `categories`), and the columns that a click shows.
        categories: the first lie over the others; so do, within one, the first rows of the frame.
        columns: what a click shows, in order.
        label: column whose text stands beside the symbol, such as a rank; none: no text. Where there is no room
            beside the other symbols, the uppermost ten are written over them.
        shown: whether the layer is drawn at first.
        weight: column of amounts, such as persons, with which the area of the symbols grows; none: all of one size.
        choice: of the layers with the same word here at most one is drawn, as of the same points in other colours.
        moments: of a layer of demand points, how its people fare in each course of events. A click on a point tells
            it of every subject whose layers have moments and know the point by its id.
    """

    key: str
    zh: str
    en: str
    frame: pd.DataFrame
    categories: tuple[Category, ...]
    columns: tuple[Column, ...] = ()
    label: str | None = None
    shown: bool = True
    weight: str | None = None
    choice: str = ""
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, eq=False)
class LineLayer:
    """Straight lines, such as who goes where.

    Attributes:
        frame: from_lon, from_lat, to_lon, to_lat, category, and the columns that a GIS shows.
        columns: what a GIS shows of a line; maps draw it only.
    """

    key: str
    zh: str
    en: str
    frame: pd.DataFrame
    categories: tuple[Category, ...]
    shown: bool = True
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, eq=False)
class AreaLayer:
    """Areas.

    Attributes:
        frame: geometry (WGS84), name, category, and the columns that a click shows.
        choice: as of a `PointLayer`.
        named: whether the names are written on the map.
    """

    key: str
    zh: str
    en: str
    frame: gpd.GeoDataFrame
    categories: tuple[Category, ...]
    columns: tuple[Column, ...] = ()
    shown: bool = True
    choice: str = ""
    named: bool = True


Layer = PointLayer | LineLayer | AreaLayer


@dataclass(frozen=True)
class Bars:
    """Shares of people in the panel, each as two bars: without the plan and with it.

    Attributes:
        rows: (zh, en, share without, share with), 0 to 1; the last is None, and no bar, where there is no plan.
        colours: of the second bar of each row; none: all alike.
    """

    zh: str
    en: str
    rows: tuple[tuple[str, str, float, float | None], ...]
    colours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Share:
    """The share of people that counts most, drawn large: without the plan and with it.

    Attributes:
        zh, en: name of the figure of the view in whose place it is drawn.
        before, after: 0 to 1; `after` is None where there is no plan.
    """

    zh: str
    en: str
    before: float
    after: float | None = None


@dataclass(frozen=True, eq=False)
class View:
    """What is seen at once: one subject (a service, a ranking) in one period.

    Attributes:
        subject: key, the same in all periods; subject_zh, subject_en: what the switch says.
        period: such as a year; '' where there is one only.
        layers: the lowest first.
        figures: (zh, en, text of the value) at the top of the panel.
        sheets: tables in the panel.
        period_zh, period_en: what the switch says; '': the period itself.
        bars: drawn below the figures.
        label: how sure this view's result is, where it has one of its own; None: that of the answer.
        share: drawn large over the figures.
        notes: (zh, en) the standards and what was assumed.
    """

    subject: str
    subject_zh: str
    subject_en: str
    layers: tuple[Layer, ...]
    period: str = ""
    figures: tuple[tuple[str, str, str], ...] = ()
    sheets: tuple[Sheet, ...] = ()
    period_zh: str = ""
    period_en: str = ""
    bars: tuple[Bars, ...] = ()
    label: Label | None = None
    share: Share | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, eq=False)
class Place:
    """What outputs show of the case itself: nothing of its tables of people, facilities and candidate sites.

    Attributes:
        zones: id, name_zh, name_en, kind; indexed by id.
        zone_shapes: polygons with column id, or None. WGS84.
        outline: the place's outline, or None. WGS84.
    """

    info: CaseFile
    zones: pd.DataFrame
    zone_shapes: gpd.GeoDataFrame | None
    outline: gpd.GeoDataFrame | None
    sources: tuple[Source, ...]


def place_of(case: Case) -> Place:
    """The case without what only its answers may show."""
    return Place(case.info, case.zones, case.zone_shapes, case.outline, case.sources)


@dataclass(frozen=True, eq=False)
class Base:
    """The map's own base, as `network.read_basemap` and `network.roads_frame` give it."""

    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    rail: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    green: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Section:
    """One section of the report: a heading, paragraphs (zh, en), charts, tables."""

    zh: str
    en: str
    paragraphs: tuple[tuple[str, str], ...] = ()
    sheets: tuple[Sheet, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, eq=False)
class Told:
    """All that an answer's folder is made of.

    Attributes:
        place: what it is an answer for.
        title: (zh, en); label: (zh, en) how sure the result is.
        notices: (zh, en) that every output must carry: synthetic data, standards that are not verified.
        views: of the map.
        first: subject and period of the view that the map opens at; '': the first of the views.
        sections: of the report.
        sheets: of the workbook; each is a CSV file too.
        inputs: SHA-256 of each file that the answer was made from, by name.
        record: what `run.json` has beside these.
        notes: (zh, en) how it was made, for the map's panel.
    """

    place: Place
    title: tuple[str, str]
    label: tuple[str, str]
    notices: tuple[tuple[str, str], ...]
    views: tuple[View, ...]
    sections: tuple[Section, ...]
    sheets: tuple[Sheet, ...]
    base: Base
    inputs: dict[str, str] = field(default_factory=dict)
    record: dict[str, object] = field(default_factory=dict)
    first: tuple[str, str] = ("", "")
    notes: tuple[Text, ...] = ()
