"""Writes an instance as the files and words of `siting solve`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from siting.bare.reads import OPTION
from siting.instance import NO_LIMIT, Instance

ONE_NUMBER = (
    *("p", "budget", "cover_share", "backup_weight", "busy_fraction", "servers", "worst_share", "zone_spread"),
    *("envy_weight", "closures", "travel_cost", "least_difference"),
)


def table(instance: Instance) -> pd.DataFrame:
    """The matrix with its ids, NaN where there is no way."""
    dense = instance.impedance.dense()
    dense[np.isinf(dense)] = np.nan
    return pd.DataFrame(dense, index=list(instance.demand_ids), columns=list(instance.site_ids))


def write_csv(path: Path, ids: Sequence[str], columns: Mapping[str, object]) -> Path:
    frame = pd.DataFrame({"id": list(ids), **columns})
    frame.sample(frac=1, random_state=0).to_csv(path, index=False)  # any order of rows must do
    return path


def words_of(instance: Instance, folder: Path) -> list[str]:
    """The words after `siting solve --formulation NAME`; the files are written to `folder`."""
    table(instance).to_csv(folder / "matrix.csv")
    words = ["--impedance", str(folder / "matrix.csv")]
    demand = {name: getattr(instance, name) for name in ("demand", "load", "standard", "outer_standard", "future")}
    demand = {name: values for name, values in demand.items() if values is not None}
    if instance.demand_zone is not None:
        demand["zone"] = [f"z{k}" for k in instance.demand_zone]
    words += ["--demand", str(write_csv(folder / "people.csv", instance.demand_ids, demand))]
    flags = ("existing", "required", "forbidden", "closable", "relocatable", "competitor")
    numbers = ("closing_cost", "attraction", "capacity", "fixed_cost", "minimum_load", "least_points", "most_points")
    sites = {name: getattr(instance, name) for name in (*flags, *numbers)}
    sites = {name: values for name, values in sites.items() if values is not None}
    sites |= {name: sites[name].astype(int) for name in flags if name in sites}
    sites["zone"] = ["" if k < 0 else instance.zone_ids[k] for k in instance.site_zone]
    if instance.site_unit is not None:
        sites["unit"] = [instance.demand_ids[i] for i in instance.site_unit]
    words += ["--sites", str(write_csv(folder / "sites.csv", instance.site_ids, sites))]
    for name in ONE_NUMBER:
        if getattr(instance, name) is not None:
            words += [OPTION[name], str(getattr(instance, name))]
    for k, zone in enumerate(instance.zone_ids):
        if instance.zone_minimum[k]:
            words += ["--zone-minimum", f"{zone}={instance.zone_minimum[k]}"]
        if instance.zone_maximum is not None and instance.zone_maximum[k] != NO_LIMIT:
            words += ["--zone-maximum", f"{zone}={instance.zone_maximum[k]}"]
    for option, pairs in (
        ("--coverage-target", instance.coverage_targets),
        ("--ordered-weight", instance.ordered_weights),
    ):
        for first, second in pairs or ():
            words += [option, f"{first}={second}"]
    if instance.size_capacity is not None and instance.size_cost is not None:
        for size, cost in zip(instance.size_capacity.tolist(), instance.size_cost.tolist(), strict=True):
            words += ["--size", f"{size!r}={cost!r}"]
    if instance.decay is not None:
        words += ["--decay", f"{instance.decay.form}:{instance.decay.parameter}"]
    if instance.adjacency is not None:
        first, second = instance.adjacency.arcs()
        points = np.array(instance.demand_ids)
        pd.DataFrame({"a": points[first], "b": points[second]}).to_csv(folder / "touch.csv", index=False)
        words += ["--adjacency", str(folder / "touch.csv")]
    if instance.site_impedance is not None:
        between = pd.DataFrame(instance.site_impedance.dense(), index=instance.site_ids, columns=instance.site_ids)
        between.to_csv(folder / "between.csv")
        words += ["--site-impedance", str(folder / "between.csv")]
    for k, best in enumerate(() if instance.future_best is None else instance.future_best.tolist()):
        words += ["--future-best", f"{k}={best}"]
    for plan in instance.excluded or ():
        words += ["--exclude", ",".join(np.array(instance.site_ids)[plan])]
    return words
