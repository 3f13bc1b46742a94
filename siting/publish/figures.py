"""The figures and charts of a view's panel that may be published."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.consultation.rules import Extras, Rules
from siting.publish.disclosure import FEW_OF, MONEY, UNLISTED, Ledger
from siting.publish.people import first_number, has_share, people_text, rounded_share, share_text
from siting.render.views import Bars, PointLayer, View

Figure = tuple[str, str, str]


def public_figures(figures: Sequence[Figure], rules: Rules, extras: Extras, ledger: Ledger) -> tuple[Figure, ...]:
    """The figures that are public, their people and shares rounded; what is left out is noted in the ledger."""
    listed, found = rules.figures, []
    whole = next((first_number(text) for zh, _, text in figures if zh == listed.of), 0.0)
    for zh, en, text in figures:
        what = (f"指标“{zh}”", f"figure: {en}")
        if zh in listed.money and not extras.costs:
            ledger.leave(what, MONEY)
        elif zh in listed.plain | listed.money:
            found.append((zh, en, text))
        elif zh in listed.people and not has_share(text):
            found.append((zh, en, people_text(text, rules)))
        elif zh in listed.shares:
            share = share_text(text, whole, rules)
            if share is None:
                ledger.leave(what, FEW_OF)
            else:
                found.append((zh, en, share))
        else:
            ledger.leave(what, UNLISTED)
    return tuple(found)


def public_bars(view: View, rules: Rules, ledger: Ledger) -> tuple[Bars, ...]:
    """The charts that are public, their shares rounded by their whole; rows of too few people are left out."""
    made = (_chart(bars, view, rules, ledger) for bars in view.bars)
    return tuple(bars for bars in made if bars is not None)


def _chart(bars: Bars, view: View, rules: Rules, ledger: Ledger) -> Bars | None:
    of = (view.subject_zh, view.subject_en)
    what = (f"图表“{of[0]}·{bars.zh}”", f"chart: {of[1]}, {bars.en}")
    rule = rules.bars.get(bars.zh)
    if rule is None:
        ledger.leave(what, UNLISTED)
        return None
    need = _need_of(view)
    rows: list[tuple[str, str, float, float | None]] = []
    colours: list[str] = []
    for k, (zh, en, before, after) in enumerate(bars.rows):
        whole = float(need.sum() if rule == "all" else need[need.index == zh].sum())
        one = rounded_share(before, whole, rules)
        other = None if after is None else rounded_share(after, whole, rules)
        if one is None or (other is None and after is not None):
            ledger.leave((f"{what[0]}的“{zh}”", f"{what[1]}, row {en}"), FEW_OF)
            continue
        rows.append((zh, en, one, other))
        colours += bars.colours[k : k + 1]
    ledger.show(ledger.tables, (view.subject, bars.zh), (of, (bars.zh, bars.en)), len(rows), ())
    return Bars(bars.zh, bars.en, tuple(rows), tuple(colours)) if rows else None


def _need_of(view: View) -> pd.Series:
    """How many need the service in each township of the view."""
    for layer in view.layers:
        if isinstance(layer, PointLayer) and {"need", "township"} <= set(layer.frame.columns):
            return layer.frame.groupby("township")["need"].sum()
    return pd.Series(dtype=float)
