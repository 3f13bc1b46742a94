"""A3 sheets: their size, true scale, all that a printed plan carries, and nothing over anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from pyproj import Geod

from siting.case import Source
from siting.render.map_style import load_labels
from siting.render.print_map import draw_sheet, sheet, write_sheets
from siting.render.print_map.ground import Ground, Window, fit, holding, round_up
from siting.render.print_map.write import sheet_names
from siting.render.views import PointLayer, Told
from tests.hostile.names import HOSTILE
from tests.render.print_map.test_picture import dots, texts
from tests.render.sample_told import LABEL, NOTICES, make_told

SOURCE = Source(
    file="roads.osm.pbf", title="roads", origin="somewhere", licence="ODbL 1.0", attribution_zh="© 路网贡献者",
    attribution="© road people",
)  # fmt: skip
CRS = "EPSG:4549"


def made(*, synthetic: bool = True) -> Told:
    """The sample answer, of invented data of a known day, with one source."""
    told = make_told(hostile_title=False)
    info = told.place.info.model_copy(update={"synthetic": synthetic, "data_date": "2024-12-31", "projected_crs": CRS})
    return replace(told, place=replace(told.place, info=info, sources=(SOURCE,)))


def ground_of(told: Told) -> Ground:
    """What a sheet shows: the outline and every point of the answer."""
    frames = [layer.frame for view in told.views for layer in view.layers if isinstance(layer, PointLayer)]
    lon, lat = (np.concatenate([frame[name] for frame in frames]) for name in ("lon", "lat"))
    west, south, east, north = told.place.outline.total_bounds.tolist()  # type: ignore[union-attr]
    area = min(west, lon.min()), min(south, lat.min()), max(east, lon.max()), max(north, lat.max())
    return fit(sheet.MAP, CRS, area, margin=4, rounded=True)


def written(figure: Figure) -> str:
    return "\n".join(texts(figure))


def boxes(figure: Figure) -> dict[str, Window]:
    """Where each text lies, in millimetres."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    found = {}
    for text in figure.axes[0].texts:
        if text.get_gid() != "halo":
            box = text.get_window_extent(renderer).transformed(figure.axes[0].transData.inverted())
            found[f"{text.get_text()}@{box.x0:.1f},{box.y0:.1f}"] = Window(box.x0, box.y0, box.width, box.height)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_that_a_printed_plan_carries_is_on_the_sheet(language: str) -> None:
    told, at = made(), int(language == "en")
    view = told.views[0]
    seen = written(
        draw_sheet(told, view, language, unit="样例县规划局", map_number="浙S(2026)1号")  # type: ignore[arg-type]
    )
    folded = seen.replace("\n", "").replace(" ", "")
    labels = load_labels()
    for key in ("print.figures", "legend.title", "print.numbers", "panel.notices", "panel.sources", "print.footer"):
        assert labels[key][at] in seen
    assert labels["page.synthetic"][at] in seen
    for text in (
        told.title[at], LABEL[at], *(notice[at] for notice in NOTICES), view.figures[0][at], view.figures[0][2],
        (view.subject_zh, view.subject_en)[at], (view.period_zh, view.period)[at], "2024-12-31", "样例县规划局",
        "浙S(2026)1号", (SOURCE.attribution_zh, SOURCE.attribution)[at], SOURCE.licence, CRS, "1:", "N",
    ):  # fmt: skip
        assert text.replace(" ", "") in folded, text


def test_what_is_not_given_is_not_said() -> None:
    told = made(synthetic=False)
    seen = written(draw_sheet(told, told.views[0], footer="征求意见稿"))
    labels = load_labels()
    for key in ("print.map_number", "print.unit"):
        assert labels[key][0].split("{")[0] not in seen
    assert labels["page.synthetic"][0] not in seen
    assert labels["print.footer"][0] not in seen
    assert "征求意见稿" in seen


def test_the_scale_bar_is_as_long_as_the_ground_that_it_stands_for() -> None:
    """Its length on paper against the geodesic between the two places that it lies under, and against 1:N."""
    told = made()
    figure = draw_sheet(told, told.views[1])
    parts = [patch for patch in figure.axes[0].patches if isinstance(patch, Polygon) and patch.get_gid() == "scale bar"]
    ends = np.vstack([patch.get_xy() for patch in parts])
    ends = ends[(ends[:, 0] < sheet.MAP.left + 80) & (ends[:, 1] < sheet.MAP.bottom + 8)]  # not of the inset
    length_mm = float(np.ptp(ends[:, 0]))
    numbers = [float(text) for text in texts(figure)[texts(figure).index("0") :][:3]]
    ratio = next(text for text in texts(figure) if text.startswith("1:"))
    denominator = float(ratio[2:].replace(" ", ""))
    assert length_mm == pytest.approx(numbers[2] * 1e6 / denominator)
    assert numbers[1] == numbers[2] / 2
    ground = ground_of(told)
    assert ground.denominator == denominator
    west, east = (120.6, 29.55), (120.9, 29.55)
    on_paper = ground.at([west[0], east[0]], [west[1], east[1]])
    metres = Geod(ellps="GRS80").inv(*west, *east)[2]
    assert float(np.hypot(*(on_paper[1] - on_paper[0]))) == pytest.approx(metres / denominator * 1000, rel=3e-4)


@pytest.mark.parametrize(("x", "y"), [(x, y) for x in ("left", "right") for y in ("bottom", "top")])
def test_the_enlarged_part_hides_neither_scale_nor_north(x: str, y: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = made()
    left = sheet.MAP.left + 2.5 if x == "left" else sheet.MAP.right - 152.5
    corner = Window(left, sheet.MAP.bottom + 2.5 if y == "bottom" else sheet.MAP.top - 152.5, 150.0, 150.0)
    ground = ground_of(told)
    monkeypatch.setattr(
        sheet, "inset_of", lambda *_: replace(ground, window=corner, denominator=ground.denominator / 2)
    )
    figure = draw_sheet(told, told.views[1])
    for gid in ("scale bar", "north"):
        drawn = [patch for patch in figure.axes[0].patches if patch.get_gid() == gid and patch.get_zorder() < 20]
        places = np.vstack([patch.get_path().vertices for patch in drawn])
        assert len(drawn)
        assert not any(corner.holds(place) for place in places.tolist())
        assert all(sheet.MAP.holds(place) for place in places.tolist())


def test_names_are_cut_by_their_width_and_say_so() -> None:
    told = made()
    view = told.views[1]
    long = "Neue Churer Strasse beim Bahnhof, obere Hälfte"
    layers = tuple(
        replace(layer, frame=layer.frame.assign(name=long)) if isinstance(layer, PointLayer) else layer
        for layer in view.layers
    )
    found = written(draw_sheet(told, replace(view, layers=layers)))
    assert "Neue Churer Strasse be" in found
    assert long not in found.replace("\n", "")
    assert "…" in found


def test_scales_are_told_in_round_figures() -> None:
    assert [round_up(n) for n in (100_000, 100_001, 237_000, 991, 64.9)] == [100_000, 110_000, 240_000, 1000, 65]


def test_points_beyond_the_outline_are_on_the_sheet() -> None:
    told = made()
    people = told.views[0].layers[2]
    assert isinstance(people, PointLayer)
    far = people.frame.head(1).assign(lon=121.9, lat=30.1)  # well outside the outline
    layers = (replace(people, frame=pd.concat([people.frame, far], ignore_index=True)),)
    wide = replace(told, views=(replace(told.views[0], layers=layers),))
    ratio = next(text for text in texts(draw_sheet(wide, wide.views[0])) if text.startswith("1:"))
    ground = ground_of(wide)
    assert float(ratio[2:].replace(" ", "")) == ground.denominator > ground_of(told).denominator
    assert ground.holds(ground.at([121.9], [30.1]), 3.9).all()


def test_an_area_is_widened_by_known_points_alone() -> None:
    area = (120.0, 29.0, 121.0, 30.0)
    assert holding(area, np.array([[120.5, 29.5], [np.nan, 80.0]])) == area
    assert holding(area, np.array([[119.5, 29.5], [120.5, 30.5]])) == (119.5, 29.0, 121.0, 30.5)
    assert holding(area, np.zeros((0, 2))) == area


def test_points_lie_where_their_degrees_say() -> None:
    window = Window(0, 0, 200, 100)
    ground = fit(window, CRS, (120.5, 29.4, 121.0, 29.7), margin=5, rounded=False)
    corners = ground.at([120.5, 121.0, 120.5, 121.0], [29.4, 29.4, 29.7, 29.7])
    assert ground.holds(corners, 4.9).all()
    assert not ground.holds(corners, 5.6).all()  # the height fills what the margin leaves


def test_nothing_lies_over_title_column_and_foot() -> None:
    told = made()
    for view in told.views[:2]:
        figure = draw_sheet(told, view, unit="单位" * 80, map_number="号" * 80)
        places = boxes(figure)
        page = Window(8.0, 8.0, 404.0, 281.0)
        for text, box in places.items():
            assert page.holds((box.left, box.bottom)), text
            assert page.holds((box.right, box.top)), text
        parts = [part.inner(-0.6) for part in (sheet.TITLE, sheet.MAP, sheet.COLUMN, sheet.FOOT)]
        for text, box in places.items():  # every text lies in one part, and so over none of another
            corners = (box.left, box.bottom), (box.right, box.top)
            assert any(all(part.holds(corner) for corner in corners) for part in parts), text


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_long_title_and_long_names_find_their_room() -> None:
    told = make_told()
    notices = tuple((word * 30, word * 30) for word in HOSTILE)
    figures = tuple((word, word, word) for word in HOSTILE)
    view = replace(told.views[0], figures=figures)
    long = replace(told, title=(HOSTILE[-1], "$x^2$ " * 80), label=(HOSTILE[-1],) * 2, notices=notices)
    for language in ("zh", "en"):
        figure = draw_sheet(long, view, language, unit=HOSTILE[0])  # type: ignore[arg-type]
        width = max(box.right for box in boxes(figure).values())
        assert width <= sheet.FRAME.right
        assert not any(text.get_parse_math() for text in figure.axes[0].texts)


def test_more_facilities_than_have_room_are_counted() -> None:
    """Names in the column and those that it says are left out are all that have a number."""
    told = made()
    view = told.views[1]
    layer = next(one for one in view.layers if isinstance(one, PointLayer) and one.categories[0].size_px >= 9)
    many = pd.concat([layer.frame] * 60, ignore_index=True)
    many = many.assign(name=[f"facility {k}" for k in range(len(many))])
    figure = draw_sheet(told, replace(view, layers=(replace(layer, frame=many),)), "en")
    column = [
        text.get_text() for text in figure.axes[0].texts
        if text.get_position()[0] >= sheet.COLUMN.left and text.get_gid() != "halo"
    ]  # fmt: skip
    named = [text for text in column if text.startswith("facility ")]
    (more,) = (text for text in column if "more: names are in the list" in text)
    drawn = sum(
        category.size_px >= 9
        for category in layer.categories
        for _ in range(int((many["category"] == category.key).sum()))
    )
    assert len(named) + int(more.split()[0]) == drawn


def test_files_have_their_pages_and_dots_and_are_the_same_each_time(tmp_path: Path) -> None:
    told = made()
    views = told.views[:2]
    first = write_sheets(told, tmp_path / "one", views=views, dpi=60)
    second = write_sheets(made(), tmp_path / "two", views=views, dpi=60)
    assert [path.name for path in first] == [
        "sheets.pdf", "sheet_01_primary_school_2030.png", "sheet_02_primary_school_2035.png",
    ]  # fmt: skip
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    pdf = first[0].read_bytes()
    assert pdf.count(b"/Type /Page ") == 2
    assert b"CreationDate" not in pdf
    assert b"/ToUnicode" in pdf  # the text can be searched
    assert b"1190.55" in pdf
    assert b"841.88" in pdf
    assert dots(first[1].read_bytes()).shape[:2] == (round(297 / 25.4 * 60), round(420 / 25.4 * 60))


def test_a_sheet_for_the_wall_has_a3_at_300_dots(tmp_path: Path) -> None:
    path = write_sheets(made(), tmp_path, views=made().views[2:3])[1]
    assert dots(path.read_bytes()).shape[:2] == (3508, 4961)


def test_names_of_files_are_plain() -> None:
    view = made().views[0]
    assert sheet_names([replace(view, subject="../é/小学", period="20 30")]) == ["sheet_01_2030.png"]


def test_a_place_of_a_point_and_no_outline_has_a_sheet() -> None:
    told = made()
    people = told.views[0].layers[2]
    bare = replace(told.place, outline=None, zone_shapes=None)
    alone = replace(told.views[0], layers=(replace(people, frame=people.frame.head(1)),))
    figure = draw_sheet(replace(told, place=bare, views=(alone,)), alone)
    assert any(isinstance(patch, Rectangle) for patch in figure.axes[0].patches)
    assert "样例方案" in written(figure)
