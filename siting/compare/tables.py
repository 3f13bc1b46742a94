"""The tables of a comparison: plans side by side, and people who gain and lose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from siting.compare.run import Run
from siting.render.columns import Column, Sheet, make_sheet

KEYS = ["service", "group", "year", "level", "unit"]
LEVELS = {"county": ("全市", "county"), "zone": ("分区", "zone"), "township": ("乡镇（街道）", "township")}
FIGURES = (
    ("need", "需要服务的人", "people who need it", "persons"),
    ("within_after", "达标的人", "people within the standard", "persons"),
    ("share_after", "达标率", "share within the standard", "share"),
    ("without_after", "没有着落的人", "people without a place", "persons"),
    ("mean_min_after", "平均分钟", "mean minutes", "minutes"),
    ("p95_min_after", "95% 分钟", "95th percentile, minutes", "minutes"),
    ("longest_min_after", "最远分钟", "longest, minutes", "minutes"),
    ("places_after", "名额", "places", "persons"),
)
STATUS = (
    ("new", "新建", "new"),
    ("expanded", "扩建", "expanded"),
    ("reduced", "缩减", "reduced"),
    ("moved", "迁建", "moved"),
    ("merged", "撤并", "merged"),
    ("closed", "关闭", "closed"),
    ("converted", "改建", "converted"),
)
LEAST_PERSONS = 0.5
UNITS = {"share": "%", "persons": "人 persons", "minutes": "分钟 min"}
VARIANT = {"low": "低 low", "middle": "中 middle", "high": "高 high"}


def sheets_of(runs: Sequence[Run]) -> tuple[Sheet, ...]:
    """The plans side by side, by year; who gains and loses against the first plan, by place and group."""
    return (_plans(runs), _years(runs), _changes(runs), _totals(runs))


def _names(run: Run, service: str) -> tuple[str, str]:
    told = run.record["services"][service]
    return str(told["name_zh"]), str(told["name_en"])


def _services(runs: Sequence[Run]) -> list[str]:
    """The services of any of the runs, in the order in which they first appear."""
    return list(dict.fromkeys(name for run in runs for name in run.record["services"]))


def _columns_of(runs: Sequence[Run], kind: str) -> list[Column]:
    return [Column(f"run{k}", run.title[0], f"{run.title[1]} ({run.id})", kind, width=18) for k, run in enumerate(runs)]


def _year_column(runs: Sequence[Run]) -> list[Column]:
    """None where the runs have one period only."""
    return [Column("year", "年份", "Year", "year")] if any(run.yearly for run in runs) else []


def _plans(runs: Sequence[Run]) -> Sheet:
    """One row a figure of the whole plan or of a service."""
    rows: list[dict[str, Any]] = []

    def add(service: str, zh: str, en: str, texts: Sequence[str]) -> None:
        rows.append({"service": service, "figure": f"{zh} {en}", **{f"run{k}": text for k, text in enumerate(texts)}})

    add("", "结论", "how sure", [f"{run.label[0]} {run.label[1]}" for run in runs])
    add("", "服务", "services", [str(len(run.record["services"])) for run in runs])
    yearly = all(run.yearly for run in runs)
    if yearly:
        add("", "人口方案", "projection of the people", [VARIANT[run.record["scenario"]["variant"]] for run in runs])
        totals = [sum(part["yuan"] for part in run.record["money"]) for run in runs]
        add("", "投资合计（元）", "money, yuan", [f"{value:,.0f}" for value in totals])
    for service in _services(runs):
        having = [run.record["services"].get(service) for run in runs]
        zh, en = _names(next(run for run in runs if service in run.record["services"]), service)
        name = f"{zh} {en}"
        if not yearly:
            for figure, texts in _figures(having).items():
                add(name, *figure, texts)
            continue
        add(name, "投资（元）", "money, yuan", [_text(told, lambda t: f"{t['yuan']:,.0f}") for told in having])
        for key, label_zh, label_en in STATUS:
            counts = [None if told is None else int(told["status"].get(key, 0)) for told in having]
            if any(counts):
                add(name, label_zh, label_en, ["—" if n is None else f"{n:,}" for n in counts])
    columns = [
        Column("service", "服务", "Service", width=28), Column("figure", "项目", "Figure", width=28),
        *(Column(f"run{k}", run.title[0], f"{run.title[1]} ({run.id})", width=30) for k, run in enumerate(runs)),
    ]  # fmt: skip
    return make_sheet("plans", ("方案对比", "Plans"), columns, pd.DataFrame(rows))


def _figures(having: Sequence[dict[str, Any] | None]) -> dict[tuple[str, str], list[str]]:
    """What each run of one period tells of a service, by the figure's name."""
    told = [{(zh, en): text for zh, en, text in one["figures"]} if one is not None else {} for one in having]
    return {name: [own.get(name, "—") for own in told] for name in dict.fromkeys(key for own in told for key in own)}


def _text(told: dict[str, Any] | None, form: Any) -> str:
    return "—" if told is None else str(form(told))


def _years(runs: Sequence[Run]) -> Sheet:
    """One row a service, year and figure of the county."""
    rows = []
    for service in _services(runs):
        zh, en = _names(next(run for run in runs if service in run.record["services"]), service)
        years = sorted({int(y) for run in runs if service in run.record["services"] for y in
                        run.record["services"][service]["years"]})  # fmt: skip
        for year in years:
            for key, label_zh, label_en, kind in FIGURES:
                values = [_county(run, service, year, key) for run in runs]
                if np.isnan(values).all():
                    continue
                rows.append(
                    {
                        "service": f"{zh} {en}", "year": year, "figure": f"{label_zh} {label_en}",
                        "unit": UNITS[kind],
                        **{f"run{k}": value * (100 if kind == "share" else 1) for k, value in enumerate(values)},
                    }
                )  # fmt: skip
    columns = [
        Column("service", "服务", "Service", width=28), *_year_column(runs),
        Column("figure", "项目", "Figure", width=32), Column("unit", "单位", "Unit", width=8),
        *_columns_of(runs, "score"),
    ]  # fmt: skip
    names = ("分年对比", "By year") if _year_column(runs) else ("指标对比", "Figures")
    return make_sheet("years", names, columns, pd.DataFrame(rows))


def _county(run: Run, service: str, year: int, key: str) -> float:
    part = run.coverage
    rows = part[
        (part["service"] == service) & (part["year"] == year) & (part["level"] == "county") & (part["group"] == "all")
    ]
    return float("nan") if rows.empty or rows[key].isna().all() else float(rows[key].iloc[0])


def differences(runs: Sequence[Run]) -> pd.DataFrame:
    """People within the standard by service, group, year and unit, in each run, and against the first run.

    Columns: the keys, name, need (of the first run), run0 ... (persons within), change1 ... (more than in run 0), and
    people0 ... (who need it, which differ where the projections do).
    """
    first, *others = runs
    columns = [*KEYS, "name", "need", "within_after"]
    table = first.coverage[columns].rename(columns={"within_after": "run0", "need": "people0"})
    for k, run in enumerate(others, start=1):
        more = run.coverage[[*KEYS, "need", "within_after"]]
        table = table.merge(more.rename(columns={"within_after": f"run{k}", "need": f"people{k}"}), on=KEYS)
        table[f"change{k}"] = table[f"run{k}"] - table["run0"]
    return table.reset_index(drop=True)


def _changes(runs: Sequence[Run]) -> Sheet:
    """One row a township, service, group and year in which some gain or lose."""
    table = differences(runs)
    others = range(1, len(runs))
    moved = np.logical_or.reduce([np.abs(table[f"change{k}"].to_numpy()) >= LEAST_PERSONS for k in others])
    kept = table[moved & (table["level"] == "township")].copy()
    named = {s: " ".join(_names(next(r for r in runs if s in r.record["services"]), s)) for s in kept["service"]}
    groups = {
        (s, g["id"]): f"{g['name_zh']} {g['name_en']}" for run in runs for s, told in run.record["services"].items()
        for g in told["groups"]
    }  # fmt: skip
    kept["who"] = [groups.get((s, g), "全部 all") for s, g in zip(kept["service"], kept["group"], strict=True)]
    kept["service"] = kept["service"].map(named)
    kept = kept.sort_values(["year", "service", "change1"], kind="stable")
    columns = [
        Column("service", "服务", "Service", width=28), Column("who", "人群", "Group", width=20),
        *_year_column(runs), Column("name", "乡镇（街道）", "Township", width=18),
        *(Column(f"run{k}", f"达标人数：{run.title[0]}", f"Within: {run.id}", "persons", 16)
          for k, run in enumerate(runs)),
        *(Column(f"change{k}", f"比第一方案多：{runs[k].title[0]}", f"Against the first: {runs[k].id}", "persons", 16)
          for k in others),
    ]  # fmt: skip
    notes = [
        (
            "负数是受损的人：第一方案里达标，这个方案里不达标（人数为净值）",
            "Negative numbers are losers: within the standard by the first plan and not by this one (net persons)",
        )
    ]
    if any((table["people0"] - table[f"people{k}"]).abs().max() > LEAST_PERSONS for k in others):
        notes.append(
            (
                "各方案的人口不同，差别中也有人口的差别",
                "The plans' people differ, and the changes hold that difference too",
            )
        )
    return make_sheet("winners_losers", ("受益与受损", "Winners and losers"), columns, kept, notes)


def _totals(runs: Sequence[Run]) -> Sheet:
    """How many gain and lose in all townships, by service and year."""
    table = differences(runs)
    part = table[(table["level"] == "township") & (table["group"] == "all")]
    rows = []
    for (service, year), own in part.groupby(["service", "year"], sort=False):
        zh, en = _names(runs[0], str(service))
        for k in range(1, len(runs)):
            change = own[f"change{k}"].to_numpy(dtype=np.float64)
            rows.append(
                {
                    "service": f"{zh} {en}", "year": year, "plan": f"{runs[k].title[0]} {runs[k].title[1]}",
                    "gained": change[change > 0].sum(), "lost": -change[change < 0].sum(),
                    "townships_gaining": (change >= LEAST_PERSONS).sum(),
                    "townships_losing": (change <= -LEAST_PERSONS).sum(),
                }
            )  # fmt: skip
    columns = [
        Column("service", "服务", "Service", width=28), *_year_column(runs),
        Column("plan", "与第一方案相比", "Against the first plan", width=36),
        Column("gained", "受益人数", "People who gain", "persons"),
        Column("lost", "受损人数", "People who lose", "persons"),
        Column("townships_gaining", "受益乡镇", "Townships that gain", "count"),
        Column("townships_losing", "受损乡镇", "Townships that lose", "count"),
    ]  # fmt: skip
    return make_sheet(
        "gains_losses", ("得失合计", "Gains and losses"), columns,
        pd.DataFrame(rows, columns=["year", *(column.name for column in columns if column.name != "year")]),
    )  # fmt: skip
