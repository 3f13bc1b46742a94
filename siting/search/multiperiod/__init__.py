"""Multi-period location: states of sites, changes between them, split demand in every period."""

from siting.search.multiperiod.bound import PeriodBound, lagrangian_bound
from siting.search.multiperiod.problem import Changes, MultiPeriodProblem
from siting.search.multiperiod.transport import PeriodTransport

__all__ = ["Changes", "MultiPeriodProblem", "PeriodBound", "PeriodTransport", "lagrangian_bound"]
