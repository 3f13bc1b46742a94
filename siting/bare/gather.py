"""From the files of a question to fields of an instance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.bare import words
from siting.bare.cells import CellFaults, Kind
from siting.bare.fact_tables import Contract, read_facts, read_pairs, unknown_id
from siting.bare.facts import Facts
from siting.bare.files import read_matrix
from siting.bare.given import Given
from siting.bare.matrix import NO_ID, Matrix
from siting.errors import Faults, InputError, nearest_word
from siting.impedance import BoolArray, IntArray
from siting.instance.adjacency import Adjacency

DEMAND_NUMBERS = ("demand", "load", "standard", "outer_standard")
SITE_FLAGS = ("existing", "required", "forbidden", "closable", "relocatable", "competitor")
SITE_NUMBERS = (
    *("closing_cost", "attraction", "capacity", "fixed_cost", "minimum_load"),
    *("least_points", "most_points"),
)
DEMAND_COLUMNS = ("id", *DEMAND_NUMBERS, "zone", "future")
SITE_COLUMNS = ("id", *SITE_FLAGS, *SITE_NUMBERS, "zone", "unit")
EMPTY_MEANS = {"capacity": np.inf, "most_points": np.inf}
NOT_SQUARE = Kind(
    "地点之间的矩阵，行与列须是同样的地点",
    "a matrix between sites must have the same sites as rows and as columns",
    "请补上缺少的行或列",
    "add the row or column that is missing",
)


@dataclass(frozen=True)
class Files:
    """The files of a question."""

    impedance: Path
    demand: Path | None = None
    capacity: Path | None = None
    fixed_cost: Path | None = None
    sites: Path | None = None
    adjacency: Path | None = None
    site_impedance: Path | None = None


@dataclass(frozen=True)
class Zones:
    """What is said of zones and of futures, which files and words name alike."""

    minimum: Sequence[str] = ()
    maximum: Sequence[str] = ()
    future_best: Sequence[str] = ()


def take_files(files: Files, matrix: Matrix, given: Given, zones: Zones) -> None:
    """Read every table beside the matrix into `given`; faults are noted there."""
    for name, array in matrix.arrays.items():
        if name == "demand" or given.wants(name, files.impedance):
            given.put(name, array.astype(bool) if name in SITE_FLAGS else array, f"{files.impedance.name} [{name}]")
    demand = _table(files.demand, _demand_contract(matrix), given)
    if demand is not None:
        _take_numbers(DEMAND_NUMBERS, demand, given)
        _take_futures(demand, zones, given)
    for path, columns in ((files.capacity, ("capacity", "minimum_load")), (files.fixed_cost, ("fixed_cost",))):
        facts = _table(path, _site_contract(matrix, ("id", *columns), columns[0]), given)
        if facts is not None:
            _take_numbers(columns, facts, given)
    sites = _table(files.sites, _site_contract(matrix, SITE_COLUMNS), given)
    if sites is not None:
        _take_flags(sites, given)
        _take_numbers(SITE_NUMBERS, sites, given)
    _take_zones(demand, sites, zones, given)
    _take_units(sites, matrix, given)
    if files.adjacency is not None:
        _take_adjacency(files.adjacency, matrix, given)
    _take_site_impedance(files, matrix, given)


def excluded_plans(plans: Sequence[str], site_ids: Sequence[str], option: str, faults: Faults) -> tuple[BoolArray, ...]:
    """The plans that must not come again, each given as ids with commas between."""
    index = {key: k for k, key in enumerate(site_ids)}
    masks = []
    for plan in plans:
        mask = np.zeros(len(site_ids), dtype=bool)
        for key in (part.strip() for part in plan.replace("，", ",").split(",")):
            if key in index:
                mask[index[key]] = True
            else:
                _add(faults, unknown_id(key, site_ids), column=option, value=key)
        masks.append(mask)
    return tuple(masks)


def _demand_contract(matrix: Matrix) -> Contract:
    return Contract("demand", matrix.demand_ids, matrix.site_ids, DEMAND_COLUMNS, "demand", DEMAND_COLUMNS[1:])


def _site_contract(matrix: Matrix, columns: tuple[str, ...], value: str = "") -> Contract:
    return Contract("site", matrix.site_ids, matrix.demand_ids, columns, value, (*SITE_NUMBERS, "unit"))


def _table(path: Path | None, contract: Contract, given: Given) -> Facts | None:
    if path is None:
        return None
    try:
        return read_facts(path, contract, given.faults, given.notes)
    except InputError as error:
        given.faults.items.extend(error.faults)
        return None


def _take_numbers(names: Sequence[str], facts: Facts, given: Given) -> None:
    for name in names:
        if name in facts and (name == "demand" or given.wants(name, facts.path)):
            local = Faults(facts.path)
            values = facts.numbers(name, local, empty=EMPTY_MEANS.get(name))
            given.faults.extend(local)
            given.put(name, values, f"{facts.path.name} [{name}]")


def _take_flags(facts: Facts, given: Given) -> None:
    for name in SITE_FLAGS:
        if name not in facts:
            continue
        local = Faults(facts.path)
        mask = facts.flags(name, local)
        given.faults.extend(local)
        source = f"{facts.path.name} [{name}]"
        if mask.any() and not given.reads(name):
            given.refuse([name], source)
        elif mask.any():
            given.put(name, mask, source)


def _take_futures(facts: Facts, zones: Zones, given: Given) -> None:
    if "future" not in facts or not given.wants("future", facts.path):
        return
    names = facts.texts("future")
    order = {name: k for k, name in enumerate(dict.fromkeys(names))}
    given.put("future", np.array([order[name] for name in names]), f"{facts.path.name} [future]")
    if zones.future_best:
        best = words.read_values(zones.future_best, "--future-best", given.faults)
        _check_names(best, order, "future", "--future-best", given.faults)
        for name in [name for name in order if name not in best]:
            given.faults.add(
                "缺少这种情景的最优值",
                "the best objective of this future is missing",
                remedy_zh=f"例如 --future-best {name}=1200",
                remedy_en=f"for example --future-best {name}=1200",
                column="--future-best",
                value=name,
            )
        given.put("future_best", np.array([best.get(name, 0.0) for name in order]), "--future-best")


def _take_zones(demand: Facts | None, sites: Facts | None, zones: Zones, given: Given) -> None:
    least = words.read_counts(zones.minimum, "--zone-minimum", given.faults)
    most = words.read_counts(zones.maximum, "--zone-maximum", given.faults)
    of_sites = sites.texts("zone") if sites is not None and "zone" in sites else []
    of_demand: list[str] = []
    if demand is not None and "zone" in demand and given.reads("demand_zone"):
        of_demand = demand.texts("zone")
    if (least or most) and not of_sites:
        given.faults.add(
            "给出了片区的上下限，但不知道各地点属于哪个片区",
            "bounds are given for zones, but not in which zone each site lies",
            remedy_zh="请在 --sites 的文件中给出 zone 列",
            remedy_en="give the column zone in the file of --sites",
            column="--zone-minimum" if least else "--zone-maximum",
        )
    elif least or most:
        _check_names(least, of_sites, "zone", "--zone-minimum", given.faults)
        _check_names(most, of_sites, "zone", "--zone-maximum", given.faults)
    least |= {name: 0 for name in of_demand if name and name not in least}
    order = {name: k for k, name in enumerate(dict.fromkeys([*filter(None, of_sites), *least, *most]))}
    if of_sites:
        given.put("site_zone", [name or None for name in of_sites], "--sites [zone]")
    if least:
        given.put("zone_minimum", least, "--zone-minimum")
    if most:
        given.put("zone_maximum", most, "--zone-maximum")
    if of_demand:
        given.put("demand_zone", np.array([order.get(name, -1) for name in of_demand]), "--demand [zone]")


def _check_names(said: Iterable[str], known: Iterable[str], what: str, option: str, faults: Faults) -> None:
    names = [name for name in dict.fromkeys(known) if name]
    zh = {"zone": "片区", "future": "情景"}[what]
    for name in said:
        if name not in names:
            close = nearest_word(name, names)
            faults.add(
                f"没有这个{zh}",
                f"there is no such {what}",
                remedy_zh=f"是否想写“{close}”？" if close else f"已有：{'、'.join(names[:20])}",
                remedy_en=f"did you mean {close!r}?" if close else f"there are {', '.join(names[:20])}",
                column=option,
                value=name,
            )


def _take_units(sites: Facts | None, matrix: Matrix, given: Given) -> None:
    index = {key: k for k, key in enumerate(matrix.demand_ids)}
    if sites is not None and "unit" in sites:
        if not given.wants("site_unit", sites.path):
            return
        local = Faults(sites.path)
        cells = CellFaults(local)
        for row, key in zip(sites.rows, sites.cells["unit"], strict=True):
            if key not in index:
                cells.add(unknown_id(key, matrix.demand_ids) if key else NO_ID, row=row, column="unit", value=key)
        cells.close()
        given.faults.extend(local)
        units = [index.get(key, -1) for key in sites.texts("unit")]
        given.put("site_unit", np.array(units, dtype=np.int64), f"{sites.path.name} [unit]")
    elif given.reads("site_unit") and all(key in index for key in matrix.site_ids):
        given.put("site_unit", np.array([index[key] for key in matrix.site_ids], dtype=np.int64), "--impedance")
        given.notes.add(
            "地点编号就是需求点编号：每个地点视为位于同名的需求点",
            "the ids of the sites are ids of demand points: each site is taken to lie in its own",
        )


def _take_adjacency(path: Path, matrix: Matrix, given: Given) -> None:
    if not given.reads("adjacency"):
        return
    try:
        first, second = read_pairs(path, matrix.demand_ids, given.faults, given.notes)
    except InputError as error:
        given.faults.items.extend(error.faults)
        return
    given.put("adjacency", Adjacency.from_pairs(first, second, len(matrix.demand_ids)), "--adjacency")


def _take_site_impedance(files: Files, matrix: Matrix, given: Given) -> None:
    """The matrix between sites: a file of its own, or the matrix itself where its rows are the sites."""
    if not given.reads("site_impedance"):
        return
    between, path = matrix, files.impedance
    if files.site_impedance is not None:
        path = files.site_impedance
        try:
            between = read_matrix(path, matrix.impedance.unit, given.notes)
        except InputError as error:
            given.faults.items.extend(error.faults)
            return
    faults = Faults(path)
    cells = CellFaults(faults)
    order: dict[str, IntArray] = {}
    for name, ids in (("row", between.demand_ids), ("column", between.site_ids)):
        index = {key: k for k, key in enumerate(ids)}
        for key in [key for key in matrix.site_ids if key not in index]:
            cells.add(NOT_SQUARE, row=None, column=name, value=key)
        known = set(matrix.site_ids)
        for key in [key for key in ids if key not in known]:
            cells.add(NOT_SQUARE, row=None, column=name, value=key)
        order[name] = np.array([index.get(key, 0) for key in matrix.site_ids], dtype=np.int64)
    cells.close()
    given.faults.extend(faults)
    if not faults:
        given.put("site_impedance", between.impedance.select(order["row"], order["column"]), path.name)


def _add(faults: Faults, kind: Kind, *, column: str, value: str) -> None:
    faults.add(kind.zh, kind.en, remedy_zh=kind.remedy_zh, remedy_en=kind.remedy_en, column=column, value=value)
