"""服务片区的连续性: catchments that lie in several pieces, and the villages that a facility serves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siting.impedance import IntArray
from siting.layout.result import Course
from siting.layout.tables.columns import ID, NAME, SERVICE, TOWNSHIP, WHEN, YEAR
from siting.layout.tables.facts import EDUCATION, Facts
from siting.layout.tables.flows import NOWHERE
from siting.layout.tables.naming import with_courses, with_places
from siting.layout.tables.units import villages_of
from siting.render.cells import touching
from siting.render.columns import Column, Sheet, make_sheet

NAMED = 12  # villages told in a cell
COLUMNS = ("when", "service", "period", "place", "pieces", "persons", "apart", "villages")


def goers_of(facts: Facts, course: Course) -> pd.DataFrame:
    """Where most people of each point go, as the map's catchments have it.

    Returns:
        service, period, point, place (numbers; `NOWHERE`), persons (all of the point who need the service).
    """
    people, keys = course.people, ["service", "period", "point"]
    pairs = facts.pairs(course)[[*keys, "place", "persons"]]
    left = people["persons"] - people["placed"]
    nowhere = people.loc[left > 1e-9 * people["persons"], keys].assign(place=NOWHERE, persons=left)
    each = pd.concat([pairs, nowhere]).groupby([*keys, "place"], sort=True)["persons"].sum().reset_index()
    whole = each.groupby(keys)["persons"].transform("sum")
    most = each.sort_values("persons", kind="stable").drop_duplicates(keys, keep="last").sort_index()
    return most.assign(persons=whole).astype(dict.fromkeys([*keys, "place"], np.int64)).reset_index(drop=True)


def pieces(place: IntArray, needed: IntArray, pairs: IntArray, areas: int) -> IntArray:
    """The piece of the catchment of its place to which each entry belongs.

    Areas of one place that touch are one piece; so are those between which only areas lie where nobody needs the
    service.

    Args:
        place: (E,) number of the place of each entry.
        needed: (E,) its area; two places may have people in one area.
        pairs: (M, 2) areas that touch.
        areas: how many areas there are.

    Returns:
        (E,) numbers that two entries share if they are of one piece of one place.
    """
    empty = np.ones(areas, dtype=bool)
    empty[needed] = False
    links = pairs[empty[pairs].all(axis=1)]
    _, lake = connected_components(
        coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(areas, areas)), directed=False
    )
    area = np.where(empty, areas + lake, np.arange(areas))  # empty land that hangs together is one area
    both_ways = np.concatenate([pairs, pairs[:, ::-1]])
    nodes = pd.DataFrame({"place": place, "area": area[needed]})
    shore = pd.DataFrame({"needed": both_ways[:, 0], "area": area[both_ways[:, 1]]})[empty[both_ways[:, 1]]]
    own = pd.DataFrame({"place": place, "needed": needed}).merge(shore, on="needed")
    found = pd.concat([nodes, own[["place", "area"]]]).drop_duplicates().reset_index(drop=True)
    found["node"] = np.arange(len(found))
    steps = pd.DataFrame({"area": area[both_ways[:, 0]], "next": area[both_ways[:, 1]]}).drop_duplicates()
    edges = found.merge(steps, on="area").merge(
        found.rename(columns={"area": "next", "node": "to"}), on=["place", "next"]
    )
    graph = coo_array((np.ones(len(edges)), (edges["node"], edges["to"])), shape=(len(found), len(found)))
    _, label = connected_components(graph, directed=False)
    node = nodes.merge(found, on=["place", "area"], how="left")["node"].to_numpy(dtype=np.int64)
    of_entry: IntArray = label[node].astype(np.int64)
    return of_entry


def pieces_of(facts: Facts) -> pd.DataFrame:
    """Every school that people go to, by course and period, with the pieces of its catchment.

    Returns:
        `COLUMNS`: numbers of service, period and place; pieces; persons of all of them; apart, the persons of all but
        the piece of most people, and the villages there.
    """
    points = facts.plan.posed.case.demand
    _, area = np.unique(points[["lon", "lat"]].to_numpy(dtype=np.float64), axis=0, return_inverse=True)
    areas = int(area.max(initial=-1)) + 1
    pairs = np.unique(np.sort(area[touching(facts.cells)], axis=1), axis=0) if areas else np.zeros((0, 2), np.int64)
    schools = [
        s for s, part in enumerate(facts.plan.posed.parts) if part.service.id in EDUCATION and part.plan.count_people
    ]
    village, rows = np.array(villages_of(points), dtype=object), []
    for when, course in facts.courses:
        goers = goers_of(facts, course)
        goers = goers[goers["service"].isin(schools)]
        for (s, t), part in goers.groupby(["service", "period"], sort=True):
            at = part["point"].to_numpy(dtype=np.int64)
            own = part.assign(
                village=village[at], piece=pieces(part["place"].to_numpy(dtype=np.int64), area[at], pairs, areas)
            )
            for p, mine in own[own["place"] != NOWHERE].groupby("place", sort=True):
                rows.append((when, s, t, p, *_told(mine)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _told(mine: pd.DataFrame) -> tuple[int, float, float, str]:
    """Pieces, persons, persons apart and their villages of one place."""
    sizes = mine.groupby("piece")["persons"].sum()
    rest = mine[mine["piece"] != sizes.idxmax()]
    return len(sizes), float(sizes.sum()), float(sizes.sum() - sizes.max()), village_text(rest)


def village_text(goers: pd.DataFrame) -> str:
    """The villages (column `village`) by persons, the first `NAMED` of them by name."""
    persons = goers.groupby("village", sort=False)["persons"].sum().sort_values(ascending=False, kind="stable")
    more = len(persons) - NAMED
    return "、".join(persons.index[:NAMED]) + (f" 等 {len(persons)} 个 and {more} more" if more > 0 else "")


def villages_today(facts: Facts, places: Sequence[int]) -> list[str]:
    """The villages most of whose people at some point go to each of these places in the first period, if nothing is
    done."""
    goers = goers_of(facts, facts.plan.before)
    first = goers[(goers["period"] == 0) & goers["place"].isin(places)]
    village = np.array(villages_of(facts.plan.posed.case.demand), dtype=object)
    named = first.assign(village=village[first["point"].to_numpy(dtype=np.int64)])
    told = {p: village_text(mine) for p, mine in named.groupby("place")}
    return [told.get(p, "") for p in places]


def fragments(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """The schools of `pieces_of` whose catchment lies in more than one piece."""
    found = frame[frame["pieces"] > 1].sort_values(
        ["service", "period", "when", "apart"], ascending=[True, True, True, False], kind="stable"
    )
    table = with_courses(facts, with_places(facts, found))
    columns = (
        SERVICE, YEAR, WHEN, ID, NAME, TOWNSHIP,
        Column("pieces", "片数", "Pieces", "count", 8),
        Column("persons", "片区内学生（人）", "Pupils of the catchment", "persons", 14),
        Column("apart", "其中不在最大一片（人）", "Of them not in the largest piece", "persons", 15),
        Column("villages", "这些学生所在的村（社区）", "Their villages", width=50),
    )  # fmt: skip
    notes = (
        (
            "每个居民点算作多数学生所去的学校，土地按最近的居民点划分（与地图“服务片区”相同）；有共同边界的为一片，"
            "只有角相接的不算，中间只隔着没有学生的地方的算一片。最大一片：学生最多的一片。",
            "Every point counts for the school to which most of its pupils go, land is shared out by the nearest point,"
            " as the catchments of the map; areas with a common border are one piece, a common corner is none, and land"
            " without pupils does not part them. The largest piece is that of most pupils.",
        ),
        (
            "片区由容量和路程安排得出，不是法定学区；划定学区时可据此调整。",
            "These catchments follow from capacity and travel and are no legal districts; they show what districts"
            " would have to settle.",
        ),
    )
    return make_sheet("fragments", ("不连续的片区", "Catchments in pieces"), columns, table, notes)
