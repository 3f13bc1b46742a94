"""What tells symbols apart in a grey print, and fonts."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from matplotlib import font_manager

from siting.errors import InputError
from siting.render import print_map
from siting.render.map_style import load_labels
from siting.render.print_map import typeface
from siting.render.print_map.ground import Window, fit
from siting.render.print_map.layer_art import shown_of
from siting.render.print_map.legend import BASE_ORDER
from siting.render.print_map.marks import ALIKE, finishes, lightness
from siting.render.print_map.typeface import find_typeface
from siting.render.views import AreaLayer, Category, LineLayer, PointLayer
from tests.render.sample_told import make_told

DEJAVU = font_manager.findfont("DejaVu Sans")


def test_lightness_is_that_of_cie() -> None:
    assert lightness("#000000") == pytest.approx(0)
    assert lightness("#ffffff") == pytest.approx(100)
    assert lightness("#777777") == pytest.approx(50.0, abs=0.2)


def test_symbols_whose_greys_are_alike_have_another_finish() -> None:
    blue, orange, dark = "#4a86c5", "#e8743b", "#3a3a3a"
    assert abs(lightness(blue) - lightness(orange)) < ALIKE
    categories = [
        Category("a", "", "", blue), Category("b", "", "", orange), Category("c", "", "", dark),
        Category("d", "", "", orange, "square"), Category("e", "", "", blue),
    ]  # fmt: skip
    assert finishes(categories) == [0, 1, 0, 0, 2]


def test_a_font_without_chinese_and_no_font_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="没有中文字"):
        find_typeface(Path(DEJAVU))
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setenv(typeface.ENVIRONMENT, str(broken))
    with pytest.raises(InputError, match="无法读取字体文件"):
        find_typeface()
    with pytest.raises(InputError, match="无法读取字体文件"):
        find_typeface(tmp_path / "none.ttf")
    monkeypatch.delenv(typeface.ENVIRONMENT)
    monkeypatch.setattr(typeface, "FAMILIES", ("No Such Family",))
    with pytest.raises(InputError, match="SITING_FONT"):
        find_typeface()


def test_lines_break_where_they_may_and_fit() -> None:
    face = find_typeface()
    text = "标准之内（含步行）的人数，with words that stay whole 与最后一句。"
    lines = face.wrapped(text, 30, 9)
    assert len(lines) > 2
    assert max(face.width_mm(line, 9) for line in lines) <= 30
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。（）" and line[0] != "（" for line in lines)
    assert all("who" not in line or "whole" in line for line in lines)
    assert face.wrapped("长" * 500, 20, 9, most=2)[-1].endswith("…")
    assert face.shortened("短", 20, 9) == "短"


def test_every_text_of_printed_maps_is_used_and_every_used_text_exists() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(print_map.__file__).parent.glob("*.py"))
    labels = set(load_labels())
    said = set(re.findall(r'"((?:print|legend|panel|page|unit|layers)\.[a-z_]+)"', source))
    assert said <= labels
    assert {key for key in labels if key.startswith("print.")} == {key for key in said if key.startswith("print.")}
    assert {f"legend.{key}" for key in BASE_ORDER} <= labels


def test_lines_whose_greys_are_alike_have_other_dashes_whatever_their_symbol() -> None:
    told = make_told(10)
    ground = fit(Window(0, 0, 100, 100), "EPSG:4549", (120.5, 29.4, 121.0, 29.75), margin=2, rounded=False)
    shown = shown_of(told.views[0], ground, 1.0)
    for kind in (LineLayer, AreaLayer):
        assert sorted(one.finish for one in shown if isinstance(one.layer, kind)) == [0, 1]
    assert {one.finish for one in shown if isinstance(one.layer, PointLayer)} == {0}  # their symbols differ


def test_long_texts_take_no_longer_than_their_length() -> None:
    face = find_typeface()
    begin = time.process_time()
    for k in range(5):
        assert len(face.wrapped("长" * 30_000 + str(k), 100, 8, most=6)) == 6
        assert len(face.wrapped("long" * 7_500 + str(k), 100, 8, most=6)) == 6
    assert time.process_time() - begin < 10
