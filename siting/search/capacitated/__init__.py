"""Capacitated location with split demand: bounds, cuts, moves and branch and bound on bare arrays.

Covers the capacitated p-median, facility location with fixed costs, covering within capacities, least use of open
sites, size classes, and futures that share the open sites; with whatever `siting.search.sites` may ask of them.

    problem = CapacitatedProblem.of(rows, columns, cost, load=w, capacity=b, choice=Choice.of(rules))

- `solve(problem)`: the best plan with its shares, and a bound that no plan passes.
- `lagrangian_bound(problem, prices=, must=, may=)`: the bound of a part of the plans, warm from earlier prices. With
  `settle` it says which columns a plan below a limit must and may open.
- `assignment_cut(problem, mu)`: travel >= constant + coefficients y for every choice y of columns: a cut for a master
  problem over sites that several services or periods share.
- `Transport(problem)`: who goes where for given columns, kept optimal while columns open and close; its prices are
  the multipliers of the tightest cut there.
- `improve(problem, transport, opened)`: closings, openings and swaps.

A coordinating problem (several services or periods under one budget, or that share sites) prices columns by
`dataclasses.replace(problem, fixed=problem.fixed + prices)`, and fixes them by `must` and `may`.
"""

from siting.search.capacitated.bound import Bound, Prices, lagrangian_bound, settle
from siting.search.capacitated.choice import Choice
from siting.search.capacitated.improve import assignment_cut, improve
from siting.search.capacitated.problem import CapacitatedProblem
from siting.search.capacitated.search import Search, solve
from siting.search.capacitated.transport import Transport

__all__ = [
    "Bound",
    "CapacitatedProblem",
    "Choice",
    "Prices",
    "Search",
    "Transport",
    "assignment_cut",
    "improve",
    "lagrangian_bound",
    "settle",
    "solve",
]
