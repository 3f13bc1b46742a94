"""Quickest times from many sources to many targets: the right kind of search, on all cores, as compressed rows."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.sparse import csr_array

from siting.errors import fail
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray
from siting.machine import interrupt, memory_left
from siting.machine.compiled import compiled
from siting.machine.threads import core_count
from siting.network.approach import Approach
from siting.network.dijkstra import Searcher
from siting.network.hierarchy import Hierarchy
from siting.network.hung import DECIMALS_MIN, Beside, Float32Array, Hung, Int32Array, Rows
from siting.network.sweep import LANES, Sweeper

Arcs = tuple[IntArray, IntArray, FloatArray]
BLOCK_PAIRS = 4_000_000  # 32 MB of room for each thread's rows
BYTES_A_PAIR = 16  # while the rows are put together; 8 when done
SHARE_OF_MEMORY = 0.8
# Making a hierarchy takes about as long as settling every vertex so many times by Dijkstra's algorithm.
HIERARCHY_SEARCHES = 24
FEW, SAMPLE = 8, 64  # sources to judge by: which engine, and how much memory
STATED_BYTES = 1e9  # from here on the memory is told to everybody, not only while it runs
Say = Callable[..., None]  # see `siting.events.stage`


class Engine(Protocol):
    """A kind of search to fixed targets."""

    def order(self, sources: Approach) -> IntArray:
        """The order in which the sources are best taken."""
        ...

    def hang(self, sources: Approach) -> Hung:
        """The sources, for `search`."""
        ...

    def work(self) -> Any:
        """Room for one thread."""
        ...

    def search(
        self, number: int, wanted: Int32Array, sources: Hung, beside: Beside,
        limit_min: float, cutoff_min: float, work: Any, rows: Rows,
    ) -> int:  # fmt: skip
        """Write the rows of the wanted sources; returns how many pairs they have.

        Args:
            number: above those of all searches before with this room, by at least their sources.
            limit_min: no vertex farther from its source matters.
            cutoff_min: the longest time that is kept.
        """
        ...


@dataclass(frozen=True, eq=False)
class Task:
    """What is asked: minutes from k sources to l targets on the arcs (tail, head, minutes) of V vertices.

    Attributes:
        beside: pairs that a way joins which passes no vertex: positions among sources and targets, minutes.
        cutoff_min: the longest that is kept; +inf for all.
    """

    arcs: Arcs
    vertex_count: int
    sources: Approach
    targets: Approach
    beside: tuple[IntArray, IntArray, FloatArray]
    cutoff_min: float

    @property
    def limit_min(self) -> float:
        """Vertices farther from their source lead to no target."""
        nearest = min(float(self.targets.u_min.min()), float(self.targets.v_min.min()))
        return max(0.0, self.cutoff_min + 10.0**-DECIMALS_MIN - nearest)

    def turned(self) -> Task:
        """The same pairs, from the targets to the sources on arcs turned round."""
        tail, head, minutes = self.arcs
        i, j, t = self.beside
        return Task((head, tail, minutes), self.vertex_count, self.targets, self.sources, (j, i, t), self.cutoff_min)


def many_to_many(task: Task, *, threads: int | None = None, say: Say = lambda *_, **__: None) -> ImpedanceMatrix:
    """(k, l) minutes of the pairs within the cut-off, as 32-bit floats and indices.

    Searches run from the side with fewer points. Each value is rounded to `DECIMALS_MIN` and then down to a 32-bit
    float; it does not depend on the kind of search, the side or the number of threads, but where a sum lies within
    the last bits of the middle between two decimals.

    Args:
        threads: at most so many; None: the cores.
        say: is told the memory needed before the search begins, and the share of the sources that is done.

    Raises:
        InputError: when the matrix would not fit into memory.
    """
    shape = (task.sources.count, task.targets.count)
    if min(shape) == 0:
        return ImpedanceMatrix.compact(
            np.zeros(shape[0] + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), shape
        )
    turned = shape[1] < shape[0]
    found = _rows(task.turned() if turned else task, core_count() if threads is None else threads, say)
    if not turned:
        return ImpedanceMatrix.compact(*found, shape)
    start, target, minutes = found
    if minutes.size <= np.iinfo(np.int32).max:  # else scipy widens the indices, too
        start = start.astype(np.int32)
    across = csr_array((minutes, target, start), shape=shape[::-1]).tocsc()
    indices = across.indices.astype(np.int32, copy=False)
    return ImpedanceMatrix.compact(across.indptr.astype(np.int64), indices, across.data, shape)


def engine_for(task: Task) -> Engine:
    """Dijkstra's algorithm where it settles few vertices in all, or where the network does not contract."""
    plain = Searcher.to(task.arcs, task.vertex_count, task.targets)
    enough = HIERARCHY_SEARCHES * task.vertex_count
    if task.sources.count * task.vertex_count <= enough:
        return plain
    if math.isfinite(task.cutoff_min) and _settled(task, plain) * task.sources.count <= enough:
        return plain
    hierarchy = Hierarchy.of(*task.arcs, task.vertex_count)
    return plain if hierarchy is None else Sweeper.to(hierarchy, task.targets)


def _settled(task: Task, engine: Searcher) -> float:
    """How many vertices a source reaches, on average over a few."""
    search = _Search(task, engine)
    work, rows = engine.work(), search.room(1)
    reached = 0
    for number, source in enumerate(search.spread(FEW)):
        search.run(number, source, work, rows)
        reached += int(np.count_nonzero(work.labels.fresh == number))
    return reached / FEW


def _rows(task: Task, threads: int, say: Say) -> tuple[IntArray, Int32Array, Float32Array]:
    """Row starts, columns and minutes."""
    search = _Search(task, engine_for(task))
    search.check_memory(say)
    count = task.sources.count
    size = min(BLOCK_PAIRS // task.targets.count, math.ceil(count / (4 * threads))) // LANES * LANES
    blocks = [search.order[at : at + max(size, LANES)] for at in range(0, count, max(size, LANES))]
    done = [(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))] * len(blocks)
    left = iter(range(len(blocks)))
    stop, lock, finished = threading.Event(), threading.Lock(), 0

    def work() -> None:
        nonlocal finished
        room, rows, number = search.engine.work(), search.room(blocks[0].size), 0
        for k in left:
            if stop.is_set() or interrupt.asked():
                break
            used = search.run(number, blocks[k], room, rows)
            number += blocks[k].size
            done[k] = (rows.pairs[: blocks[k].size].copy(), rows.target[:used].copy(), rows.minutes[:used].copy())
            with lock:
                finished += blocks[k].size
                say(f"{finished}/{count}", f"{finished}/{count}", finished / count)

    workers = min(threads, len(blocks))
    if workers == 1:
        work()
    else:
        with ThreadPoolExecutor(workers) as pool:
            try:
                for running in [pool.submit(work) for _ in range(workers)]:
                    running.result()
            finally:
                stop.set()
    if interrupt.asked():
        raise KeyboardInterrupt
    return _joined(blocks, done, count)


def _joined(
    blocks: list[Int32Array], done: list[tuple[IntArray, Int32Array, Float32Array]], count: int
) -> tuple[IntArray, Int32Array, Float32Array]:
    """The blocks' rows in the order of their sources; each block is let go as soon as it is copied."""
    size = np.zeros(count, dtype=np.int64)
    for block, (own, _, _) in zip(blocks, done, strict=True):
        size[block] = own
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(size, out=start[1:])
    target, minutes = np.empty(start[-1], dtype=np.int32), np.empty(start[-1], dtype=np.float32)
    for block in reversed(blocks):
        _, its_target, its_minutes = done.pop()
        _copy_rows(block, start, its_target, its_minutes, target, minutes)
    return start, target, minutes


@compiled
def _copy_rows(
    block: Int32Array, start: IntArray, from_target: Int32Array, from_min: Float32Array,
    target: Int32Array, minutes: Float32Array,
) -> None:  # fmt: skip
    at = 0
    for s in block:
        for x in range(start[s], start[s + 1]):
            target[x], minutes[x] = from_target[at], from_min[at]
            at += 1


class _Search:
    """An engine with its sources."""

    def __init__(self, task: Task, engine: Engine) -> None:
        self.task, self.engine = task, engine
        self.sources = engine.hang(task.sources)
        self.order = engine.order(task.sources).astype(np.int32)
        i, j, t = task.beside
        order = np.lexsort((j, i))
        start = np.zeros(task.sources.count + 1, dtype=np.int64)
        np.cumsum(np.bincount(i, minlength=task.sources.count), out=start[1:])
        self.beside = Beside(start, j[order].astype(np.int32), t[order])

    def room(self, rows: int) -> Rows:
        """For the rows of so many sources."""
        pairs = rows * self.task.targets.count
        return Rows(np.empty(pairs, np.int32), np.empty(pairs, np.float32), np.zeros(rows, np.int64))

    def run(self, number: int, wanted: Int32Array, work: Any, rows: Rows) -> int:
        """How many pairs the sources have, written to `rows`."""
        task = self.task
        return self.engine.search(
            number, wanted, self.sources, self.beside, task.limit_min, task.cutoff_min, work, rows
        )

    def spread(self, count: int) -> list[Int32Array]:
        """So many sources, evenly spread, each as the only wanted one."""
        at = np.linspace(0, self.order.size - 1, count).astype(np.int64)
        return [self.order[k : k + 1] for k in at]

    def check_memory(self, say: Say) -> None:
        """Say how much is needed, for all pairs or, where that is too much, for as many as a sample has.

        Raises:
            InputError: when more is needed than is left.
        """
        left = memory_left.available_bytes()
        pairs, most_zh, most_en = float(self.task.sources.count) * self.task.targets.count, "至多", "at most"
        if left is not None and pairs * BYTES_A_PAIR > SHARE_OF_MEMORY * left:
            work, rows, most_zh, most_en = self.engine.work(), self.room(1), "约", "about"
            found = sum(self.run(LANES * k, source, work, rows) for k, source in enumerate(self.spread(SAMPLE)))
            pairs = found / SAMPLE * self.task.sources.count
        need = pairs * BYTES_A_PAIR
        needed = memory_left.size_text(need)
        say(
            f"{most_zh} {pairs:,.0f} 对，计算{most_zh}需内存 {needed}",
            f"{most_en} {pairs:,.0f} pairs, which need {most_en} {needed} of memory",
            kind="note" if need >= STATED_BYTES else "progress",
        )
        if left is not None and need > SHARE_OF_MEMORY * left:
            there = memory_left.size_text(left)
            fail(
                f"出行时间矩阵约有 {pairs:,.0f} 对，计算约需内存 {needed}，本机可用 {there}，放不下",
                f"the travel times would be about {pairs:,.0f} pairs and need some {needed} of memory; "
                f"{there} are left",
                remedy_zh="请缩短最长出行时间（max_travel_minutes），或合并需求点（粗一些的网格），或减少候选点，"
                "或分片区计算，或换内存更大的电脑",
                remedy_en="shorten the longest travel time (max_travel_minutes), merge demand points (a coarser grid), "
                "name fewer candidate sites, run zone by zone, or take a computer with more memory",
                column="max_travel_minutes",
                value=self.task.cutoff_min,
            )
