"""What criteria read of a case: people of given ages, facilities of given services, places of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.errors import Faults, nearest_word
from siting.impedance import FloatArray
from siting.people.ages import ages_within
from siting.people.of_case import persons_now
from siting.ranking.criteria import DistanceTo, InZone, LandArea, PeopleNear, TravelFromFacilities, TravelFromPeople
from siting.ranking.distances import NETWORK_NAMES, network_of
from siting.ranking.question import RankingScenario
from siting.render.views import Base
from siting.standards import list_services


def people_of(case: Case, criterion: TravelFromPeople | PeopleNear) -> FloatArray:
    """(I,) persons at each demand point whom the criterion counts; bands split into single years of age.

    Raises:
        InputError: as `siting.people.of_case.persons_now`.
    """
    people = persons_now(case, ages_within(criterion.from_age, criterion.to_age))
    if criterion.zones:
        people = np.where(case.demand["zone"].isin(criterion.zones), people, 0.0)
    return people


def origins_of(case: Case, scenario: RankingScenario, criterion: TravelFromFacilities | DistanceTo) -> pd.DataFrame:
    """The facilities or places: id, name, lon, lat, service ('' for places), weight.

    The site really chosen is not among them: it must not be judged by its distance from itself.
    """
    if criterion.places:
        return pd.DataFrame(
            [
                {"id": f"{criterion.id}_{k}", "name": f"{place.name_zh} {place.name_en}", "service": ""}
                | {"lon": place.lon, "lat": place.lat, "weight": place.weight}
                for k, place in enumerate(criterion.places, start=1)
            ]
        )
    chosen = case.facilities["service"].isin(criterion.services)
    if scenario.backtest is not None:
        chosen &= case.facilities["id"] != scenario.backtest.facility
    frame = case.facilities[chosen].reset_index(drop=True)
    by = criterion.weight_by if isinstance(criterion, TravelFromFacilities) else None
    return frame.assign(weight=1.0 if by is None else frame[by])


def check_reads(case: Case, scenario: RankingScenario, base: Base, file: Path) -> None:
    """Refuse criteria that read what the case does not have.

    Raises:
        InputError: with all of them.
    """
    faults = Faults(file)
    for criterion in scenario.criteria:
        key = f"criteria.{criterion.id}"
        match criterion:
            case TravelFromPeople() | PeopleNear():
                known = _check_words(faults, f"{key}.zones", criterion.zones, list(case.zones["id"]))
                if known and not people_of(case, criterion).sum() > 0:
                    faults.add(
                        "案例里没有这些年龄、分区的人", "the case has no people of these ages and zones", column=key
                    )
            case InZone():
                _check_words(faults, f"{key}.preference", tuple(criterion.preference), list(case.zones["id"]))
            case LandArea():
                if case.candidates["site_m2"].isna().all():
                    faults.add(
                        "candidates.csv 没有填写用地面积",
                        "candidates.csv tells no area of any plot",
                        remedy_zh="请填写 site_m2 一栏",
                        remedy_en="fill in the column site_m2",
                        column=key,
                    )
            case TravelFromFacilities() | DistanceTo():
                if _check_words(faults, f"{key}.services", criterion.services, list_services()):
                    _check_origins(faults, key, case, scenario, criterion, base)
    faults.raise_if_any()


def _check_words(faults: Faults, key: str, words: Sequence[str], known: Sequence[str]) -> bool:
    """Whether all words are known; the others are noted."""
    wrong = [word for word in words if word not in known]
    for word in wrong:
        close = nearest_word(word, known)
        faults.add(
            "没有这个编号",
            "there is no such id",
            remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}",
            remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(known)}",
            column=key,
            value=word,
        )
    return not wrong


def _check_origins(
    faults: Faults,
    key: str,
    case: Case,
    scenario: RankingScenario,
    criterion: TravelFromFacilities | DistanceTo,
    base: Base,
) -> None:
    if isinstance(criterion, DistanceTo) and criterion.network is not None:
        if not len(network_of(base, criterion.network)):
            zh, en = NETWORK_NAMES[criterion.network]
            faults.add(
                f"案例的路网文件里没有{zh}",
                f"the case's OSM file has no {en}",
                remedy_zh="请补充路网文件，或删去这项指标",
                remedy_en="complete the file, or remove the criterion",
                column=f"{key}.network",
                value=criterion.network,
            )
        return
    origins = origins_of(case, scenario, criterion)
    if origins.empty:
        faults.add(
            "facilities.csv 里没有这些服务的设施",
            "facilities.csv has no facility of these services",
            column=f"{key}.services",
            value=", ".join(criterion.services),
        )
    unknown = [str(name) for name, weight in zip(origins["id"], origins["weight"], strict=True) if not weight > 0]
    if unknown:
        faults.add(
            f"这些设施的数值未知或为 0，不能用来加权：{'、'.join(unknown)}",
            f"the weight of these facilities is not known or 0: {', '.join(unknown)}",
            remedy_zh="请在 facilities.csv 补充，或删去 weight_by",
            remedy_en="fill it in in facilities.csv, or remove weight_by",
            column=f"{key}.weight_by",
        )
