"""A small coverage problem as a mixed-integer programme, for what branching has left."""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from siting.formulation.program import Program
from siting.impedance import IntArray
from siting.search.covering.problem import CoverageProblem


def as_program(problem: CoverageProblem) -> tuple[Program, IntArray]:
    """The programme over the free sites, then what each class that need not be covered lacks; and the columns' sites.

    The sets must hold free sites only, as `restrict` leaves them.

    Source: Church and ReVelle (1974), Papers of the Regional Science Association 32, in terms of the uncovered.
    """
    rules, sets = problem.rules, problem.sets
    sites = np.flatnonzero(rules.free)
    place = np.full(problem.price.size, -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    assert rules.free[sets.indices].all()
    cover = csr_array((np.ones(sets.indices.size), place[sets.indices], sets.indptr), shape=(sets.size, sites.size))
    soft = np.flatnonzero(~problem.hard)
    lack = csr_array((np.ones(soft.size), (soft, np.arange(soft.size))), shape=(sets.size, soft.size))
    fixed = rules.matrix @ rules.must
    own = csr_array(rules.matrix[:, sites])
    beside = csr_array((own.shape[0], soft.size))
    whole = rules.program(problem.price)
    zeros, ones = np.zeros(sites.size + soft.size), np.ones(sites.size)
    program = Program(
        cost=np.concatenate([problem.price[sites], problem.weight[soft]]),
        offset=problem.constant + float(problem.price[rules.must].sum()),
        maximise=False,
        lower=zeros,
        upper=np.concatenate([ones, problem.target[soft].astype(np.float64)]),
        whole=np.concatenate([ones > 0, np.zeros(soft.size, dtype=bool)]),
        matrix=csr_array(vstack([hstack([cover, lack]), hstack([own, beside])])),
        row_lower=np.concatenate([problem.target.astype(np.float64), whole.row_lower - fixed]),
        row_upper=np.concatenate([np.full(sets.size, math.inf), whole.row_upper - fixed]),
    )
    return program, sites
