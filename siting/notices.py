"""What every output of a run must say: synthetic data, a search cut short, overfull facilities, unverified values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from siting.case import Case
from siting.results import ServiceResult, over_capacity
from siting.solution import Status

Notice = tuple[str, str]


def notices_of(case: Case, results: Sequence[ServiceResult]) -> tuple[Notice, ...]:
    """The notices (zh, en), the weightiest first."""
    return tuple(_notices(case, results))


def _notices(case: Case, results: Sequence[ServiceResult]) -> Iterator[Notice]:
    if case.info.notice_zh or case.info.notice_en:
        yield case.info.notice_zh, case.info.notice_en
    by_clock = [r.service for r in results if r.outcome is not None and r.outcome.status is Status.TIME_LIMIT]
    if by_clock:
        zh, en = "、".join(s.name_zh for s in by_clock), ", ".join(s.name_en for s in by_clock)
        yield (
            f"{zh}：求解因到时或被手动中止而停止，再次运行或换一台电脑，方案可能不同；与最优的差距仍然有效",
            f"{en}: the search was stopped by the clock or by hand; another run or computer may give another plan, "
            "the proven gap holds all the same",
        )
    for result in results:
        if result.outcome is not None:
            yield from _overfull(result)
    unverified = sum(len(result.unverified) for result in results)
    if unverified:
        yield (
            f"有 {unverified} 项标准数值未经核实，详见所附的标准与假设",
            f"{unverified} values of the standards are not verified; see the standards and assumptions",
        )


def _overfull(result: ServiceResult) -> Iterator[Notice]:
    """A plan may send more people to a facility than it holds where its model has no limit of capacity."""
    sites = result.sites[result.sites["status"].isin(("existing", "new"))]
    over = sites[over_capacity(sites["load_after_persons"].to_numpy(), sites["capacity_persons"].to_numpy())]
    if over.empty:
        return
    use = (over["load_after_persons"] / over["capacity_persons"]).to_numpy(dtype=np.float64)
    worst = over.iloc[int(use.argmax())]
    load, capacity = (f"{worst[key]:,.0f}" for key in ("load_after_persons", "capacity_persons"))
    service, unit = result.service, result.service.capacity
    name = worst["name"] or worst["id"]
    yield (
        f"{service.name_zh}：{len(sites)} 处中有 {len(over)} 处安排的人超过规模，最满的是{name}"
        f"（{load} / {capacity} {unit.unit_zh}）；这里的“达标”只说路程，不说容得下",
        f"{service.name_en}: {len(over)} of {len(sites)} facilities are sent more people than they hold, most so "
        f"{name} ({load} / {capacity} {unit.unit_en}); within the standard is of the way alone",
    )
