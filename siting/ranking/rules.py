"""What a site must meet to be judged: land, zone, area, year, distance from railway and trunk road, hard limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.errors import Faults, InfeasibleError, nearest_word
from siting.impedance import BoolArray, FloatArray
from siting.ranking.alternatives import Excluded
from siting.ranking.criteria import Criterion
from siting.ranking.distances import NETWORK_NAMES, distance_m, network_of
from siting.ranking.question import RankingScenario
from siting.ranking.words import value_text
from siting.render.views import Base
from siting.sourced import Sourced
from siting.standards import Service


def check_rules(case: Case, scenario: RankingScenario, file: Path) -> None:
    """Refuse rules that name land or zones which the case does not have.

    Raises:
        InputError: with all of them.
    """
    faults = Faults(file)
    for key, words, known in (
        ("rules.land", scenario.rules.land, sorted(set(case.candidates["land"]) - {""})),
        ("rules.zones", scenario.rules.zones, list(case.zones["id"])),
    ):
        for word in words:
            if word not in known:
                close = nearest_word(word, known)
                faults.add(
                    "案例里没有",
                    "the case has none such",
                    remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}",
                    remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(known)}",
                    column=key,
                    value=word,
                )
    faults.raise_if_any()


def separations(scenario: RankingScenario, service: Service) -> dict[str, Sourced]:
    """Least metres from railway and trunk road: those of the scenario, or else of the service's standard."""
    own = scenario.rules.separation_m
    return {str(key): value for key, value in (service.separation_m if own is None else own).items()}


def excluded_by_rules(
    case: Case, scenario: RankingScenario, service: Service, sites: pd.DataFrame, base: Base
) -> list[Excluded]:
    """Each rule with the sites that it excludes; rules that exclude none are there too."""
    rules = scenario.rules
    found = []
    if rules.land:
        words = "、".join(rules.land), ", ".join(rules.land)
        found.append(_by_word("rules.land", ("用地", "land"), words, sites["land"], rules.land))
    if rules.zones:
        zh, en = (("、" if k == 0 else ", ").join(_zone(case, zone)[k] for zone in rules.zones) for k in range(2))
        names = sites["zone"].map(lambda zone: " ".join(_zone(case, zone)))
        allowed = [" ".join(_zone(case, zone)) for zone in rules.zones]
        found.append(_by_word("rules.zones", ("分区", "zone"), (zh, en), names, allowed))
    if rules.site_m2 is not None:
        area = sites["site_m2"].to_numpy(dtype=np.float64)
        found.append(_least("rules.site_m2", ("用地面积（平方米）", "area, m2"), area, rules.site_m2.value, "count"))
    if rules.available_by is not None:
        year = sites["available_from"].to_numpy(dtype=np.float64)  # empty: at once
        late = np.flatnonzero(year > rules.available_by)
        texts = tuple((int(k), f"{year[k]:.0f} 年才可用", f"free only in {year[k]:.0f}") for k in late)
        by = rules.available_by
        miss = tuple((year[late] - by).tolist())
        found.append(Excluded("rules.available_by", f"最迟 {by} 年可用", f"free by {by}", texts, miss))
    for which, least in separations(scenario, service).items():
        zh, en = NETWORK_NAMES["railway" if which == "railway" else "trunk_road"]
        metres = distance_m(case, sites, network_of(base, "railway" if which == "railway" else "trunk_road"))
        away = np.where(np.isnan(metres), np.inf, metres)  # there is nothing to keep away from
        what = f"距{zh}", f"distance from {en}"
        found.append(_least(f"rules.separation_m.{which}", what, away, least.value, "metres"))
    return found


def excluded_by_limits(criteria: Sequence[Criterion], raw: FloatArray) -> list[Excluded]:
    """Each hard limit of a criterion with the sites that it excludes.

    Args:
        criteria: K criteria.
        raw: (S, K) values of the sites that meet the rules; NaN where there is none.
    """
    found = []
    for k, criterion in enumerate(criteria):
        names, kind = (criterion.name_zh, criterion.name_en), criterion.number_kind
        if criterion.at_least is not None:
            key = f"criteria.{criterion.id}.at_least"
            found.append(_least(key, names, raw[:, k], criterion.at_least, kind))
        if criterion.at_most is not None:
            key = f"criteria.{criterion.id}.at_most"
            found.append(_least(key, names, raw[:, k], criterion.at_most, kind, most=True))
    return found


def refuse_if_none(sites: pd.DataFrame, rules: Sequence[Excluded], kept: BoolArray, file: Path) -> None:
    """Say for each rule how many sites it excludes, and what the nearest miss is, when none is left.

    Raises:
        InfeasibleError: when no site is kept.
    """
    if kept.any():
        return
    faults = Faults(file)
    times = pd.Series([row for rule in rules for row in rule.rows], dtype=np.int64).value_counts()
    for rule in rules:
        if not rule.sites:
            continue
        only = sum(times[row] == 1 for row in rule.rows)
        near_zh, near_en = _nearest_miss(sites, rule)
        faults.add(
            f"没有一块地满足全部条件：“{rule.zh}”排除 {len(rule.sites)} 块（共 {len(sites)} 块）{near_zh}",
            f"no site meets every rule: '{rule.en}' excludes {len(rule.sites)} of {len(sites)}{near_en}",
            remedy_zh=f"只因这一条被排除的有 {only} 块，放宽它即可用" if only else "单独放宽这一条还不够",
            remedy_en=f"{only} are excluded by it alone" if only else "loosening it alone is not enough",
            column=rule.rule,
        )
    faults.raise_if_any(InfeasibleError)


def _nearest_miss(sites: pd.DataFrame, rule: Excluded) -> tuple[str, str]:
    miss = np.array(rule.shortfall, dtype=np.float64)
    if np.isnan(miss).all():
        return "", ""
    row, zh, en = rule.sites[int(np.nanargmin(miss))]
    name = f"{sites['id'].iloc[row]} {sites['name'].iloc[row]}"
    return f"，最接近的是 {name}（{zh}）", f"; the nearest miss is {name} ({en})"


def _zone(case: Case, zone: str) -> tuple[str, str]:
    row = case.zones.loc[zone]
    return str(row["name_zh"]), str(row["name_en"])


def _by_word(
    rule: str,
    names: tuple[str, str],
    wanted: tuple[str, str],
    words: pd.Series,
    allowed: Sequence[str],
) -> Excluded:
    out = np.flatnonzero(~words.isin(allowed).to_numpy(dtype=bool))
    has = [str(words.iloc[k]) for k in out]
    texts = tuple(
        (int(k), f"{names[0]}为{text or '（未填）'}", f"{names[1]}: {text or 'not given'}")
        for k, text in zip(out, has, strict=True)
    )
    return Excluded(
        rule, f"{names[0]}须为{wanted[0]}", f"{names[1]} must be {wanted[1]}", texts, (float("nan"),) * len(texts)
    )


def _least(
    rule: str, names: tuple[str, str], values: FloatArray, limit: float, kind: str, *, most: bool = False
) -> Excluded:
    """At least `limit`, or at most; a value that is not known does not meet it."""
    miss = values - limit if most else limit - values
    out = np.flatnonzero(np.isnan(values) | (miss > 0))
    has = [value_text(float(values[k]), kind) for k in out]
    sign_zh, sign_en = ("不大于", "at most") if most else ("不小于", "at least")
    asked_zh, asked_en = value_text(limit, kind)
    texts = tuple(
        (int(k), f"{names[0]} {zh}，须{sign_zh} {asked_zh}", f"{names[1]}: {en}, {sign_en} {asked_en} is asked")
        for k, (zh, en) in zip(out, has, strict=True)
    )
    whole = f"{names[0]}{sign_zh} {asked_zh}", f"{names[1]} {sign_en} {asked_en}"
    return Excluded(rule, *whole, texts, tuple(miss[out].tolist()))
