"""Pictures of maps: their size, that equal answers give equal pictures, and that any name can be drawn."""

from __future__ import annotations

import io
from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from siting.render.print_map.picture import draw_picture, picture_png
from siting.render.views import PointLayer
from tests.hostile.names import HOSTILE
from tests.render.sample_told import make_told


def dots(png: bytes) -> np.ndarray:
    return np.asarray(matplotlib.image.imread(io.BytesIO(png), format="png"))


def texts(figure: Figure) -> list[str]:
    """What is written, without the halos."""
    return [text.get_text() for text in figure.axes[0].texts if text.get_gid() != "halo"]


def test_a_picture_has_the_dots_that_were_asked_for_and_is_the_same_each_time() -> None:
    told = make_told()
    png = picture_png(told, told.views[0], width_mm=160, height_mm=100, dpi=150, language="zh")
    assert dots(png).shape[:2] == (round(100 / 25.4 * 150), round(160 / 25.4 * 150))
    assert png == picture_png(make_told(), told.views[0], width_mm=160, height_mm=100, dpi=150, language="zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_legend_has_what_is_drawn_and_nothing_else(language: str) -> None:
    told = make_told()
    at = 1 if language == "en" else 0
    seen = texts(draw_picture(told, told.views[0], width_mm=160, height_mm=100, language=language))  # type: ignore[arg-type]
    for zh_en in (
        ("达标", "Within"),
        ("未达标", "Beyond"),
        ("建成", "Built"),
        ("现有", "Standing"),
        ("学校", "Schools"),
    ):
        assert zh_en[at] in seen
    for zh_en in (("从不出现", "Never there"), ("备选", "Candidates")):
        assert zh_en[at] not in seen


def test_hostile_names_are_drawn_as_typed() -> None:
    told = make_told(20)
    view = told.views[1]
    layer = view.layers[3]
    assert isinstance(layer, PointLayer)
    names = ["$x^2$", r"\frac{a}{b}$", "{{ 7*7 }}", "表情😀", "\u202eabc\u202c", "长" * 500, *HOSTILE]
    frame = layer.frame.assign(name=[names[k % len(names)] for k in range(len(layer.frame))])
    hostile = replace(view, layers=(replace(layer, zh="$\\alpha$ {{ x }}", frame=frame, label=None),))
    bare = replace(told, views=(hostile,))
    assert picture_png(bare, hostile, width_mm=200, height_mm=150, dpi=60)
    figure = draw_picture(bare, hostile, width_mm=200, height_mm=150)
    assert "$\\alpha$ {{ x }}" in texts(figure)
    assert "$x^2$" in texts(figure)
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


def test_what_was_taken_out_is_not_drawn() -> None:
    told = make_told()
    bare = replace(told, place=replace(told.place, outline=None, zone_shapes=None))
    for one, lines in ((told, True), (bare, False)):
        figure = draw_picture(one, one.views[0], width_mm=120, height_mm=100)
        colours = {to_hex(patch.get_edgecolor()) for patch in figure.axes[0].patches}
        assert ("#7d6f8a" in colours) is lines  # of the outline in maps/style.toml


def test_a_map_number_and_invented_data_are_said() -> None:
    told = make_told()
    invented = replace(told, place=replace(told.place, info=told.place.info.model_copy(update={"synthetic": True})))
    figure = draw_picture(invented, told.views[0], width_mm=120, height_mm=100, map_number="浙S(2026)1号")
    assert any("浙S(2026)1号" in text and "示例数据" in text for text in texts(figure))


def test_an_unknown_category_is_refused() -> None:
    told = make_told()
    layer = told.views[0].layers[2]
    wrong = replace(told.views[0], layers=(replace(layer, frame=layer.frame.assign(category="nobody")),))
    with pytest.raises(ValueError, match="'people' has no category"):
        picture_png(told, wrong, width_mm=60, height_mm=50)
