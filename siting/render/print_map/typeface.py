"""The font of the printed maps: one with Chinese characters, found on this computer or given as a file."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font

from siting.errors import fail

ENVIRONMENT = "SITING_FONT"
# In the order in which they are taken. A collection (.ttc) holds several families; older matplotlib reads only the
# first of them, which for Noto Sans CJK is JP: the same characters, a few in Japanese form.
FAMILIES = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Source Han Sans"),
    *("Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "DengXian"),
    *("HarmonyOS Sans SC", "MiSans", "Alibaba PuHuiTi", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Noto Sans CJK JP", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "FangSong", "KaiTi", "STSong"),
    *("Droid Sans Fallback", "Arial Unicode MS"),
)
FALLBACK = "DejaVu Sans"  # comes with matplotlib: letters and signs that the Chinese font lacks
TRIED = "县学医"
UNITS = 1000.0
LONG = 2000  # letters of a text that no line holds


@dataclass(frozen=True)
class Typeface:
    """A font family with Chinese characters."""

    family: str

    def properties(self, size_pt: float, *, bold: bool = False) -> FontProperties:
        """For matplotlib's texts; characters that it lacks are taken from a font that comes with matplotlib."""
        return FontProperties(family=[self.family, FALLBACK], size=size_pt, weight="bold" if bold else "normal")

    def width_mm(self, text: str, size_pt: float, *, bold: bool = False) -> float:
        """How wide a line of text is."""
        ems = sum(_advance(self.family, letter, bold) for letter in text)
        return ems * size_pt * 25.4 / 72

    def wrapped(self, text: str, width_mm: float, size_pt: float, *, most: int = 99, bold: bool = False) -> list[str]:
        """The text in lines that fit; Chinese breaks anywhere, words in Latin letters between them.

        The last line ends with an ellipsis when there would be more than `most`.
        """
        return list(_wrapped(self, text, width_mm, size_pt, most, bold))

    def shortened(self, text: str, width_mm: float, size_pt: float, *, bold: bool = False) -> str:
        """The text, or as much of its beginning as fits with an ellipsis."""
        if len(text) < LONG and self.width_mm(text, size_pt, bold=bold) <= width_mm:
            return text
        return self._cut(text, width_mm, size_pt, bold=bold)

    def _cut(self, text: str, width_mm: float, size_pt: float, *, bold: bool) -> str:
        """The beginning that fits with an ellipsis after it."""
        left, end = width_mm - self.width_mm("…", size_pt, bold=bold), 0
        for letter in text:
            left -= self.width_mm(letter, size_pt, bold=bold)
            if left < 0:
                break
            end += 1
        return text[:end].rstrip() + "…"


def find_typeface(file: Path | None = None) -> Typeface:
    """The font to print with: the given file, else that of the environment's `SITING_FONT`, else one of `FAMILIES`.

    Raises:
        InputError: when there is none with Chinese characters, or the given file is not one.
    """
    named = file or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if named is not None:
        return _from_file(named)
    family = _first(FAMILIES)
    if family is None:  # the list of fonts is kept between runs: look again for what was installed since
        known = {entry.fname for entry in fontManager.ttflist}
        for path in sorted(set(font_manager.findSystemFonts()) - known):
            _add(path)
        family = _first(FAMILIES)
    if family is None:
        fail(
            "这台电脑上没有中文字体，印出的地图会缺字，因此没有绘制",
            "this computer has no font with Chinese characters, so that no map can be printed",
            remedy_zh=f"请安装思源黑体或微软雅黑，或用 --font 或环境变量 {ENVIRONMENT} 指定字体文件",
            remedy_en=f"install Noto Sans CJK SC, or name a font file by --font or by the variable {ENVIRONMENT}",
        )
    return Typeface(family)


def _from_file(path: Path) -> Typeface:
    try:
        font = FT2Font(os.fspath(path))
        complete = all(font.get_char_index(ord(letter)) for letter in TRIED)
    except (OSError, RuntimeError) as error:
        fail(
            f"无法读取字体文件（{error}）", f"the font file cannot be read ({error})",
            remedy_zh="请给出 .ttf、.otf 或 .ttc 文件", remedy_en="name a .ttf, .otf or .ttc file", file=path,
        )  # fmt: skip
    if not complete:
        fail(
            "这个字体没有中文字", "the font has no Chinese characters",
            remedy_zh="请换用中文字体，如思源黑体", remedy_en="take one that has, such as Noto Sans CJK SC", file=path,
        )  # fmt: skip
    if not any(entry.fname == os.fspath(path) for entry in fontManager.ttflist):
        fontManager.addfont(path)
    return Typeface(font.family_name)


def _first(families: Iterable[str]) -> str | None:
    known = {entry.name for entry in fontManager.ttflist}
    return next((family for family in families if family in known and _advance(family, TRIED[0], False) > 0), None)


def _add(path: str) -> None:
    try:
        fontManager.addfont(path)
    except (OSError, RuntimeError):  # a broken font is no reason not to look at the others
        return


@lru_cache(maxsize=8)
def _font(family: str, bold: bool) -> FT2Font:
    found = font_manager.findfont(FontProperties(family=family, weight="bold" if bold else "normal"))
    return font_manager.get_font(found)


@lru_cache(maxsize=20_000)
def _advance(family: str, letter: str, bold: bool) -> float:
    """Width of a character in ems."""
    font = _font(family, bold)
    if not font.get_char_index(ord(letter)):
        font = _font(FALLBACK, bold)
        if not font.get_char_index(ord(letter)):
            return 0.0 if unicodedata.category(letter) in ("Mn", "Cf") else 1.0
    font.set_size(UNITS, 72)
    return font.load_char(ord(letter)).linearHoriAdvance / 65536 / UNITS


@lru_cache(maxsize=4000)
def _wrapped(face: Typeface, text: str, width_mm: float, size_pt: float, most: int, bold: bool) -> tuple[str, ...]:
    """The lines of `Typeface.wrapped`."""
    lines: list[str] = []
    line, left = "", width_mm
    for piece in _pieces(text):
        wide = face.width_mm(piece, size_pt, bold=bold)
        if face.width_mm(piece.rstrip(), size_pt, bold=bold) <= left:
            line, left = line + piece, left - wide
            continue
        if line:
            lines.append(line.rstrip())
            line, left = "", width_mm
        if len(lines) >= most:
            return (*lines[: most - 1], face._cut(lines[most - 1], width_mm, size_pt, bold=bold))
        for letter in piece:  # a word may be longer than a line
            own = face.width_mm(letter, size_pt, bold=bold)
            if line and own > left:
                lines.append(line)
                line, left = "", width_mm
            line, left = line + letter, left - own
    if line.rstrip() or not lines:
        lines.append(line.rstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], face._cut(lines[most - 1], width_mm, size_pt, bold=bold)]
    return tuple(lines)


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with the space after them, single Chinese characters with what must follow."""
    pieces: list[str] = []
    for letter in " ".join(text.split()):
        last = pieces[-1][-1] if pieces else " "
        follows = letter in "，。；：、）》”！？,.;:)%… "
        word = not _wide(letter) and not _wide(last)
        if last != " " and (follows or word or last in "（《“("):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
