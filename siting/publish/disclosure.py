"""What a publication discloses, listed for whoever releases it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from siting.consultation.rules import Treatment
from siting.render.columns import Column
from siting.render.wording import Text

EXAMPLES = 5
UNLISTED: Text = ("不在公开清单 data/public.toml 里", "not in the list of what is public, data/public.toml")
BOUNDARY: Text = ("画有行政区域界线或沿界线裁切，没有审图号", "shows administrative boundaries; no map review number")
CUT: Text = ("边缘沿行政区域界线，没有审图号", "their edge follows a boundary; no map review number")
MONEY: Text = ("费用，没有要求公开（--with-costs）", "costs, which were not asked for (--with-costs)")
INTERNAL: Text = ("内部比选用，没有要求公开（--with-candidates）", "internal, not asked for (--with-candidates)")
FREE_TEXT: Text = ("自由文字，程序无法逐句判断", "free text, which a program cannot judge")
FEW_OF: Text = ("人数太少，百分比会透露个人情况", "a share of too few people")
TREATED: dict[Treatment, Text] = {
    "plain": ("原样", "as it is"),
    "people": ("人数取整、过少的隐去", "people: rounded, few suppressed"),
    "money": ("费用（按要求公开）", "costs, as asked"),
}


@dataclass(frozen=True)
class Shown:
    """A layer or table that is published.

    Attributes:
        of: the view that it is of, or '' for all.
        rows: in the period that has most.
        columns: header and what is done with it.
        examples: first names.
    """

    of: Text
    name: Text
    rows: int
    columns: tuple[tuple[Text, Text], ...]
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Something that is not published, and why."""

    what: Text
    why: Text


@dataclass(frozen=True)
class Disclosure:
    """All that is disclosed, and what was taken out.

    Attributes:
        figures: (zh, en, text) of each view that has them.
        snapped: places put on the grid; moved_m: how far the one that moved most.
        suppressed: counts of few people that were hidden.
    """

    layers: tuple[Shown, ...]
    tables: tuple[Shown, ...]
    figures: tuple[tuple[str, str, str], ...]
    left_out: tuple[LeftOut, ...]
    snapped: int
    moved_m: float
    suppressed: int


@dataclass
class Ledger:
    """Gathers what is shown and what is left out, the same thing of several periods once."""

    layers: dict[tuple[str, str], Shown] = field(default_factory=dict)
    tables: dict[tuple[str, str], Shown] = field(default_factory=dict)
    figures: list[tuple[str, str, str]] = field(default_factory=list)
    left_out: dict[LeftOut, None] = field(default_factory=dict)
    suppressed: int = 0

    def show(
        self,
        kind: dict[tuple[str, str], Shown],
        key: tuple[str, str],
        names: tuple[Text, Text],
        rows: int,
        columns: Iterable[tuple[Column, Treatment]],
        examples: tuple[str, ...] = (),
    ) -> None:
        """Note a layer or table of a view (`names`: the view's and its own)."""
        told = tuple(((column.zh, column.en), TREATED[treatment]) for column, treatment in columns)
        before = kind.get(key)
        if before is not None:
            rows = max(rows, before.rows)
            told = tuple(dict.fromkeys((*before.columns, *told)))
            examples = before.examples or examples
        kind[key] = Shown(*names, rows, told, examples[:EXAMPLES])

    def leave(self, what: Text, why: Text) -> None:
        """Note what is left out."""
        self.left_out[LeftOut(what, why)] = None

    def disclosure(self, snapped: int, moved_m: float) -> Disclosure:
        """All of it."""
        return Disclosure(
            layers=tuple(self.layers.values()),
            tables=tuple(self.tables.values()),
            figures=tuple(dict.fromkeys(self.figures)),
            left_out=tuple(self.left_out),
            snapped=snapped,
            moved_m=moved_m,
            suppressed=self.suppressed,
        )
