"""People moved at most once: where the nearest place closes, the next that is nearest closes in no later period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from siting.impedance import FloatArray, ImpedanceMatrix, IntArray
from siting.layout.places import Place, full_name
from siting.layout.rows import ArcTable, Row, Rows, in_use

KEY = "moved_at_most_once"
Order = tuple[tuple[int, int], ...]  # places with their rank by minutes, the nearest first; equal minutes, equal rank
Nearer = tuple[frozenset[int], frozenset[int]]  # places nearer than the first and than the second


def once_rows(
    rows: Rows,
    table: ArcTable,
    places: IntArray,
    matrix: ImpedanceMatrix,
    farthest: FloatArray,
    *,
    names: Sequence[str],
    years: Sequence[int],
) -> None:
    r"""Nobody who goes to the nearest place in use loses it twice by closing.

    For a point, places p and q that may close, q no nearer than p, and periods t < t':
        close_{p,t} + close_{q,t'}
            <= 1 + sum_{r nearer than p} used_{r,t-1} + sum_{r nearer than q, r != p} used_{r,t'-1}
    Where the sums are 0, p is the nearest in use before t and q before t', and both may not close. A place that never
    closes ends the order of a point: nothing farther is ever its nearest. Places of equal minutes all count as nearest.

    Args:
        places: (n,) of one service, the columns of `matrix`.
        matrix: minutes of the points to them.
        farthest: (I,) minutes to which people of the point are sent, below 0 where nobody lives.
        names: I names of the points, for messages.
    """  # fmt: skip
    variants: dict[tuple[int, int], dict[Nearer, str]] = {}
    for order, name in _orders(table, places, matrix, farthest, names).items():
        able = [(p, rank) for p, rank in order if _closes(table.places[p])]
        for p, first in able:
            nearer_p = frozenset(r for r, rank in order if rank < first)
            for q, second in able:
                if q != p and first <= second:
                    nearer_q = frozenset(r for r, rank in order if rank < second and r != p)
                    variants.setdefault((p, q), {}).setdefault((nearer_p, nearer_q), name)
    for (p, q), found in variants.items():
        for k, (nearer, name) in enumerate(_tightest(found)):
            _add(rows, table, (p, q), nearer, name, years, k)


def _orders(
    table: ArcTable, places: IntArray, matrix: ImpedanceMatrix, farthest: FloatArray, names: Sequence[str]
) -> dict[Order, str]:
    """The different orders in which points may lose their nearest place, each with the name of one of the points."""
    stays = np.array([_stays(table.places[p]) for p in places.tolist()], dtype=bool)
    closes = np.array([_closes(table.places[p]) for p in places.tolist()], dtype=bool)
    found: dict[Order, str] = {}
    for i in range(matrix.shape[0]):
        columns, minutes = matrix.row(i)
        near = minutes <= farthest[i]
        end = minutes[near & stays[columns]].min(initial=np.inf)
        near &= (minutes <= end) & ~stays[columns]
        columns, minutes = columns[near], minutes[near]
        if closes[columns].sum() < 2:
            continue
        rank = np.unique(minutes, return_inverse=True)[1]
        by_rank = np.lexsort((columns, rank))
        order = tuple(zip(places[columns[by_rank]].tolist(), rank[by_rank].tolist(), strict=True))
        found.setdefault(order, names[i])
    return found


def _tightest(found: dict[Nearer, str]) -> list[tuple[Nearer, str]]:
    """Without those that another implies, whose places are among theirs."""
    return [
        (one, name)
        for one, name in found.items()
        if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in found)
    ]


def _add(
    rows: Rows,
    table: ArcTable,
    pair: tuple[int, int],
    nearer: Nearer,
    name: str,
    years: Sequence[int],
    number: int,
) -> None:
    p, q = pair
    one, other = table.places[p], table.places[q]
    first_name, then_name = full_name(one), full_name(other)
    for t, year in enumerate(years):
        first = table.numbers([p], period=t, kind="close")
        if not first or (t == 0 and any(table.places[r].initial >= 0 for r in nearer[0])):
            continue
        for u in range(t + 1, len(years)):
            second = table.numbers([q], period=u, kind="close")
            if not second:
                continue
            terms = [(a, 1.0) for a in (*first, *second)]
            terms += _less(table, nearer[0], t - 1) + _less(table, nearer[1], u - 1)
            text = Row(
                f"{KEY}.{one.service}.{one.id}.{year}.{other.id}.{years[u]}{f'.{number}' if number else ''}",
                f"{first_name}{year} 年关闭后，{then_name}不在 {years[u]} 年关闭：{name}最近的一处会先后关闭两次",
                f"{first_name} closes in {year}: {then_name} does not in {years[u]}, or the nearest to {name} "
                "closes twice",
                most=1,
            )
            rows.add(text, terms)


def _less(table: ArcTable, places: Iterable[int], period: int) -> list[tuple[int, float]]:
    return [] if period < 0 else [(a, -value) for a, value in in_use(table, sorted(places), period)]


def called(place: Place) -> str:
    """Name and id."""
    return f"{place.row['name']}（{place.id}）" if place.row["name"] else place.id


def _closes(place: Place) -> bool:
    return any(arc.kind == "close" for arc in place.arcs)


def _stays(place: Place) -> bool:
    """In use in every period, whatever is decided."""
    return place.initial >= 0 and not _closes(place)
