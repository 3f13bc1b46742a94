"""Many-to-many searches on random graphs against SciPy's Dijkstra, by each engine, from either side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from siting.errors import InputError
from siting.impedance import ImpedanceMatrix
from siting.machine import memory_left
from siting.network import search
from siting.network.approach import Approach
from siting.network.dijkstra import Searcher
from siting.network.hierarchy import Hierarchy
from siting.network.hung import DECIMALS_MIN, round_down
from siting.network.modes import sparse_minutes
from siting.network.search import Engine, Task, many_to_many
from siting.network.sweep import Sweeper

ENGINES: dict[str, Callable[[Task], Engine]] = {
    "dijkstra": lambda task: Searcher.to(task.arcs, task.vertex_count, task.targets),
    "hierarchy": lambda task: sweeper(task),
}


def sweeper(task: Task) -> Sweeper:
    hierarchy = Hierarchy.of(*task.arcs, task.vertex_count)
    assert hierarchy is not None
    return Sweeper.to(hierarchy, task.targets)


def by(engine: str, task: Task, threads: int = 1) -> ImpedanceMatrix:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "engine_for", ENGINES[engine])
        return many_to_many(task, threads=threads)


def expected(task: Task) -> np.ndarray:
    """(k, l) by SciPy, every vertex a source."""
    full = dijkstra(sparse_minutes(*task.arcs, task.vertex_count))
    a, b = task.sources, task.targets
    result = np.full((a.count, b.count), np.inf)
    for from_, from_min in ((a.u, a.u_min), (a.v, a.v_min)):
        for to, to_min in ((b.u, b.u_min), (b.v, b.v_min)):
            result = np.minimum(result, from_min[:, None] + full[np.ix_(from_, to)] + to_min)
    np.minimum.at(result, task.beside[:2], task.beside[2])
    result = np.round(result, DECIMALS_MIN)
    return np.where(result <= task.cutoff_min, result, np.inf)


def drawn(rng: np.random.Generator, *, exact: bool = True) -> Task:
    """One-ways, loops, parallel arcs, arcs of no length, islands; ends closed to some points; ties by the dozen."""

    def minutes(size: int, closed: float = 0.0) -> np.ndarray:
        drawn = rng.integers(0, 9, size) / 4 if exact else rng.gamma(1.0, 2.0, size)
        return np.where(rng.random(size) < closed, np.inf, drawn)

    def points(count: int) -> Approach:
        u, v = rng.integers(0, n, (2, count))
        return Approach(np.arange(count), u, v, minutes(count, 0.2), minutes(count, 0.2))

    if rng.random() < 0.5:
        n = int(rng.integers(1, 60))
        tail, head = rng.integers(0, n, (2, int(rng.integers(0, 3 * n))))
    else:  # streets, some of them one-way
        side = int(rng.integers(2, 13))
        n = side * side
        at = np.arange(n).reshape(side, side)
        tail = np.concatenate([at[:, 1:].ravel(), at[:, :-1].ravel(), at[1:].ravel(), at[:-1].ravel()])
        head = np.concatenate([at[:, :-1].ravel(), at[:, 1:].ravel(), at[:-1].ravel(), at[1:].ravel()])
        kept = rng.random(tail.size) < 0.8
        tail, head = tail[kept], head[kept]
    sources, targets = points(int(rng.integers(1, 30))), points(int(rng.integers(1, 30)))
    few = int(rng.integers(0, 9))
    beside = rng.integers(0, sources.count, few), rng.integers(0, targets.count, few), minutes(few, 0.2)
    cutoff = float(rng.choice([0.25, 1.0, 2.5, 6.0, np.inf]))
    return Task((tail, head, minutes(tail.size)), n, sources, targets, beside, cutoff)


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.sampled_from(sorted(ENGINES)), st.integers(1, 3))
def test_every_engine_finds_what_scipy_finds(seed: int, engine: str, threads: int) -> None:
    task = drawn(np.random.default_rng(seed))
    found = by(engine, task, threads)
    np.testing.assert_array_equal(found.dense(), expected(task))
    assert (found.values.dtype, found.indices.dtype) == (np.float32, np.int32)
    assert all(np.all(np.diff(found.row(i)[0]) > 0) for i in range(found.shape[0]))


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_engines_sides_and_threads_agree_on_uneven_minutes(seed: int) -> None:
    task = drawn(np.random.default_rng(seed), exact=False)
    first = by("dijkstra", task).dense()
    np.testing.assert_array_equal(first, by("hierarchy", task, 2).dense())
    np.testing.assert_array_equal(first, by("hierarchy", task.turned()).dense().T)
    np.testing.assert_allclose(by("dijkstra", task).widened(DECIMALS_MIN).dense(), expected(task), atol=1.01e-4)


def grid(side: int, rng: np.random.Generator, points: int, cutoff_min: float) -> Task:
    at = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([at[:, 1:].ravel(), at[:, :-1].ravel(), at[1:].ravel(), at[:-1].ravel()])
    head = np.concatenate([at[:, :-1].ravel(), at[:, 1:].ravel(), at[:-1].ravel(), at[1:].ravel()])
    minutes = rng.integers(1, 9, tail.size) / 8
    u = rng.integers(0, at.size, (2, points))
    none = np.zeros(points)
    sources, targets = (Approach(np.arange(points), u[k], u[k], none, none) for k in (0, 1))
    empty = np.zeros(0, dtype=np.int64)
    return Task((tail, head, minutes), at.size, sources, targets, (empty, empty, np.zeros(0)), cutoff_min)


@pytest.mark.parametrize("cutoff_min", [0.5, 3.0, 10.0, np.inf])
def test_a_town_of_streets(cutoff_min: float) -> None:
    """Large enough for sweeps to pass whole subtrees over."""
    task = grid(50, np.random.default_rng(1), 300, cutoff_min)
    np.testing.assert_array_equal(by("hierarchy", task).dense(), expected(task))


def test_little_work_needs_no_hierarchy_and_much_does() -> None:
    rng = np.random.default_rng(2)
    assert isinstance(search.engine_for(grid(50, rng, 300, np.inf)), Sweeper)
    assert isinstance(search.engine_for(grid(50, rng, 300, 0.5)), Searcher)
    assert isinstance(search.engine_for(grid(50, rng, 5, np.inf)), Searcher)


def test_a_network_that_does_not_contract_is_searched_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siting.network.hierarchy.MOST_NEIGHBOURS", 3)
    task = grid(30, np.random.default_rng(3), 100, np.inf)
    assert Hierarchy.of(*task.arcs, task.vertex_count) is None
    assert isinstance(search.engine_for(task), Searcher)
    np.testing.assert_array_equal(many_to_many(task).dense(), expected(task))


def test_arcs_of_a_hierarchy_are_of_quickest_ways() -> None:
    task = grid(12, np.random.default_rng(4), 1, np.inf)
    hierarchy = Hierarchy.of(*task.arcs, task.vertex_count)
    assert hierarchy is not None
    by_number = np.argsort(hierarchy.number)
    full = dijkstra(sparse_minutes(*task.arcs, task.vertex_count))[np.ix_(by_number, by_number)]
    for arcs, there in ((hierarchy.up, full), (hierarchy.down, full.T)):
        low = np.repeat(np.arange(task.vertex_count), np.diff(arcs.start))
        assert (arcs.above > low).all()
        np.testing.assert_array_equal(arcs.minutes, there[low, arcs.above])
    assert hierarchy.up.above.size < hierarchy.above.size


@given(st.floats(0, 1e4))
def test_what_is_within_a_standard_in_decimals_is_within_it_as_stored(minutes: float) -> None:
    kept = round(minutes, DECIMALS_MIN)
    stored = round_down(kept)
    assert float(stored) <= kept < float(np.nextafter(np.float32(stored), np.float32(np.inf)))
    one = ImpedanceMatrix.compact(np.array([0, 1]), np.array([0], np.int32), np.array([stored], np.float32), (1, 1))
    if kept <= 8 * 60:
        assert one.widened(DECIMALS_MIN).values[0] == kept


def test_a_matrix_that_would_not_fit_is_refused_and_the_memory_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    task = grid(30, np.random.default_rng(5), 200, 2.0)
    assert many_to_many(task, say=lambda zh, en, *_, **__: said.append(en)).pair_count < 10_000
    assert said[0] == "at most 40,000 pairs, which need at most 0.6 MB of memory"
    # All pairs would not fit; those within two minutes do.
    monkeypatch.setattr(memory_left, "available_bytes", lambda: 400_000)
    assert many_to_many(task, say=lambda zh, en, *_, **__: said.append(en)).pair_count < 10_000
    assert any(text.startswith("about ") for text in said)
    monkeypatch.setattr(memory_left, "available_bytes", lambda: 2_000)
    with pytest.raises(InputError, match="max_travel_minutes"):
        many_to_many(task)
    monkeypatch.setattr(memory_left, "available_bytes", lambda: None)
    assert many_to_many(task).pair_count > 0
