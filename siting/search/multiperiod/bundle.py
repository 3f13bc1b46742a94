"""The whole programme of a multi-period problem over merged points: changes, flows of groups, and all rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.changes import Changes
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.merge import Merged
from siting.solving.linear import Relaxed

TRIVIAL = 1e-12


@dataclass(frozen=True, eq=False)
class Flows:
    """What sending each group of points somewhere costs.

    Attributes:
        group, cell: (F,) group and cell (period P G + place) of each flow, by group, the cheapest first.
        cost: (F,) of the whole group, less that of leaving it out.
        load: (N,) of each group; left_out: (N,) cost of leaving it out.
        period, block: (N,).
    """

    group: IntArray
    cell: IntArray
    cost: FloatArray
    load: FloatArray
    left_out: FloatArray
    period: IntArray
    block: IntArray


def flows_of(
    posed: Posed,
    merged: Merged,
    block: IntArray,
    today: BoolArray,
    *,
    nearest: int,
    today_nearest: int,
    points: BoolArray | None = None,
) -> Flows:
    """The flows of each group to its cheapest cells.

    Args:
        block: (I,) block of each point.
        today: (P G,) places in use today, of which each group keeps some.
        nearest, today_nearest: how many cells a group keeps, of all and of those in use today.
        points: (I,) whose groups are to have flows; None: all.
    """
    problem = posed.problem
    load, period = problem.pairs.load, problem.period
    places = posed.initial.size
    point = np.repeat(np.arange(load.size), np.diff(posed.starts))
    pair = np.arange(point.size) if points is None else np.flatnonzero(points[point])
    point = point[pair]
    gain = load[point] * (posed.each[pair] - posed.left_out[point])
    kept = gain < -TRIVIAL
    point, gain = point[kept], gain[kept]
    cell = period[point] * places + posed.place[pair[kept]]
    key = merged.group[point] * (places * problem.periods) + cell
    known, number = np.unique(key, return_inverse=True)
    total = np.bincount(number, weights=gain)
    group, cell = np.divmod(known, places * problem.periods)
    order = np.lexsort((total, group))
    group, cell, total = group[order], cell[order], total[order]
    used = today[cell % places]
    keep = _rank(group) < nearest
    old = np.flatnonzero(used)
    keep[old[_rank(group[old]) < today_nearest]] = True
    first = np.full(merged.size, -1, dtype=np.int64)
    first[merged.group[::-1]] = np.arange(load.size)[::-1]
    return Flows(
        group[keep],
        cell[keep],
        total[keep].astype(np.float64),
        np.bincount(merged.group, weights=load, minlength=merged.size).astype(np.float64),
        np.bincount(merged.group, weights=load * posed.left_out, minlength=merged.size).astype(np.float64),
        period[first],
        block[first],
    )


def fewer(flows: Flows, made: Bundle, relaxed: Relaxed, *, most: int, nearest: int) -> Flows:
    """Of each group the flows that the relaxation of a programme finds best, and the cheapest.

    Args:
        most: by reduced cost; nearest: by cost.
    """
    begin = made.changes.size + made.cells.size
    group = flows.group[made.flows]
    order = np.lexsort((relaxed.reduced[begin:], group))
    keep = _rank(group) < nearest
    keep[order[_rank(group[order]) < most]] = True
    kept = made.flows[keep]
    return replace(flows, group=flows.group[kept], cell=flows.cell[kept], cost=flows.cost[kept])


def _rank(group: IntArray) -> IntArray:
    """Of each entry its place among those of its group, which stand together."""
    change = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if group.size else np.zeros(0, dtype=np.int64)
    length = np.diff(np.r_[change, group.size])
    rank: IntArray = np.arange(group.size) - np.repeat(change, length)
    return rank


@dataclass(frozen=True, eq=False)
class Bundle:
    """A programme and where its parts lie: changes first, then whether cells are in use, then flows (shares).

    Attributes:
        changes: (A',) numbers of the changes in the instance.
        cells: (U,) cells that have a column, ascending.
        flows: (F',) numbers of the flows.
        assign, link, rows: rows of "nobody is assigned twice" by group, of "only to cells in use" by flow, and of
            the rows over changes.
        groups: (N',) groups that have flows.
        room: rows of capacities; room_cells: the cell (period P G + place G + kind) of each.
    """

    program: Program
    changes: IntArray
    cells: IntArray
    flows: IntArray
    assign: slice
    link: slice
    rows: slice
    groups: IntArray
    room: slice
    room_cells: IntArray

    def flags(self, values: FloatArray, count: int) -> BoolArray:
        """(A,) changes taken, of `count`."""
        taken = np.zeros(count, dtype=bool)
        taken[self.changes[values[: self.changes.size] > 0.5]] = True
        return taken


def bundle(
    posed: Posed,
    changes: Changes,
    flows: Flows,
    chosen: BoolArray,
    rows: IntArray,
    least: FloatArray,
    most: FloatArray,
) -> Bundle:
    """The programme of some places with these rows.

    Args:
        chosen: (P,) places.
        rows: (R',) numbers of rows over changes; least, most: (R',) their bounds.
    """
    G, P = posed.kinds, changes.places
    number = np.flatnonzero(chosen[changes.place])
    A = number.size
    column = np.full(changes.count, -1, dtype=np.int64)
    column[number] = np.arange(A)
    head = changes.head[number]
    used = np.flatnonzero(head >= 0)
    site = changes.period[number] * P + changes.place[number]  # of each change, as a cell of places without kinds
    cells = np.unique(site[used])
    place_of_cell = np.full(changes.periods * P, -1, dtype=np.int64)
    place_of_cell[cells] = np.arange(cells.size)
    flat = flows.cell // (P * G) * P + flows.cell % (P * G) // G
    kept = np.flatnonzero(place_of_cell[flat] >= 0)
    flat, group, load = flat[kept], flows.group[kept], flows.load[flows.group[kept]]
    U, F = cells.size, kept.size
    parts = _Parts(A + U + F)
    leave, enter, nodes = changes.nodes
    last = changes.places + (changes.periods - 1) * (changes.states + changes.places)
    right = np.zeros(nodes)
    right[: changes.places] = 1.0
    stays = enter[number] < last
    touched = np.unique(np.r_[leave[number], enter[number][stays]])
    where = np.searchsorted(touched, leave[number]), np.searchsorted(touched, enter[number][stays])
    parts.add(
        np.r_[where[0], where[1]], np.r_[np.arange(A), np.arange(A)[stays]],
        np.r_[np.ones(A), -np.ones(int(stays.sum()))], right[touched], right[touched],
    )  # fmt: skip
    mine = place_of_cell[site[used]]
    parts.add(
        np.r_[np.arange(U), mine], np.r_[A + np.arange(U), used], np.r_[np.ones(U), -np.ones(used.size)],
        np.zeros(U), np.zeros(U),
    )  # fmt: skip
    groups = np.unique(group)
    assign = parts.add(np.searchsorted(groups, group), A + U + np.arange(F), np.ones(F), None, np.ones(groups.size))
    link = parts.add(
        np.r_[np.arange(F), np.arange(F)], np.r_[A + U + np.arange(F), A + place_of_cell[flat]],
        np.r_[np.ones(F), -np.ones(F)], None, np.zeros(F),
    )  # fmt: skip
    room, room_cells = _room(parts, posed, changes, flows, kept, load, number, used, A + U)
    matrix = changes.rows[rows][:, number].tocoo()
    parted = parts.add(matrix.row.astype(np.int64), matrix.col.astype(np.int64), matrix.data, least, most)
    program = parts.program(
        np.r_[changes.cost[number], np.zeros(U), flows.cost[kept]],
        float(flows.left_out[np.isin(flows.block, np.unique(flows.block[groups]))].sum()),
        np.ones(A + U + F),
        np.r_[np.ones(A, dtype=bool), np.zeros(U + F, dtype=bool)],
    )
    return Bundle(program, number, cells, kept, assign, link, parted, groups, room, room_cells)


def _room(
    parts: _Parts, posed: Posed, changes: Changes, flows: Flows, kept: IntArray, load: FloatArray, number: IntArray,
    used: IntArray, begin: int,
) -> tuple[slice, IntArray]:  # fmt: skip
    """Capacity and least use of each place, for each kind on its own."""
    G, P = posed.kinds, changes.places
    own = flows.cell[kept]
    cells, place = np.unique(own, return_inverse=True)
    people = np.bincount(place, weights=load)
    head = changes.head[number[used]]
    base = changes.period[number[used]] * (P * G) + changes.place[number[used]] * G
    table = changes.capacity[:, None]
    if changes.kind_capacity is not None and G > 1:
        table = np.minimum(changes.kind_capacity, table)
    limited = np.zeros(cells.size, dtype=bool)
    rows, columns, values = [place], [begin + np.arange(own.size)], [load]
    for g in range(G):
        at = np.minimum(np.searchsorted(cells, base + g), cells.size - 1) if cells.size else np.zeros(0, dtype=np.int64)
        there = np.flatnonzero(cells[at] == base + g) if cells.size else np.zeros(0, dtype=np.int64)
        held = table[head[there], min(g, table.shape[1] - 1)]
        limited[at[there][np.isfinite(held)]] = True
        rows.append(at[there])
        columns.append(used[there])
        values.append(-np.where(np.isfinite(held), held, people[at[there]]))
    row, column, value = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    place_of = np.cumsum(limited) - 1
    keep = limited[row]
    room_made = parts.add(place_of[row[keep]], column[keep], value[keep], None, np.zeros(int(limited.sum())))
    least = changes.minimum[head]
    if (least > 0).any():
        asked = np.unique(base[least > 0] // G)  # periods and places, whatever the kind
        flow = np.flatnonzero(np.isin(own // G, asked))
        mine = np.flatnonzero(least > 0)
        parts.add(
            np.r_[np.searchsorted(asked, own[flow] // G), np.searchsorted(asked, base[mine] // G)],
            np.r_[begin + flow, used[mine]], np.r_[load[flow], -least[mine]], np.zeros(asked.size), None,
        )  # fmt: skip
    return room_made, cells[limited]


class _Parts:
    """Rows as they are gathered."""

    def __init__(self, width: int) -> None:
        self.width, self.count = width, 0
        self._row: list[IntArray] = []
        self._column: list[IntArray] = []
        self._value: list[FloatArray] = []
        self._lower: list[FloatArray] = []
        self._upper: list[FloatArray] = []

    def add(
        self, row: IntArray, column: IntArray, value: FloatArray, lower: FloatArray | None, upper: FloatArray | None
    ) -> slice:
        """Rows numbered from 0; None: no bound."""
        given = lower if lower is not None else upper
        assert given is not None
        size = given.size
        self._row.append(row + self.count)
        self._column.append(column)
        self._value.append(value)
        self._lower.append(np.full(size, -np.inf) if lower is None else lower)
        self._upper.append(np.full(size, np.inf) if upper is None else upper)
        self.count += size
        return slice(self.count - size, self.count)

    def program(self, cost: FloatArray, offset: float, upper: FloatArray, whole: BoolArray) -> Program:
        """The programme of all rows."""
        data = (np.concatenate(self._value), (np.concatenate(self._row), np.concatenate(self._column)))
        return Program(
            cost=cost,
            offset=offset,
            maximise=False,
            lower=np.zeros(self.width),
            upper=upper,
            whole=whole,
            matrix=csr_array(coo_array(data, shape=(self.count, self.width))),
            row_lower=np.concatenate(self._lower),
            row_upper=np.concatenate(self._upper),
        )
