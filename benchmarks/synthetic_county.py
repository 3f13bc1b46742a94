"""A county that is invented for measuring, of any number of demand points: like Shengzhou in shape, random in detail.

    python benchmarks/synthetic_county.py FOLDER --demand 10000

About 42 km across, 675,000 people; for each of three services 130 facilities and 150 candidate sites, as in the shipped
case; 3.3 road nodes and 4 road sections a demand point. The same seed gives the same county.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from siting.cases.write_case import write_table

WEST, SOUTH, WIDTH_DEG, HEIGHT_DEG = 120.5, 29.3, 0.434, 0.378  # 42 km each way at this latitude
PEOPLE = 675_000
TOWNS = 15
NODES_PER_POINT, EXTRA_SECTIONS = 3.3, 0.22
SERVICES = ("primary_school", "health_station", "elderly_care_station")
FACILITIES, CANDIDATES = 130, 150  # of each service
AGES = {
    "age_0_2": 0.02,
    "age_3_5": 0.03,
    "age_6_11": 0.06,
    "age_12_14": 0.03,
    "age_15_59": 0.60,
    "age_60_64": 0.07,
    "age_65_79": 0.15,
    "age_80_plus": 0.04,
}
CASE = """\
schema = 1
id = "{name}"
name_zh = "测速县 {name}"
name_en = "Made-up county {name}"
projected_crs = "EPSG:4549"
synthetic = true
notice_zh = "为测速而虚构的县"
notice_en = "a county invented for measuring"
"""
SCENARIO = """\
schema = 1
id = "three_services"
title_zh = "三项服务"
title_en = "Three services"
case = ".."

[solver]
node_limit = 50
time_limit_s = {time_limit_s}

[[services]]
service = "primary_school"
formulation = "{schools}"
new = 8
max_travel_minutes = 45
out_of_reach = "list"

[[services]]
service = "health_station"
formulation = "maximal_covering"
new = 12

[[services]]
service = "elderly_care_station"
formulation = "maximal_covering"
budget_yuan = 45_000_000
"""


@dataclass(frozen=True)
class Places:
    """Points in 0..1 x 0..1, and to which zone each belongs (0: the urban core)."""

    x: np.ndarray
    y: np.ndarray
    zone: np.ndarray

    @property
    def lon(self) -> np.ndarray:
        return WEST + WIDTH_DEG * self.x

    @property
    def lat(self) -> np.ndarray:
        return SOUTH + HEIGHT_DEG * self.y


def write_county(
    folder: Path,
    *,
    demand: int,
    seed: int = 0,
    name: str = "made_up",
    schools: str = "capacitated_p_median",
    time_limit_s: float = 60,
) -> Path:
    """Write the case and its scenario; returns the scenario's file."""
    rng = np.random.default_rng([seed, demand])
    folder.mkdir(parents=True, exist_ok=True)
    centres = rng.random((TOWNS, 2)) * 0.8 + 0.1
    points = places(rng, centres, demand)
    persons = rng.lognormal(0, 0.8, demand)
    persons *= PEOPLE / persons.sum()
    (folder / "case.toml").write_text(CASE.format(name=name), encoding="utf-8")
    rows = [
        [
            f"d{i}",
            f"村 {i}",
            f"{lon:.6f}",
            f"{lat:.6f}",
            f"z{zone}",
            f"镇{zone}",
            f"村 {i}",
            *(f"{n:.3f}" for n in ages),
        ]
        for i, (lon, lat, zone, ages) in enumerate(
            zip(points.lon, points.lat, points.zone, np.outer(persons, list(AGES.values())), strict=True)
        )
    ]
    write_table(folder / "demand.csv", ["id", "name", "lon", "lat", "zone", "township", "village", *AGES], rows)
    write_sites(folder, rng, points, persons)
    zones = [[f"z{k}", f"片区{k}", f"Zone {k}", "urban" if k == 0 else "rural"] for k in range(TOWNS)]
    write_table(folder / "zones.csv", ["id", "name_zh", "name_en", "kind"], zones)
    write_roads(folder / "roads.osm.pbf", rng, places(rng, centres, int(NODES_PER_POINT * demand)))
    path = folder / "scenarios" / "three_services.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(SCENARIO.format(schools=schools, time_limit_s=time_limit_s), encoding="utf-8")
    return path


def places(rng: np.random.Generator, centres: np.ndarray, count: int) -> Places:
    """Half of them around the towns' centres, a third of these in the core; the others anywhere."""
    share = np.r_[0.3, np.full(TOWNS - 1, 0.7 / (TOWNS - 1))]
    town = rng.choice(TOWNS, count, p=share)
    spread = np.where(town == 0, 0.05, 0.03)[:, None]
    at = centres[town] + spread * rng.standard_normal((count, 2))
    anywhere = rng.random(count) < 0.5
    at[anywhere] = rng.random((anywhere.sum(), 2))
    at = np.clip(at, 0, 1)
    zone = cKDTree(centres).query(at)[1]
    far = np.hypot(*(at - centres[0]).T) > 0.06
    zone = np.where((zone == 0) & far, 1, zone)
    return Places(at[:, 0], at[:, 1], zone)


def write_sites(folder: Path, rng: np.random.Generator, points: Places, persons: np.ndarray) -> None:
    """Facilities and candidates beside demand points; a school has a little more room than those nearest to it need."""
    facilities, candidates = [], []
    at = np.column_stack((points.x, points.y))
    for service in SERVICES:
        chosen = rng.choice(points.x.size, FACILITIES + CANDIDATES, replace=points.x.size < FACILITIES + CANDIDATES)
        lon, lat = (
            points.lon[chosen] + rng.normal(0, 4e-4, chosen.size),
            points.lat[chosen] + rng.normal(0, 4e-4, chosen.size),
        )
        nearest = cKDTree(at[chosen[:FACILITIES]]).query(at)[1]
        load = np.bincount(nearest, weights=persons * AGES["age_6_11"], minlength=FACILITIES)
        for k, i in enumerate(chosen):
            place = [f"{service}_{k}", f"{service} {k}"]
            where = [f"{lon[k]:.6f}", f"{lat[k]:.6f}", f"z{points.zone[i]}", f"镇{points.zone[i]}"]
            if k < FACILITIES:
                room = f"{1.05 * load[k] + 30:.0f}" if service == "primary_school" else ""
                facilities.append([*place, service, *where, room])
            else:
                candidates.append([*place, *where, "", service])
    head = ["lon", "lat", "zone", "township"]
    write_table(folder / "facilities.csv", ["id", "name", "service", *head, "capacity"], facilities)
    write_table(folder / "candidates.csv", ["id", "name", *head, "land", "services"], candidates)


def write_roads(path: Path, rng: np.random.Generator, nodes: Places) -> None:
    """A tree that joins all nodes by the shortest sections, with some more short ones beside it."""
    at = np.column_stack((nodes.x, nodes.y))
    corners = Delaunay(at).simplices
    pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    length = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T) + 1e-9
    tree = minimum_spanning_tree(coo_array((length, pairs.T), shape=(len(at), len(at))).tocsr()).tocoo()
    chosen = set(zip(np.minimum(tree.row, tree.col).tolist(), np.maximum(tree.row, tree.col).tolist(), strict=True))
    by_length = pairs[np.argsort(length * rng.lognormal(0, 0.7, length.size))]
    for u, v in by_length.tolist():
        if len(chosen) >= len(at) * (1 + EXTRA_SECTIONS):
            break
        chosen.add((u, v))
    kinds = rng.choice(["residential", "unclassified", "tertiary", "secondary"], len(chosen), p=[0.4, 0.3, 0.2, 0.1])
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for k, (lon, lat) in enumerate(zip(nodes.lon.tolist(), nodes.lat.tolist(), strict=True), start=1):
            writer.add_node(osmium.osm.mutable.Node(id=k, version=1, location=(lon, lat)))
        for k, ((u, v), kind) in enumerate(zip(sorted(chosen), kinds.tolist(), strict=True), start=1):
            writer.add_way(osmium.osm.mutable.Way(id=k, version=1, nodes=[u + 1, v + 1], tags={"highway": kind}))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--demand", type=int, default=4000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--name", default="made_up")
    arguments.add_argument("--schools", default="capacitated_p_median", help="location model of the schools")
    arguments.add_argument("--time-limit", type=float, default=60)
    options = arguments.parse_args()
    how = {"seed": options.seed, "name": options.name, "schools": options.schools, "time_limit_s": options.time_limit}
    print(write_county(options.folder, demand=options.demand, **how))


if __name__ == "__main__":
    main()
