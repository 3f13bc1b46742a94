"""Seconds and peak memory against size: kept in growth.json, drawn in one style, written out as a page.

A program that draws tells a `Picture` and its `Mark`s to `record`, which keeps them, draws benchmarks/growth_NAME.svg
and writes benchmarks/growth.md. So a picture may be measured in pieces, and

    python benchmarks/curves.py

draws everything again from the kept figures.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FIGURES, PAGE = HERE / "growth.json", HERE / "growth.md"
PROVEN = 1e-6
USELESS = 0.99  # a gap of more than this is no help to anybody
STYLES = {  # the same colour and mark for the same program in all pictures
    "this program": ("#0072b2", "o"),
    "this program, two threads": ("#56b4e9", "o"),
    "HiGHS, arrays": ("#d55e00", "s"),
    "linopy": ("#e69f00", "D"),
    "Pyomo": ("#009e73", "^"),
    "Pyomo, standard form": ("#66c2a4", "^"),
    "Pyomo, appsi_highs": ("#004d3a", "^"),
    "spopt": ("#cc79a7", "v"),
    "PuLP": ("#7f5a9e", "v"),
    "RoutingKit": ("#d55e00", "s"),
    "SciPy": ("#e69f00", "D"),
    "networkx": ("#009e73", "^"),
}
ORDER = (  # of the page
    "p_median", "fixed_charge", "p_center", "maximal_covering", "maximal_backup_covering", "set_covering",
    "capacitated_p_median", "single_source_p_median", "contiguous_p_median", "travel_times_nodes",
    "travel_times_sources", "hand_over",
)  # fmt: skip
HEAD = """# Growth with size

Written by `curves.py` from `growth.json`. All axes are logarithmic: a straight line is a power of the size. Every run
is a process of its own, on one thread unless it says two; memory is the peak of the whole process, Python and its
libraries included (about 150 MB). Left out are imports, the making of the instance and the reading of compiled loops.
A rival is not asked for a larger size once it has not proven one within the limit. Figures in *italics* are the
hollow marks. Other work held the other core of the machine meanwhile, which takes up to twice the seconds of a quiet
one and of all programs alike; only the rivals of `p_center`, `maximal_covering`, `set_covering`,
`capacitated_p_median` and `single_source_p_median` ran on a quieter machine, and the memory of those that were
stopped was not kept.
"""


@dataclass(frozen=True)
class Mark:
    """One run. `failed` tells why there is no answer; `gap` is None where there is no bound or nothing to prove."""

    who: str
    at: float  # place on the horizontal axis
    size: str
    seconds: float | None
    memory_mb: float | None
    filled: bool = True
    gap: float | None = None
    failed: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Picture:
    """What a picture shows; `hollow` says what marks are that are not filled, `limit` is the time limit in seconds."""

    name: str
    title: str
    axis: str
    size: str  # head of the first column of its table
    command: str
    filled: str
    hollow: str
    note: str = ""
    limit: float | None = None


def record(picture: Picture, marks: list[Mark], versions: str) -> None:
    """Keep the marks (instead of those of the same program and size, or of another limit), draw, write the page."""
    kept = json.loads(FIGURES.read_text("utf-8")) if FIGURES.is_file() else {}
    before = kept.get(picture.name, {"limit": picture.limit, "marks": []})
    programs, runs = {mark.who for mark in marks}, {(mark.who, mark.size) for mark in marks}
    stale = programs if before["limit"] != picture.limit else set()
    old = [mark for mark in before["marks"] if mark["who"] not in stale and (mark["who"], mark["size"]) not in runs]
    order = list(STYLES)
    told = sorted([*old, *map(asdict, marks)], key=lambda mark: (order.index(mark["who"]), mark["at"]))
    kept[picture.name] = {**asdict(picture), "versions": versions, "marks": told}
    kept = {name: kept[name] for name in ORDER if name in kept}
    FIGURES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    _draw(picture, [Mark(**mark) for mark in told])
    PAGE.write_text(page(kept), encoding="utf-8", newline="\n")


def page(kept: dict[str, Any]) -> str:
    """The text of growth.md."""
    return "\n".join([HEAD, *map(_section, kept.values())])


def draw_all() -> None:
    """Every picture and the page from the kept figures."""
    for kept in json.loads(FIGURES.read_text("utf-8")).values():
        known = {key: value for key, value in kept.items() if key not in ("versions", "marks")}
        record(Picture(**known), [Mark(**mark) for mark in kept["marks"]], kept["versions"])


def _section(kept: dict[str, Any]) -> str:
    marks = [Mark(**mark) for mark in kept["marks"]]
    programs = list(dict.fromkeys(mark.who for mark in marks))
    cells = {(mark.size, mark.who): _cell(mark, limited=kept["limit"] is not None) for mark in marks}
    sizes = list(dict.fromkeys(mark.size for mark in sorted(marks, key=lambda mark: mark.at)))
    rows = ["| " + " | ".join([size, *(cells.get((size, who), "") for who in programs)]) + " |" for size in sizes]
    head = ["| " + " | ".join([kept["size"], *programs]) + " |", "|" + "---|" * (1 + len(programs))]
    limit = f"Limit {kept['limit']:g} s. " if kept["limit"] else ""
    words = f"{limit}{kept['note']}".strip()
    lines = [f"## {kept['title']}", "", f"    {kept['command']}", "", *([words, ""] if words else [])]
    picture = [f"![{kept['title']}](growth_{kept['name']}.svg)", ""]
    return "\n".join([*lines, *picture, *head, *rows, "", f"{kept['versions']}.", ""])


def _cell(mark: Mark, *, limited: bool) -> str:
    if mark.failed or mark.seconds is None:
        return mark.failed
    memory = "" if mark.memory_mb is None else f", {mark.memory_mb:,.0f} MB"
    seconds = f"{mark.seconds:,.3f}" if mark.seconds < 0.1 else f"{mark.seconds:,.2f}"
    seconds = seconds if mark.seconds < 100 else f"{mark.seconds:,.0f}"
    if mark.filled:
        return f"{seconds} s{memory}"
    left = "" if not limited else f", gap {_gap(mark)}" if _gap(mark) else ", no useful bound"
    return f"*{seconds} s{left}{memory}*"


def _gap(mark: Mark) -> str:
    """What is left between plan and bound, empty where that is of no use."""
    if mark.gap is None or mark.gap > USELESS:
        return ""
    return f"{100 * mark.gap:.1f} %" if mark.gap >= 1e-3 else f"{100 * mark.gap:.2g} %"


def _plain(number: float, _: object = None) -> str:
    for unit, word in ((1e9, " billion"), (1e6, " million"), (1e3, ",000")):
        if number >= unit:
            return f"{number / unit:g}{word}"
    return f"{number:g}"


def _draw(picture: Picture, marks: list[Mark]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    # The same figures give the same file; letters stay letters.
    mpl.rcParams.update({"svg.hashsalt": picture.name, "svg.fonttype": "none", "font.size": 10})
    from matplotlib import pyplot as plt
    from matplotlib.lines import Line2D
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.8), layout="constrained")
    programs = list(dict.fromkeys(mark.who for mark in marks))
    for depth, who in enumerate(programs):
        colour, shape = STYLES[who]
        mine = [mark for mark in marks if mark.who == who and mark.seconds is not None and not mark.failed]
        for axis, values in (
            (left, [mark.seconds for mark in mine]),
            (right, [mark.memory_mb or math.nan for mark in mine]),
        ):
            above = {"zorder": 20 - depth}  # this program on top
            axis.plot([mark.at for mark in mine], values, color=colour, lw=1.6, **above)
            for mark, value in zip(mine, values, strict=True):
                face = colour if mark.filled else "white"
                axis.plot([mark.at], [value], shape, ms=6.5, mec=colour, mfc=face, mew=1.5, **above)
    for axis, label in ((left, "seconds"), (right, "peak memory, MB")):
        axis.set(xscale="log", yscale="log", xlabel=picture.axis, ylabel=label)
        axis.grid(True, which="major", color="#dddddd", lw=0.7)
        axis.spines[["top", "right"]].set_visible(False)
        axis.xaxis.set_major_formatter(FuncFormatter(_plain))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.yaxis.set_major_formatter(FuncFormatter(_plain))
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.margins(x=0.08)
    low, high = right.get_ylim()
    right.set_ylim(min(low, 100), max(high, 1100))
    right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    if picture.limit:
        _limit(left, picture.limit, marks)
    handles = []
    for who in programs:
        colour, shape = STYLES[who]
        handles.append(Line2D([], [], color=colour, marker=shape, ms=6.5, lw=1.6, label=who))
    words = [f"\u25cf {picture.filled}"] if picture.filled else []
    words += [f"\u25cb {picture.hollow}"] if any(not mark.filled for mark in marks) else []
    words += ["\u00d7 no answer"] if any(mark.failed for mark in marks) else []
    figure.legend(
        handles=handles, title=";  ".join(words), title_fontsize=9, loc="outside lower center", ncols=len(handles),
        frameon=False, columnspacing=1.4,
    )  # fmt: skip
    figure.suptitle(picture.title, fontweight="bold")
    figure.savefig(HERE / f"growth_{picture.name}.svg", metadata={"Date": None})
    plt.close(figure)


def _limit(axis: Any, seconds: float, marks: list[Mark]) -> None:
    """The line of the time limit; above it the gaps that were left at each size."""
    axis.axhline(seconds, color="#888888", lw=1, ls=":")
    axis.annotate(
        f"limit {seconds:g} s", (0, seconds), xycoords=("axes fraction", "data"), xytext=(3, -10),
        textcoords="offset points", fontsize=8, color="#555555",
    )  # fmt: skip
    lines: dict[float, int] = {}
    top = {mark.at: seconds for mark in marks}
    for mark in marks:
        top[mark.at] = max(top[mark.at], mark.seconds or 0.0)
    for mark in marks:
        words = "\u00d7" if mark.failed else "" if mark.filled else _gap(mark)
        if not words:
            continue
        line = lines[mark.at] = lines.get(mark.at, 0) + 1
        axis.annotate(
            words, (mark.at, top[mark.at]), xytext=(0, 11 * line - 4), textcoords="offset points", ha="center",
            fontsize=11 if mark.failed else 8, color=STYLES[mark.who][0],
        )  # fmt: skip
    low, high = axis.get_ylim()
    room = max((top[at] * 1.4 * 1.5**count for at, count in lines.items()), default=0.0)
    axis.set_ylim(low, max(high, room, 1.5 * seconds))


if __name__ == "__main__":
    draw_all()
