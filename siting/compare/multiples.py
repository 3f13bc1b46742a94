"""`multiples.html`: small maps of several plans at a glance, each with its label and headline figures; it prints."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import siting
from siting.compare.legend import legend_png, legend_text
from siting.render.columns import clean
from siting.render.page import page_environment, page_style
from siting.render.print_map import picture_png
from siting.render.views import Told, View
from siting.render.wording import Text, both

PAPER_MM, GAP_MM = 279.0, 4.0  # A4 landscape inside its margins; between two maps
HIGHEST_MM = 112.0  # of a map, so that heading, figures and legend fit on the same sheet
DPI, SCREEN_DPI = 170, 96
MM_PER_INCH = 25.4
HEADLINES = 4
MOST = 24  # pictures of a page


@dataclass(frozen=True, eq=False)
class Shared:
    """What all plans show of one subject in the last period that all have: a view each."""

    views: tuple[View, ...]

    @property
    def name(self) -> Text:
        """Of the subject."""
        return clean(self.views[0].subject_zh), clean(self.views[0].subject_en)

    @property
    def period(self) -> Text:
        """Of the period."""
        view = self.views[0]
        return clean(view.period_zh or view.period), clean(view.period_en or view.period)

    @property
    def differs(self) -> bool:
        """Whether the plans' figures are not all the same."""
        return len({view.figures for view in self.views}) > 1


def shared_subjects(told: Sequence[Told]) -> list[Shared]:
    """The subjects that all plans show, in the order of the first plan."""
    seen = [{(view.subject, view.period): view for view in one.views} for one in told]
    last: dict[str, tuple[View, ...]] = {}
    for key in seen[0]:
        if all(key in own for own in seen):
            last[key[0]] = tuple(own[key] for own in seen)
    return [Shared(views) for views in last.values()]


def multiples_html(told: Sequence[Told], font: Path | None = None) -> str:
    """The page.

    Args:
        told: of each plan, two or more of one case.
        font: file of a font with Chinese characters; None: one of the machine's.

    Raises:
        InputError: when the program's own templates are missing, or there is no font with Chinese characters.
    """
    found = shared_subjects(told)
    drawn = _chosen(found, len(told))
    columns = _columns(len(told))
    width = (PAPER_MM - GAP_MM * (columns - 1)) / columns
    height = min(0.8 * width, HIGHEST_MM)
    everything = tuple(view for shared in found for view in shared.views)
    info = told[0].place.info
    missing = [shared.name for shared in found if shared not in drawn]
    dots = [round(size / MM_PER_INCH * SCREEN_DPI) for size in (width, height)]
    return page_environment().get_template("multiples.html.j2").render(
        css=page_style(),
        place=(info.name_zh, info.name_en),
        data_date=info.data_date,
        program=f"siting {siting.__version__}",
        notices=_notices(told),
        sources=_sources(told),
        columns=columns,
        figures=HEADLINES,
        width=dots[0],
        height=dots[1],
        left_out=("、".join(zh for zh, _ in missing), ", ".join(en for _, en in missing)) if missing else None,
        subjects=[_subject(shared, told, everything, (width, height), font) for shared in drawn],
    )  # fmt: skip


def _subject(
    shared: Shared, told: Sequence[Told], everything: tuple[View, ...], size: tuple[float, float], font: Path | None
) -> dict[str, Any]:
    """One subject as the template reads it; the ground of all its maps holds the points of `everything`.

    Args:
        size: of a map, mm.
    """
    whole = [replace(one, views=everything) for one in told]
    pictures = [
        picture_png(one, view, width_mm=size[0], height_mm=size[1], dpi=DPI, legend=False, font=font)
        for one, view in zip(whole, shared.views, strict=True)
    ]
    plans = [
        {
            "title": (clean(one.title[0]), clean(one.title[1])),
            "label": _label(one, view),
            "picture": _encoded(picture),
            "figures": [tuple(map(clean, figure)) for figure in view.figures[:HEADLINES]],
        }
        for one, view, picture in zip(told, shared.views, pictures, strict=True)
    ]
    return {
        "name": shared.name,
        "period": shared.period,
        "plans": plans,
        "legend": _encoded(legend_png(whole[0], shared.views, font)),
        "legend_text": legend_text(whole[0], shared.views),
    }


def _label(told: Told, view: View) -> Text:
    """How sure what the map shows is."""
    zh, en = told.label if view.label is None else (view.label.zh, view.label.en)
    return clean(zh), clean(en)


def _chosen(found: Sequence[Shared], plans: int) -> list[Shared]:
    """Of more subjects than fit, those in which the plans differ come first."""
    most = max(1, MOST // plans)
    first = sorted(found, key=lambda shared: not shared.differs)[:most]
    return [shared for shared in found if shared in first]


def _columns(plans: int) -> int:
    """Maps beside each other: two to four."""
    return plans if plans <= 4 else min(4, math.ceil(plans / 2))


def _notices(told: Sequence[Told]) -> list[Text]:
    """Each notice once."""
    return list(dict.fromkeys((clean(zh), clean(en)) for one in told for zh, en in one.notices))


def _sources(told: Sequence[Told]) -> list[str]:
    """Attribution and licence of each source, once."""
    lines = []
    for one in told:
        for source in one.place.sources:
            en = source.attribution or source.title
            lines.append(clean(" — ".join(filter(None, (both((source.attribution_zh or en, en)), source.licence)))))
    return list(dict.fromkeys(lines))


def _encoded(picture: bytes) -> str:
    return base64.b64encode(picture).decode("ascii")
