"""`compare.html`: two maps side by side that move as one, or one over the other with a divider; figures beside them.

One file that opens with no network. The map page (Leaflet, scripts, style sheets) and what the maps have in common
(base map, labels, sources) are in it once; the page's script puts both maps together from them, each in a frame that
may run its own scripts and nothing else (`maps/script/compare`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import siting
from siting.compare.numbers import PAGE_FIGURES, numbers_of, yuan_of
from siting.compare.run import Run
from siting.render.escape import json_for_script
from siting.render.inline import fill, read_asset, read_css, read_scripts, seal
from siting.render.map_frame import POLICY, made_for, page_without_data
from siting.render.map_style import load_labels, load_style
from siting.render.view_map import views_data
from siting.render.views import Told

KIND = "compare"
LARGEST = 12_000_000  # bytes of the page; more plans than two only while it stays below
OWN = ("title", "views", "pool")  # of each run, even when another has the same


def comparison_html(runs: Sequence[Run], told: Sequence[Told]) -> str:
    """The page.

    Args:
        runs: two or more of one case; of many, the first ones for which there is room, two at least.
        told: what is told of each.

    Raises:
        InputError: when a file of `maps/` was changed such that the page would need a network, or is malformed.
    """
    before, after = page_without_data()
    datas = [made_for("views", views_data(one, embedded=True)) for one in told]
    shared = _shared(datas)
    own = [json_for_script({key: value for key, value in data.items() if key not in shared}) for data in datas]
    common, template = json_for_script(shared), json_for_script([before, after])
    count = _fitting([len(text.encode()) for text in own], len(common.encode()) + len(template.encode()))
    blocks = (f'<script type="application/json" id="run-{k}">{text}</script>' for k, text in enumerate(own[:count]))
    data = _page_data(runs[:count], told[:count]) | {"left_out": len(runs) - count}
    texts = {
        "POLICY": POLICY,
        "PAGE_CSS": read_css("page.css"),
        "COMPARE_CSS": read_css("compare.css"),
        "DATA": json_for_script(made_for(KIND, data)),
        "MAP_PAGE": template,
        "SHARED": common,
        "RUNS": "\n".join(blocks),
        "PAGE_JS": read_scripts(KIND),
    }
    return seal(fill(read_asset("compare.html"), texts), held=before + after)


def _shared(datas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is the same in the data of all maps."""
    first, *others = datas
    return {
        key: value
        for key, value in first.items()
        if key not in OWN and all(key in other and other[key] == value for other in others)
    }


def _fitting(sizes: Sequence[int], rest: int) -> int:
    """How many of the runs, two at least, leave the page below the largest size."""
    count = 2
    while count < len(sizes) and rest + sum(sizes[: count + 1]) <= LARGEST:
        count += 1
    return count


def _page_data(runs: Sequence[Run], told: Sequence[Told]) -> dict[str, Any]:
    """What the page itself is told, as plain JSON values."""
    place = told[0].place
    sources = dict.fromkeys(
        (source.attribution_zh or source.attribution or source.title, source.attribution or source.title,
         source.licence)
        for one in told for source in one.place.sources
    )  # fmt: skip
    labels = {key: list(texts) for key, texts in load_labels().items() if not key.startswith("print.")}
    return {
        "version": siting.__version__,
        "labels": labels,
        "style": {"glyphs": dict(load_style().glyphs)},
        "place": [place.info.name_zh, place.info.name_en],
        "data_date": place.info.data_date,
        "synthetic": any(one.place.info.synthetic for one in told),
        "sources": [[[zh, en], licence] for zh, en, licence in sources],
        "figures": [[zh, en, kind, more] for _, zh, en, kind, more in PAGE_FIGURES],
        "runs": [_run_data(run, one) for run, one in zip(runs, told, strict=True)],
    }


def _run_data(run: Run, told: Told) -> dict[str, Any]:
    first = told.first if told.first != ("", "") else (told.views[0].subject, told.views[0].period)
    return {
        "title": list(told.title),
        "label": list(told.label),
        "notices": [list(notice) for notice in told.notices],
        "subjects": [list(texts) for texts in _named(told, "subject")],
        "periods": [list(texts) for texts in _named(told, "period")],
        "views": [[view.subject, view.period] for view in told.views],
        "first": list(first),
        "numbers": numbers_of(run),
        "yuan": yuan_of(run),
        "tiles": _tiles(told),
    }


def _named(told: Told, what: str) -> list[tuple[str, str, str]]:
    """(key, zh, en) of each subject or period, in order."""
    found: dict[str, tuple[str, str, str]] = {}
    for view in told.views:
        key = str(getattr(view, what))
        found.setdefault(key, (key, getattr(view, f"{what}_zh") or key, getattr(view, f"{what}_en") or key))
    return list(found.values())


def _tiles(told: Told) -> dict[str, dict[str, list[list[str]]]]:
    """The figures of each view, by subject and period."""
    found: dict[str, dict[str, list[list[str]]]] = {}
    for view in told.views:
        found.setdefault(view.subject, {})[view.period] = [list(figure) for figure in view.figures]
    return found
