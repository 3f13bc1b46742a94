"""Stations and vehicles that may be busy (maximal expected covering, MEXCLP): plans, bounds and proof on bare arrays.

    problem = ExpectedProblem.of(sets, people, busy, servers, rules)

- `solve(problem)`: the best number of vehicles at each site, and a bound that no plan passes.
- `place(problem, opened)`: vehicles for given open sites, each where it brings most.
- `improve(problem, vehicles)`: a better plan by moving vehicles, opening, closing and swapping sites.
- `lagrangian_bound(problem, upper=)`: a bound with prices of sites and vehicles, and what it settles.
- `restrict(problem, must, may, least, most)`: the same question with fewer sites and vehicles left to decide.

`search_expected` puts the location model into these terms.
"""

from siting.search.expected.adapter import search_expected
from siting.search.expected.bound import Bounded, lagrangian_bound
from siting.search.expected.moves import improve, place
from siting.search.expected.problem import ExpectedProblem, restrict
from siting.search.expected.search import Solved, solve

__all__ = [
    "Bounded",
    "ExpectedProblem",
    "Solved",
    "improve",
    "lagrangian_bound",
    "place",
    "restrict",
    "search_expected",
    "solve",
]
