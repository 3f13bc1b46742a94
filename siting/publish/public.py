"""What of an answer may be published: made anew from what the list names, and from nothing else.

Nothing is taken out of the answer; a new one is put together, field by field, of what `data/public.toml` allows. A
layer, column, table or figure that the list does not name, and whatever the program will tell one day, stays inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import geopandas as gpd
import pandas as pd
import shapely

from siting.consultation.rules import Columns, Extras, LayerRule, Rules, Treatment
from siting.publish.boundaries import near_borders, without_followers
from siting.publish.disclosure import BOUNDARY, CUT, FREE_TEXT, INTERNAL, MONEY, UNLISTED, Disclosure, Ledger
from siting.publish.figures import public_bars, public_figures
from siting.publish.grid import Grid
from siting.publish.ground import generalised
from siting.publish.people import people_column, sizes
from siting.render.columns import Column, Sheet, clean
from siting.render.views import AreaLayer, Base, Layer, LineLayer, Place, PointLayer, Told, View
from siting.render.wording import Text

WEIGHT = "published_persons"  # column of the sizes of symbols
BASE_COLUMNS = ("name", "name_en", "highway", "kind", "geometry")


def public_told(told: Told, rules: Rules, extras: Extras | None = None) -> tuple[Told, Disclosure]:
    """The answer as it may be published, and what of it is disclosed.

    Raises:
        KeyError: when a layer lacks a column that it names.
    """
    return _Publisher(told, rules, extras or Extras()).publish()


class _Publisher:
    """Puts the public answer together and keeps the ledger."""

    def __init__(self, told: Told, rules: Rules, extras: Extras) -> None:
        self.told, self.rules, self.extras = told, rules, extras
        self.grid = Grid(told.place.info.projected_crs, rules.grid_m)
        self.ledger = Ledger()

    def publish(self) -> tuple[Told, Disclosure]:
        told = self.told
        views = tuple(self.view(view) for view in told.views)
        sheets = [self.sheet(sheet, ("成果表格", "Tables of the result")) for sheet in told.sheets]
        for section in told.sections:
            self.ledger.leave((f"报告“{section.zh}”", f"report: {section.en}"), FREE_TEXT)
        public = Told(
            place=self.place(),
            title=told.title,
            label=told.label,
            notices=(*self.told_notices(), *self.notices()),
            views=views,
            sections=(),
            sheets=tuple(sheet for sheet in sheets if sheet is not None),
            base=self.base(),
            record=_record(told),
            first=told.first,
        )
        return public, self.ledger.disclosure(self.grid.moved, self.grid.farthest_m)

    def place(self) -> Place:
        """The case with its boundaries only under a map review number."""
        place, allowed = self.told.place, bool(self.extras.map_review_number)
        for shapes, what in (
            (place.outline, ("行政区域范围线", "Outline of the place")),
            (place.zone_shapes, ("分区界线", "Borders of the zones")),
        ):
            if shapes is not None and not allowed:
                self.ledger.leave(what, BOUNDARY)
        return Place(
            info=place.info,
            zones=place.zones[["id", "name_zh", "name_en", "kind"]],
            zone_shapes=place.zone_shapes if allowed else None,
            outline=place.outline if allowed else None,
            sources=place.sources,
        )

    def base(self) -> Base:
        """The base map, on the same grid as the places: its names snapped, its lines and areas generalised."""
        base, ground = self.told.base, Grid(self.grid.crs, self.grid.metres)
        water = self.uncut(_named(base.water), ("底图水域", "Water of the base map"))
        green = self.uncut(_named(base.green), ("底图林地绿地", "Woods and green of the base map"))
        return Base(
            roads=generalised(_named(base.roads), ground),
            water=generalised(water, ground),
            rail=generalised(_named(base.rail), ground),
            places=self.grid.snap_shapes(_named(base.places)),
            green=generalised(green, ground),
            stations=self.grid.snap_shapes(_named(base.stations)),
        )

    def uncut(self, frame: gpd.GeoDataFrame, what: Text) -> gpd.GeoDataFrame:
        """Without the areas that were cut at a boundary, where none may be shown."""
        place = self.told.place
        if self.extras.map_review_number:
            return frame
        kept, left = without_followers(frame, self.near_borders, place.info.projected_crs)
        if left:
            self.ledger.leave((f"{what[0]}：{left:,} 片", f"{what[1]}: {left:,} areas"), CUT)
        return kept

    @cached_property
    def near_borders(self) -> shapely.Geometry:
        """The strip along every boundary that the case knows."""
        place = self.told.place
        shapes = [frame for frame in (place.outline, place.zone_shapes) if frame is not None]
        return near_borders(shapes, place.info.projected_crs)

    def told_notices(self) -> list[Text]:
        """The answer's own that may be published: the case's, and those that the list knows to tell no people."""
        info, found = self.told.place.info, []
        for zh, en in self.told.notices:
            if (zh, en) == (info.notice_zh, info.notice_en) or any(own in zh for own in self.rules.notices.having):
                found.append((zh, en))
            else:
                self.ledger.leave((f"声明“{zh}”", f"notice: {en}"), FREE_TEXT)
        return found

    def notices(self) -> list[Text]:
        """What the public must be told of the map."""
        rules, number = self.rules, self.extras.map_review_number
        few, metres, half = rules.least_persons, f"{rules.grid_m:g}", f"{rules.grid_m / 2:g}"
        said: list[Text] = [(f"审图号：{number}", f"Map review number: {number}")] if number else []
        if not number:
            said.append(
                (
                    "本图为示意图，不表示行政区域界线，不作为划界依据。",
                    "A sketch map: it shows no administrative boundaries and settles none.",
                )
            )
        said.append(
            (
                f"设施、居民点的位置和底图的线形归到 {metres} 米格网，只精确到约 {half} 米；"
                f"不足 {few} 人的写“{rules.suppressed}”，其余人数取整到 {rules.round_persons_to}，"
                "分项之和可能与合计不同。",
                f"Places and the lines of the base map are on a grid of {metres} m, right to about {half} m. Fewer "
                f"than {few} people read {rules.suppressed}; other counts are rounded to {rules.round_persons_to}, so "
                "that parts may not add up to totals.",
            )
        )
        return said

    def view(self, view: View) -> View:
        of = (view.subject_zh, view.subject_en)
        layers = [self.layer(layer, view.subject, of) for layer in view.layers]
        sheets = [self.sheet(sheet, of, view.subject) for sheet in view.sheets]
        figures = public_figures(view.figures, self.rules, self.extras, self.ledger)
        self.ledger.figures += [(f"{of[0]} {view.period} {zh}", f"{of[1]}: {en}", text) for zh, en, text in figures]
        return View(
            subject=view.subject,
            subject_zh=view.subject_zh,
            subject_en=view.subject_en,
            layers=tuple(layer for layer in layers if layer is not None),
            period=view.period,
            figures=figures,
            sheets=tuple(sheet for sheet in sheets if sheet is not None),
            period_zh=view.period_zh,
            period_en=view.period_en,
            bars=public_bars(view, self.rules, self.ledger),
            label=view.label,
        )

    def layer(self, layer: Layer, subject: str, of: Text) -> Layer | None:
        """The layer with its public columns; None where it may not be shown."""
        what = (f"图层“{of[0]}·{layer.zh}”", f"layer: {of[1]}, {layer.en}")
        rule = self.rules.layers.get(layer.key)
        if rule is None or not _is(layer, rule):
            self.ledger.leave(what, UNLISTED)
            return None
        if rule.boundary and not self.extras.map_review_number:
            self.ledger.leave(what, BOUNDARY)
            return None
        if rule.ask == "candidates" and not self.extras.candidates:
            self.ledger.leave(what, INTERNAL)
            return None
        if isinstance(layer, LineLayer):
            made: Layer = self.lines(layer)
            shown: list[tuple[Column, Treatment]] = []
        elif isinstance(layer, AreaLayer):
            made, shown = self.areas(layer, rule, what)
        else:
            made, shown = self.points(layer, rule, what)
        examples = () if isinstance(made, LineLayer) else tuple(clean(name) for name in made.frame["name"].head(5))
        key = (subject, layer.key)
        self.ledger.show(self.ledger.layers, key, (of, (layer.zh, layer.en)), len(made.frame), shown, examples)
        return made

    def lines(self, layer: LineLayer) -> LineLayer:
        frame = pd.DataFrame(layer.frame[["from_lon", "from_lat", "to_lon", "to_lat", "category"]])
        for end in ("from", "to"):
            frame = self.grid.snap_columns(frame, f"{end}_lon", f"{end}_lat")
        return LineLayer(layer.key, layer.zh, layer.en, frame, layer.categories, layer.shown)

    def areas(self, layer: AreaLayer, rule: LayerRule, what: Text) -> tuple[AreaLayer, list[tuple[Column, Treatment]]]:
        columns, values, shown = self.columns(layer.columns, layer.frame, rule, what)
        frame = gpd.GeoDataFrame(
            {"name": layer.frame["name"], "category": layer.frame["category"], **values},
            geometry=layer.frame.geometry, crs=layer.frame.crs,
        )  # fmt: skip
        made = AreaLayer(
            layer.key, layer.zh, layer.en, self.grid.snap_shapes(frame), layer.categories, columns, layer.shown
        )
        return made, shown

    def points(
        self, layer: PointLayer, rule: LayerRule, what: Text
    ) -> tuple[PointLayer, list[tuple[Column, Treatment]]]:
        columns, values, shown = self.columns(layer.columns, layer.frame, rule, what)
        frame = pd.DataFrame(layer.frame[["id", "name", "lon", "lat", "category"]])
        frame = self.grid.snap_columns(frame, "lon", "lat").assign(**values)
        label = layer.label if layer.label and layer.label == rule.label else None
        if label is not None and label not in frame.columns:
            frame[label] = layer.frame[label]
        weight = None
        if layer.weight and layer.weight == rule.weight:
            weight = WEIGHT
            frame[weight] = sizes(layer.frame[layer.weight], self.rules)
        moments = tuple(one for one in layer.moments if {one.place, one.minutes} <= set(values))
        for moment in moments:
            frame[moment.state] = layer.frame[moment.state]
        made = PointLayer(
            layer.key, layer.zh, layer.en, frame, layer.categories, columns, label, layer.shown, weight, layer.choice,
            moments,
        )  # fmt: skip
        return made, shown

    def sheet(self, sheet: Sheet, of: Text, subject: str = "") -> Sheet | None:
        """The table with its public columns; None where it may not be shown."""
        what = (f"表“{sheet.zh}”", f"table: {sheet.en}")
        rule = self.rules.sheets.get(sheet.key)
        if rule is None or sheet.row_kinds is not None:
            self.ledger.leave(what, UNLISTED)
            return None
        columns, values, shown = self.columns(sheet.columns, sheet.frame, rule, what)
        frame = pd.DataFrame(values, index=sheet.frame.index)
        self.ledger.show(self.ledger.tables, (subject, sheet.key), (of, (sheet.zh, sheet.en)), len(frame), shown)
        return Sheet(sheet.key, sheet.zh, sheet.en, columns, frame, sheet.notes if rule.notes else ())

    def columns(
        self, columns: Sequence[Column], frame: pd.DataFrame, rule: Columns, what: Text
    ) -> tuple[tuple[Column, ...], dict[str, pd.Series], list[tuple[Column, Treatment]]]:
        """The public columns, their values, and what was done with each."""
        kept: list[Column] = []
        values: dict[str, pd.Series] = {}
        shown: list[tuple[Column, Treatment]] = []
        for column in columns:
            treatment = rule.treatment(column)
            told = (f"{what[0]}的“{column.zh}”", f"{what[1]}, column {column.en}")
            if not treatment:
                self.ledger.leave(told, UNLISTED)
                continue
            if treatment == "money" and not self.extras.costs:
                self.ledger.leave(told, MONEY)
                continue
            public, series, hidden = column, frame[column.name], 0
            if treatment == "people":
                public, series, hidden = people_column(column, series, self.rules)
            self.ledger.suppressed += hidden
            kept.append(public)
            values[column.name] = series
            shown.append((column, treatment))
        return tuple(kept), values, shown


def _is(layer: Layer, rule: LayerRule) -> bool:
    """Whether the layer is of the shape that the list expects under its key."""
    shape = {"lines": LineLayer, "areas": AreaLayer}.get(rule.what, PointLayer)
    return isinstance(layer, shape)


def _named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[[name for name in BASE_COLUMNS if name in frame.columns]]


def _record(told: Told) -> dict[str, object]:
    """The scenario's id, by which returned forms are told apart."""
    scenario = told.record.get("scenario")
    own = scenario.get("id") if isinstance(scenario, dict) else told.record.get("id")
    return {"scenario": {"id": str(own)}} if own else {}
