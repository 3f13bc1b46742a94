"""Coverage problems: who has an open site, or two, within the standard.

Built to be called by others too, such as a plan of several services and periods that shares a budget. All on bare
arrays: a `CoverageProblem` is one service in one period.

- `lagrangian_bound(problem, multipliers=...)`: a bound, its multipliers for the next call, and prices of the sites.
  Prices of a budget that is shared enter by `replace(problem, price=...)`, sites decided elsewhere by `restrict`.
- `benders_cut(problem, y)`, `cut_of_multipliers(problem, multipliers)`: rows for a master problem over the sites.
- `improve(problem, opened)`: a better plan by opening, closing and swapping sites.
- `rise_if_changed(rules, price, chosen)`: what each site adds to the bound if it is not as the bound has it.
- `reduced(problem)`: the same question with fewer classes and sites.
- `solve(problem)`, `fewest(problem, new, allowed)`: the best plan, or the fewest facilities, with a bound.

`search_covering` puts the location models into these terms.
"""

from siting.search.covering.cut import Cut, benders_cut, cut_of_multipliers
from siting.search.covering.fewest import fewest
from siting.search.covering.fixing import rise_if_changed
from siting.search.covering.lagrangian import Bounded, lagrangian_bound
from siting.search.covering.models import search_covering
from siting.search.covering.moves import improve
from siting.search.covering.problem import CoverageProblem, Restricted, restrict
from siting.search.covering.reductions import reduced
from siting.search.covering.tree import Solved, solve

__all__ = [
    "Bounded",
    "CoverageProblem",
    "Cut",
    "Restricted",
    "Solved",
    "benders_cut",
    "cut_of_multipliers",
    "fewest",
    "improve",
    "lagrangian_bound",
    "reduced",
    "restrict",
    "rise_if_changed",
    "search_covering",
    "solve",
]
