r"""Exact search for uncapacitated location: p-median, fixed-charge location, and all their conditions on sites.

    minimise  sum_j price_j y_j + sum_i (weight_i x value of i's nearest open site),  y in SiteRules

and of all models that are such sums: gradual cover and attendance, in which a demand point may reach no site at a cost,
and envy.

A plan is the set of its open sites, since everybody goes to the nearest. Interchange finds a good one, a Lagrangian
bound says how good, reduced costs settle sites, and branch and bound on the same Lagrangian closes the rest. All of it
works on the near pairs of each demand point; what lists leave out is bounded by their `cap`, so that every bound holds
for the whole question.

For use by a coordinating problem (several services or periods that share a budget or sites), on bare arrays:

- `MedianProblem(Pairs(indptr, site, value, weight), price, rules)`; `problem.priced(other)` charges other prices for
  opening and keeps what is known of the pairs; `replace(problem, rules=rules.fixed(must, may))` fixes sites.
- `interchange(problem, opened)`: a plan that no move improves.
- `lagrangian_bound(problem, must=..., may=..., mu=...)`: a bound under prices and fixings, with multipliers from which
  the next one begins and the reduced cost of each site.
- `benders_cut(problem, y)`: the cut that assignment makes at whole or fractional y.
- `solve(problem, options)`: plan and proof.

`search_median` and `knows` are the same for an `Instance`. `search_worst` bounds the mean of the worst-off and the
regret by medians of other weights.
"""

from siting.search.median.adapter import knows, median_problem, search_median, with_costs
from siting.search.median.lists import Pairs
from siting.search.median.parts import LagrangianBound, benders_cut, interchange, lagrangian_bound
from siting.search.median.problem import MedianProblem
from siting.search.median.solve import MedianAnswer, solve
from siting.search.median.worst import WORST, search_worst

__all__ = [
    "WORST",
    "LagrangianBound",
    "MedianAnswer",
    "MedianProblem",
    "Pairs",
    "benders_cut",
    "interchange",
    "knows",
    "lagrangian_bound",
    "median_problem",
    "search_median",
    "search_worst",
    "solve",
    "with_costs",
]
