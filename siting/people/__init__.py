"""People over time: a case's people carried from the year of its data to planning years, and who needs which service.

case = load_case(find_case("shengzhou"))
people = people_over_time(case, variant="middle")
demand = demand_over_time(people, [load_service("primary_school")], [2025, 2030, 2035])
demand.services["primary_school"].total  # (3, points and plots)
"""

from siting.people.of_case import PLANNING_YEARS, PeopleOverTime, people_over_time
from siting.people.over_time import DemandOverTime, ServiceDemand, demand_over_time

__all__ = [
    "PLANNING_YEARS",
    "DemandOverTime",
    "PeopleOverTime",
    "ServiceDemand",
    "demand_over_time",
    "people_over_time",
]
