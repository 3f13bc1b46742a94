"""People by age and place -> demand for a service."""

from __future__ import annotations

import numpy as np

from siting.case import Case
from siting.errors import Faults
from siting.impedance import FloatArray
from siting.standards import Service, age_range

OLDEST = 200  # stands for "no upper end", as in `standards.age_range`


def ages_in_service(case: Case, service: Service) -> list[str]:
    """The case's age columns that lie within the service's ages.

    Raises:
        InputError: when an age column lies across an end of the service's ages, or none lies within.
    """
    first, last = service.demand.from_age, OLDEST if service.demand.to_age is None else service.demand.to_age
    faults = Faults(case.folder / "demand.csv")
    inside = []
    for name in case.age_columns:
        low, high = age_range(name) or (0, 0)
        if first <= low and high <= last:
            inside.append(name)
        elif low <= last and high >= first:
            faults.add(
                f"{service.name_zh}服务 {_ages(first, last)} 岁，该年龄列跨在界线两侧",
                f"{service.name_en} serves ages {_ages(first, last)}; the column lies across that limit",
                remedy_zh="请把这一列按年龄界线拆成两列",
                remedy_en="split the column at that age",
                row=1,
                column=name,
            )
    if not inside and not faults:
        faults.add(
            f"没有 {_ages(first, last)} 岁的年龄列（{service.name_zh}）",
            f"there is no age column within {_ages(first, last)} ({service.name_en})",
            row=1,
        )
    faults.raise_if_any()
    return inside


def demand_for(case: Case, service: Service) -> FloatArray:
    """(I,) persons at each demand point who need the service.

    Where the standard has rates by age, columns are split into single years as in a projection (`siting.people`).

    Raises:
        InputError: as `ages_in_service`, or when nobody needs the service.
    """
    columns = ages_in_service(case, service)
    if service.demand.by_age:
        from siting.people.of_case import persons_now  # slow imports, needed here only
        from siting.people.over_time import rates_by_age

        people = persons_now(case, rates_by_age(service.demand))
    else:
        people = np.asarray(case.demand[columns].sum(axis=1), dtype=np.float64) * service.demand.rate.value
    if people.sum() <= 0:
        faults = Faults(case.folder / "demand.csv")
        faults.add(f"没有人需要{service.name_zh}", f"nobody needs {service.name_en}", column=", ".join(columns))
        faults.raise_if_any()
    return people


def _ages(first: int, last: int) -> str:
    return f"{first}+" if last >= OLDEST else f"{first}-{last}"
