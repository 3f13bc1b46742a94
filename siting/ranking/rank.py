"""A scenario of kind `ranking` answered: sites held to rules, measured, scored, ranked, tried with other weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.base_map import base_of
from siting.case import Case, find_case, load_case
from siting.files.cache import Cache
from siting.impedance import BoolArray, FloatArray
from siting.network import PlacedPoints, RoadGraph
from siting.prepare import Clock, Settings, roads_of
from siting.ranking.alternatives import Excluded, backtest_site, candidates_for
from siting.ranking.check import check_scores
from siting.ranking.measure import Measured, Minutes, measure
from siting.ranking.question import RankingScenario, load_ranking
from siting.ranking.reads import check_reads
from siting.ranking.rules import check_rules, excluded_by_limits, excluded_by_rules, refuse_if_none
from siting.ranking.score import Scale, Scores, scales_of, score, values_of, weights_of
from siting.ranking.sensitivity import (
    CLEAR,
    NO_LEAD,
    Acceptability,
    Lead,
    acceptability,
    dominators,
    largest_lead,
    lead_of,
    nearest_weights,
)
from siting.render.views import Base
from siting.service_times import ModeTimes, mode_times
from siting.standards import Mode, Service, load_service


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What other weights would do.

    Attributes:
        leads: for each criterion the weights for which the leader leads.
        accepted: of random weights, how often each site is first or among the first three.
        lead: (S,) the largest lead, 0 to 1, that any weights give a site; 0 or less: none puts it first alone.
        nearest: for each site the weights nearest to those given that put it first, or None.
        dominated_by: for each site the rows that are never worse.
    """

    leads: tuple[Lead, ...]
    accepted: Acceptability
    lead: FloatArray
    nearest: tuple[FloatArray | None, ...]
    dominated_by: tuple[list[int], ...]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The site really chosen, as one more alternative: the last row of `scores` and of `sensitivity`.

    Attributes:
        site: one row of `alternatives.COLUMNS`.
        raw: (K,) its values.
        fails: rules and hard limits that it does not meet.
        scores: of the ranked sites and this one, by the scales of the ranked sites.
        sensitivity: of all of them.
    """

    site: pd.DataFrame
    raw: FloatArray
    fails: tuple[Excluded, ...]
    scores: Scores
    sensitivity: Sensitivity

    @property
    def row(self) -> int:
        """Its row in `scores`."""
        return len(self.scores.score) - 1

    @property
    def rank(self) -> int:
        """Where it stands."""
        return int(self.scores.rank[self.row])


@dataclass(frozen=True, eq=False)
class Ranking:
    """The answer.

    Attributes:
        sites: S ranked sites, rows of `alternatives.COLUMNS`, in the order of candidates.csv.
        candidates: all that were looked at.
        excluded: each rule with the rows of `candidates` that it excludes.
        measured: values of the ranked sites, and of the site really chosen where there is one.
        raw: (S, K) of the ranked sites alone.
        scales: value functions.
        scores: of the ranked sites.
        sensitivity: of the ranked sites.
        chosen: the site really chosen.
    """

    path: Path
    scenario: RankingScenario
    case: Case
    service: Service
    base: Base
    sites: pd.DataFrame
    candidates: pd.DataFrame
    excluded: tuple[Excluded, ...]
    measured: Measured
    raw: FloatArray
    scales: tuple[Scale, ...]
    scores: Scores
    sensitivity: Sensitivity
    chosen: Chosen | None
    clock: Clock


def rank_sites(path: Path, settings: Settings) -> Ranking:
    """Answer a scenario file of kind `ranking`.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
        InfeasibleError: when no candidate meets the rules.
        VerificationError: when a score differs from the one that the independent check computes.
    """
    clock = Clock()
    listener = settings.listener
    with clock.time(listener, "read", "读取方案与案例数据", "Reading the scenario and the case"):
        scenario = load_ranking(path)
        case = load_case(find_case(scenario.case, path.parent))
        service = load_service(scenario.service)
        check_rules(case, scenario, path)
        candidates = candidates_for(case, scenario, path)
        chosen = None if scenario.backtest is None else backtest_site(case, scenario.backtest, path)
    graph, graph_key = roads_of(case, scenario.travel, settings, clock)
    with clock.time(listener, "basemap", "读取底图", "Reading the base map"):
        base = base_of(case, graph)
        check_reads(case, scenario, base, path)
    with clock.time(listener, "measure", "计算各项指标", "Measuring the criteria"):
        excluded = excluded_by_rules(case, scenario, service, candidates, base)
        kept = _kept(len(candidates), excluded)
        refuse_if_none(candidates, excluded, kept, path)
        judged = candidates[kept].reset_index(drop=True)
        asked = judged if chosen is None else pd.concat([judged, chosen], ignore_index=True)
        measured = measure(case, scenario, asked, base, _minutes(scenario, graph, graph_key, settings))
        limits = _in_candidates(excluded_by_limits(scenario.criteria, measured.raw[: len(judged)]), kept)
        excluded += limits
        within = _kept(len(candidates), limits)[kept]
        refuse_if_none(candidates, excluded, within, path)
    with clock.time(listener, "rank", "评分与排序", "Scoring and ranking"):
        sites, raw = judged[within].reset_index(drop=True), measured.raw[: len(judged)][within]
        scales, weights = scales_of(scenario.criteria, raw), weights_of(scenario.criteria)
        scores = score(values_of(scales, raw), weights)
        check_scores(scenario.criteria, raw, scores, len(sites))
    with clock.time(listener, "weights", "检验权重的影响", "Trying other weights"):
        sensitivity = _sensitivity(scores, scenario)
        told = None
        if chosen is not None:
            fails = _failed(case, scenario, service, chosen, base, measured.raw[-1:])
            told = _chosen(scenario, chosen, fails, raw, measured.raw[-1], scales, weights)
    return Ranking(
        path, scenario, case, service, base, sites, candidates, tuple(excluded), measured, raw, scales, scores,
        sensitivity, told, clock,
    )  # fmt: skip


def _minutes(scenario: RankingScenario, graph: RoadGraph, graph_key: str, settings: Settings) -> Minutes:
    def minutes(origins: PlacedPoints, destinations: PlacedPoints, mode: Mode) -> ModeTimes:
        return mode_times(
            origins,
            destinations,
            graph,
            mode,
            scenario.max_travel_minutes,
            travel=scenario.travel,
            cache=Cache(settings.cache),
            graph_key=graph_key,
            listener=settings.listener,
        )

    return minutes


def _kept(count: int, excluded: Sequence[Excluded]) -> BoolArray:
    """(count,) rows that no rule excludes."""
    kept = np.ones(count, dtype=bool)
    for rule in excluded:
        kept[rule.rows] = False
    return kept


def _in_candidates(limits: list[Excluded], kept: BoolArray) -> list[Excluded]:
    """The same with rows of all candidates in place of rows of those that meet the rules."""
    row = np.flatnonzero(kept)
    return [
        Excluded(rule.rule, rule.zh, rule.en, tuple((int(row[k]), zh, en) for k, zh, en in rule.sites), rule.shortfall)
        for rule in limits
    ]


def _sensitivity(scores: Scores, scenario: RankingScenario) -> Sensitivity:
    values, weights = scores.values, scores.weights
    dominated_by = tuple(dominators(values))
    # One that is dominated is first alone for no weights: no need to ask.
    lead = np.array([0.0 if better else largest_lead(values, site) for site, better in enumerate(dominated_by)])
    return Sensitivity(
        leads=tuple(lead_of(values, weights, k, scores.leader) for k in range(weights.size)),
        accepted=acceptability(values, draws=scenario.draws, seed=scenario.seed),
        lead=lead,
        nearest=tuple(
            nearest_weights(values, weights, site, min(CLEAR, most / 2)) if most > NO_LEAD else None
            for site, most in enumerate(lead.tolist())
        ),
        dominated_by=dominated_by,
    )


def _failed(
    case: Case, scenario: RankingScenario, service: Service, site: pd.DataFrame, base: Base, raw: FloatArray
) -> tuple[Excluded, ...]:
    """Rules and hard limits that the site really chosen does not meet; its land use is not known."""
    found = excluded_by_rules(case, scenario, service, site, base) + excluded_by_limits(scenario.criteria, raw)
    return tuple(rule for rule in found if rule.sites and not (rule.rule == "rules.land" and not site["land"].iloc[0]))


def _chosen(
    scenario: RankingScenario,
    site: pd.DataFrame,
    fails: tuple[Excluded, ...],
    raw: FloatArray,
    own: FloatArray,
    scales: Sequence[Scale],
    weights: FloatArray,
) -> Chosen:
    together = np.vstack([raw, own])
    scores = score(values_of(scales, together), weights)
    check_scores(scenario.criteria, together, scores, len(raw))
    return Chosen(site, own, fails, scores, _sensitivity(scores, scenario))
