"""The table `triggers`: how many people live in a zone when each place opens there."""

from __future__ import annotations

from siting.layout.result import Course
from siting.layout.triggers import triggers
from siting.render.columns import Column, Sheet, make_sheet

KINDS = {"open": "新建 new", "grow": "扩建 grows"}
OPENS = {"within": "附设 inside another", "reuse": "改建 converted"}  # by where it opens
COLUMNS = (
    Column("service", "服务", "Service", width=24),
    Column("id", "编号", "Id", width=12),
    Column("name", "名称", "Name", width=28),
    Column("zone", "分区", "Zone", width=20),
    Column("year", "启用", "In use from", "year", 10),
    Column("kind", "变化", "Change", width=12),
    Column("persons", "新增容量（人）", "Places added (persons)", "persons", 14),
    Column("places_before", "分区内已有容量（人）", "Places of the zone before (persons)", "persons", 18),
    Column("demand", "当年需求（人）", "Demand in that year (persons)", "persons", 16),
    Column("residents", "当年常住人口（人）", "Residents in that year (persons)", "persons", 18),
    Column("in_new_housing", "其中住在新建住宅（人）", "Of them in new housing (persons)", "persons", 18),
    Column("trigger_residents", "触发人口（人）", "Trigger population (persons)", "persons", 16),
    Column("trigger_year", "需求超过已有容量的年份", "Year in which demand passes the places", "year", 18),
)
NOTES = (
    (
        "触发人口：按当年每名居民的需求，分区常住人口达到此数，已有容量用满，就需要这一处。同期同区有几处的，大的先计。",
        "Trigger population: the residents at which, with the demand a resident has in that year, the places there are"
        " full and this one is needed. Of several in a zone and period the larger count first.",
    ),
    (
        "年份为空：规划期内本区需求不超过本区已有容量，新建是为了就近、达标，或为区外的人。容量为空：没有上限。",
        "No year: the zone's demand stays within its places; the new one shortens ways or serves people from elsewhere."
        " No places before: no limit.",
    ),
)


def trigger_sheet(course: Course) -> Sheet | None:
    """One row a place that opens or grows; None where nothing does."""
    found = triggers(course)
    if found.empty:
        return None
    posed = course.posed
    services = [f"{part.service.name_zh} {part.service.name_en}" for part in posed.parts]
    zones = {str(key): f"{row['name_zh']} {row['name_en']}" for key, row in posed.case.zones.iterrows()}
    frame = found.assign(
        service=[services[s] for s in found["service"]],
        id=[posed.places[p].id for p in found["place"]],
        name=[posed.places[p].row["name"] for p in found["place"]],
        zone=[zones[z] for z in found["zone"]],
        year=[course.years[t] for t in found["period"]],
        kind=[
            OPENS.get(posed.places[p].origin, KINDS[kind]) if kind == "open" else KINDS[kind]
            for p, kind in zip(found["place"], found["kind"], strict=True)
        ],
        places_before=found["places_before"].where(found["places_before"] < float("inf")),
    )
    return make_sheet("triggers", ("开办时的人口", "People at each opening"), COLUMNS, frame, NOTES)
