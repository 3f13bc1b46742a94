"""Single-source location as programmes for the solver: by pairs, and by columns (sets that a site can hold)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import block_array, coo_array, csr_array

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.program import Program
from siting.search.single_source.task import Task


@dataclass(frozen=True, eq=False)
class PairProgram:
    """Minimise sum c_ij x_ij + sum f_j y_j over x, y binary.

    Attributes:
        program: its columns are the pairs (i, j), then the sites.
        links: (rows,) the rows x_ij <= y_j, which may be held back.
    """

    program: Program
    links: BoolArray
    i: IntArray
    j: IntArray
    sites: IntArray

    @classmethod
    def of(cls, task: Task) -> PairProgram:
        """The whole task."""
        sites = np.flatnonzero(task.may)
        place = np.full(task.may.size, -1, dtype=np.int64)
        place[sites] = np.arange(sites.size)
        i, j = np.nonzero(np.isfinite(task.cost) & task.may)
        n, pairs, m = task.weight.size, i.size, sites.size
        k = np.arange(pairs)
        limited = np.flatnonzero(task.room[sites] < task.weight.sum())
        ones = np.ones(pairs)
        everybody = coo_array((ones, (i, k)), shape=(n, pairs))
        loads = coo_array((task.weight[i], (place[j], k)), shape=(m, pairs)).tocsr()[limited]
        room = coo_array((-task.room[sites][limited], (np.arange(limited.size), limited)), shape=(limited.size, m))
        links = coo_array((ones, (k, k)), shape=(pairs, pairs))
        to_site = coo_array((-ones, (k, place[j])), shape=(pairs, m))
        on_sites, least, most = _on_sites(task, sites)
        blocks: Any = [[everybody, None], [loads, room], [links, to_site], [None, csr_array(on_sites)]]
        endless = np.full(limited.size + pairs, -np.inf)
        zero = np.zeros(limited.size + pairs)
        program = Program(
            cost=np.r_[task.cost[i, j], task.site_cost[sites]],
            offset=0.0,
            maximise=False,
            lower=np.r_[np.zeros(pairs), task.must[sites].astype(float)],
            upper=np.ones(pairs + m),
            whole=np.ones(pairs + m, dtype=bool),
            matrix=csr_array(block_array(blocks)),
            row_lower=np.r_[np.ones(n), endless, least],
            row_upper=np.r_[np.ones(n), zero, most],
        )
        held = np.zeros(program.row_lower.size, dtype=bool)
        held[n + limited.size : n + limited.size + pairs] = True
        return cls(program, held, i, j, sites)

    def holds(self, opened: BoolArray, site: IntArray) -> bool:
        """Whether the programme has room for a plan: all its pairs and sites are there."""
        used = int((site[self.i] == self.j).sum())
        there = np.zeros(opened.size, dtype=bool)
        there[self.sites] = True
        return used == site.size and not (opened & ~there).any()

    def values(self, opened: BoolArray, site: IntArray) -> FloatArray:
        """(columns,) a plan as a solution."""
        return np.concatenate([site[self.i] == self.j, opened[self.sites]]).astype(np.float64)

    def plan(self, values: FloatArray, task: Task) -> tuple[BoolArray, IntArray]:
        """Open sites (J,) and the site of each demand point (I,)."""
        used = values[: self.i.size] > 0.5
        site = np.full(task.weight.size, -1, dtype=np.int64)
        site[self.i[used]] = self.j[used]
        opened = np.zeros(task.may.size, dtype=bool)
        opened[self.sites[values[self.i.size :] > 0.5]] = True
        return opened, site


def _on_sites(task: Task, sites: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Conditions on the sites `sites`: (rows, sites) coefficients, least and most."""
    rows, least, most = task.rows[:, sites], task.least, task.most
    if task.count is not None:
        rows = np.vstack([rows, task.new[sites].astype(float)])
        least, most = np.r_[least, float(task.count)], np.r_[most, float(task.count)]
    return rows, least, most


def sites_program(task: Task, value: FloatArray) -> tuple[IntArray, Program]:
    """The sites that may open, and: which of them, with room for everybody, have the least sum of `value` (J,)."""
    sites = np.flatnonzero(task.may)
    rows, least, most = _on_sites(task, sites)
    program = Program(
        cost=value[sites],
        offset=0.0,
        maximise=False,
        lower=task.must[sites].astype(float),
        upper=np.ones(sites.size),
        whole=np.ones(sites.size, dtype=bool),
        matrix=csr_array(np.vstack([rows, task.room[sites]])),
        row_lower=np.r_[least, task.weight.sum()],
        row_upper=np.r_[most, np.inf],
    )
    return sites, program
