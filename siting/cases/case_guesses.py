"""What was assumed in making a case from OpenStreetMap, each with its numbers, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from siting.case import Guess
from siting.cases.osm_candidates import CORNER, PEOPLE_M, SNAP_M, Candidates
from siting.cases.osm_demand import FLOOR_M2_PER_PERSON, PLACE_PEOPLE, PLACE_REACH_M, DemandPoints
from siting.cases.osm_dwellings import Dwellings
from siting.cases.osm_facilities import SAME_NAME_M, UNNAMED_M, Facilities
from siting.cases.osm_outline import ROAD_BUFFER_M
from siting.cases.osm_places import SETTLEMENT_KIND, Places
from siting.standards import Service

NAMES_SHOWN = 12
NO_RATIO = 1e6  # above this a ratio is not worth telling: some localities have next to no buildings


def guess_people(demand: DemandPoints, *, stated: bool, total: float) -> Iterator[Guess]:
    """The number of people."""
    if stated:
        yield Guess(
            zh=f"总人口 {total:,.0f} 人由使用者给定，按下述方法分摊到各居民点",
            en=f"The population of {total:,.0f} was stated by the user and is spread over the points as below",
        )
    elif demand.basis == "places":
        yield Guess(
            zh=f"没有给定总人口：由地名点的人口标签或默认值相加，得 {total:,.0f} 人，很不可靠，请用 --population 给定",
            en=f"No population was stated: tags and defaults of the place nodes add up to {total:,.0f}, "
            "which is very unsure; state it with --population",
        )
    else:
        yield Guess(
            zh=f"没有给定总人口：按住宅建筑面积每 {FLOOR_M2_PER_PERSON:g} 平方米 1 人估计，得 {total:,.0f} 人，"
            "请用 --population 给定",
            en=f"No population was stated: one person for each {FLOOR_M2_PER_PERSON:g} m2 of residential floor "
            f"gives {total:,.0f}; state it with --population",
        )


def guess_distribution(demand: DemandPoints, dwellings: Dwellings) -> Iterator[Guess]:
    """Where they live."""
    yield {"places": _by_places, "streets": _by_streets, "buildings": _by_buildings}[demand.basis](demand, dwellings)
    if demand.unmapped:
        n = len(demand.unmapped)
        defaults = ", ".join(f"{kind} {PLACE_PEOPLE[kind]:,.0f}" for kind in SETTLEMENT_KIND if kind in PLACE_PEOPLE)
        yield Guess(
            zh=f"{n} 处居民地附近没有已测绘的住宅或街道，为免遗漏，按人口标签或类型默认值（{defaults}）计在地名点上："
            f"{_listed(demand.unmapped, '、')}",
            en=f"Settlements without mapped homes or streets nearby: {n}; so that none is forgotten, each counts at "
            f"its place node with its population tag or by type ({defaults}): {_listed(demand.unmapped, ', ')}",
        )
    if demand.basis != "places":
        yield from _guess_buildings(dwellings)


def _by_places(demand: DemandPoints, dwellings: Dwellings) -> Guess:
    defaults = ", ".join(f"{kind} {people:,.0f}" for kind, people in PLACE_PEOPLE.items())
    village, town = PLACE_REACH_M["village"], PLACE_REACH_M["town"]
    return Guess(
        zh=f"住宅建筑太少（{dwellings.counts['dwellings']} 栋），人口按地名点分配：{demand.untagged_places} 处没有"
        f"可用的人口标签，按类型取默认值（{defaults}）；每处人口沿其周围街道（村 {village:g} 米、镇 {town:g} 米以内）"
        f"分摊，共 {len(demand.people)} 个点",
        en=f"There are too few residential buildings ({dwellings.counts['dwellings']}): people are shared out among "
        f"place nodes; {demand.untagged_places} without a usable population tag count by type ({defaults}); each "
        f"place's people are spread over the streets around it (village {village:g} m, town {town:g} m), "
        f"{len(demand.people)} points in all",
    )


def _by_streets(demand: DemandPoints, _: Dwellings) -> Guess:
    known = demand.unevenness < NO_RATIO
    ratio_zh = f"（每米街道的建筑基底面积相差 {demand.unevenness:.1f} 倍）" if known else ""
    ratio_en = f" (footprint per metre of street differs {demand.unevenness:.1f} times)" if known else ""
    mostly_zh = f"，其中 {len(demand.by_streets)} 处以沿街道分配为主：{_listed(demand.by_streets, '、')}"
    mostly_en = f"; mostly over streets in {len(demand.by_streets)}: {_listed(demand.by_streets, ', ')}"
    return Guess(
        zh=f"各地住宅建筑的测绘程度相差很大{ratio_zh}，因此各居民地之间按街道长度分配人口；居民地内部按住宅建筑面积分配，"
        f"建筑密度低于中位数的按差额沿街道分配{mostly_zh if demand.by_streets else ''}；"
        f"共 {len(demand.people)} 个点（{demand.cell_m:g} 米格网）",
        en=f"Buildings are mapped very unevenly{ratio_en}: people are shared out among localities by length of "
        "streets, within one by residential floor area, and over its streets as far as it has fewer buildings than "
        f"the median{mostly_en if demand.by_streets else ''}; {len(demand.people)} points in all "
        f"(cells of {demand.cell_m:g} m)",
    )


def _by_buildings(demand: DemandPoints, _: Dwellings) -> Guess:
    return Guess(
        zh=f"人口按住宅建筑面积（基底面积×层数）分配，并入 {demand.cell_m:g} 米格网，共 {len(demand.people)} 个点",
        en="People are shared out by residential floor area (footprint times storeys) in cells of "
        f"{demand.cell_m:g} m, {len(demand.people)} points in all",
    )


def _guess_buildings(dwellings: Dwellings) -> Iterator[Guess]:
    c = dwellings.counts
    untagged = c["dwellings"] - c["levels_tagged"]
    levels = ", ".join(f"{name} {value:g}" for name, value in dwellings.levels_used.items())
    yield Guess(
        zh=f"{c['buildings']:,} 栋建筑中 {c['dwellings']:,} 栋算作住宅：{c['typed']:,} 栋有住宅类型，"
        f"{c['untyped']:,} 栋类型不明（building=yes）视为住宅；类型不明者中排除：另有用途 {c['other_use']:,} 栋、"
        f"位于非居住用地 {c['other_ground']:,} 栋、过小或过大 {c['other_size']:,} 栋",
        en=f"{c['dwellings']:,} of {c['buildings']:,} buildings count as residential: {c['typed']:,} by their type and "
        f"{c['untyped']:,} of unknown type (building=yes); left out of the latter: {c['other_use']:,} with another "
        f"use, {c['other_ground']:,} on non-residential ground, {c['other_size']:,} too small or too large",
    )
    if untagged:
        yield Guess(
            zh=f"{c['dwellings']:,} 栋住宅中 {untagged:,} 栋没有层数，按类型取：{levels}",
            en=f"{untagged:,} of {c['dwellings']:,} residential buildings have no storeys tag; taken by type: {levels}",
        )


def guess_ages(ages: Mapping[str, float], *, default: bool) -> Iterator[Guess]:
    """How old they are."""
    bands = {name[4:].replace("_plus", "+").replace("_", "-"): share for name, share in ages.items()}
    text = ", ".join(f"{band}: {share:.2%}" for band, share in bands.items())
    if default:
        yield Guess(
            zh=f"没有本地年龄结构：各点都取 2020 年全国人口普查的比例，年龄段内均分（{text}）",
            en="No local age structure: every point has that of China's census of 2020, evenly split within its "
            f"bands ({text})",
        )
    else:
        yield Guess(
            zh=f"各点的年龄结构相同，为给定的比例（{text}）",
            en=f"Every point has the same age structure, as stated ({text})",
        )


def guess_facilities(found: Facilities, services: Sequence[Service], *, outside: int) -> Iterator[Guess]:
    """What was taken for a facility."""
    counts = {s.id: int((found.table["service"] == s.id).sum()) for s in services}
    zh = "、".join(f"{s.facility_zh} {counts[s.id]} 处" for s in services)
    en = ", ".join(f"{s.facility_en} {counts[s.id]}" for s in services)
    known = int(found.table["capacity"].notna().sum())
    yield Guess(
        zh=f"现有设施取自 OSM 标签（{zh}），可能有遗漏或已停办，请对照台账核对；"
        f"同一设施的多个对象已合并 {found.merged} 个"
        f"（同名且相距 {SAME_NAME_M:g} 米内，或无名且相距 {UNNAMED_M:g} 米内）；"
        f"只有 {known} 处有容量标签，其余视为不限容量" + (f"；范围线以外 {outside} 处未计入" if outside else ""),
        en=f"Existing facilities are what OSM tags say ({en}): some may be missing or closed, check them against a "
        f"register; {found.merged} objects were merged into another of the same facility (same name within "
        f"{SAME_NAME_M:g} m, or nameless within {UNNAMED_M:g} m); {known} have a capacity tag, the others count as "
        "unlimited" + (f"; {outside} outside the outline are not counted" if outside else ""),
    )
    if counts.get("primary_school"):
        yield Guess(
            zh="OSM 的学校标签不分学段：凡校名看不出是中学、大学等的，都算作小学",
            en="OSM tags schools of every level alike: each whose name shows no other level counts as a primary school",
        )
    if found.excluded:
        names = [name for name, _ in found.excluded]
        yield Guess(
            zh=f"{len(names)} 个对象按名称判断不属于该级别，已排除：{_listed(names, '、')}",
            en=f"Objects of another level by their names, left out: {len(names)} ({_listed(names, ', ')})",
        )


def guess_candidates(found: Candidates) -> Iterator[Guess]:
    """What may be built on."""
    land = ", ".join(f"{word} {n}" for word, n in found.by_land.items() if word != CORNER)
    corners = found.by_land.get(CORNER, 0)
    least, most = found.spacing_m
    apart = f"{least:.0f}" if least == most else f"{least:.0f}-{most:.0f}"
    yield Guess(
        zh=f"候选地址 {len(found.land)} 处只据 OSM 用地标签与道路，未核实权属、规划与坡度：地块 {land or '无'}；"
        f"路口 {corners} 处；都在居民 {PEOPLE_M:g} 米内、距路 {SNAP_M:g} 米内、不在水面，"
        f"两处至少相距 {apart} 米（居民越密越近）；未按地块大小区分可建设施",
        en=f"The {len(found.land)} candidate sites come from OSM land-use tags and roads alone; ownership, plans and "
        f"slope are unchecked: land {land or 'none'}; {corners} street corners; all within {PEOPLE_M:g} m of people "
        f"and {SNAP_M:g} m of a road, not in water, no two nearer than {apart} m (the more people the "
        "nearer); a parcel's size does not limit what may be built on it",
    )


def guess_zones(places: Places) -> Iterator[Guess]:
    """What counts as town and country."""
    yield Guess(
        zh="分区按最近的居民地类型：city 为城区，town 为镇区，village、hamlet 为乡村"
        + ("" if places.name else "；文件中没有地名点，只有一个分区"),
        en="Zones follow the nearest settlement: city is urban, town is town, village and hamlet are rural"
        + ("" if places.name else "; the file has no place nodes, so there is one zone"),
    )
    if places.township_name:
        level, n = places.township_level, len(places.township_name)
        yield Guess(
            zh=f"乡镇按 OSM 行政边界（admin_level={level}，{n} 个），其外取最近的地名",
            en=f"Townships are OSM's boundaries (admin_level={level}, {n} of them), outside them the nearest place",
        )
    elif places.name:
        kinds = ", ".join(places.township_kinds)
        yield Guess(
            zh=f"文件中没有完整的乡镇边界，乡镇名取最近的地名点（{kinds}）",
            en=f"The file has no whole township boundaries: a township is called after the nearest place ({kinds})",
        )


def guess_extent(*, cut: bool) -> Iterator[Guess]:
    """What of the roads was kept."""
    if cut:
        km = ROAD_BUFFER_M / 1000
        yield Guess(
            zh=f"道路裁到范围线外 {km:g} 公里；范围线以外的居民与设施不计",
            en=f"Roads are kept to {km:g} km beyond the outline; people and facilities outside it do not count",
        )


def _listed(names: Sequence[str], comma: str) -> str:
    parts = [name for name in dict.fromkeys(names) if name]
    more = f" ... ({len(parts)})" if len(parts) > NAMES_SHOWN else ""
    return comma.join(parts[:NAMES_SHOWN]) + more
