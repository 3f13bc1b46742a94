"""Where a new facility may stand: plots that allow it, and facilities of other services that may hold it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.case import Case
from siting.case_checks import services_in
from siting.errors import Faults, nearest_word
from siting.scenario import ServiceQuestion
from siting.standards import Service, list_services, load_service


def candidates_for(case: Case, service: Service, question: ServiceQuestion) -> pd.DataFrame:
    """Plots that allow the service, and hosts; with hosts, only the plots whose land use the question names.

    Returns:
        id, name, lon, lat, zone, township, land and attraction of each, beside other columns of its table.

    Raises:
        InputError: for land uses and hosts that the case does not have, or a host and a plot that share an id.
    """
    allowed = case.candidates["services"].map(lambda text: _allows(str(text), service.id)).to_numpy(dtype=bool)
    plots = case.candidates[allowed]
    if question.land:
        _check_land(service, question, set(plots["land"]) - {""})
        plots = plots[plots["land"].isin(question.land)]
    if not question.hosts:
        return plots
    hosts = _hosts(case, service, question.hosts)
    if not question.land:
        return hosts
    _check_apart(service, set(hosts["id"]) & set(plots["id"]))
    return pd.concat([hosts, plots], ignore_index=True)


def _allows(text: str, service: str) -> bool:
    words = services_in(text)
    return not words or service in words


def _hosts(case: Case, service: Service, hosts: Sequence[str]) -> pd.DataFrame:
    """Today's facilities of the services `hosts`, as candidate sites.

    A facility at whose very place the service is provided already is left out. `land` says in what the new one stands.

    Raises:
        InputError: when there is no such service, it is the service itself, or it has no facility in the case.
    """
    _check_hosts(case, service, hosts)
    here = case.facilities[case.facilities["service"].isin(hosts)]
    own = case.facilities[case.facilities["service"] == service.id]
    places = pd.MultiIndex.from_frame(here[["lon", "lat"]])
    here = here[~places.isin(pd.MultiIndex.from_frame(own[["lon", "lat"]]))]
    words = {name: load_service(name) for name in hosts}
    said = {name: f"附设于{host.facility_zh} within a {host.facility_en}" for name, host in words.items()}
    return here.assign(land=here["service"].map(said))


def _check_hosts(case: Case, service: Service, hosts: Sequence[str]) -> None:
    faults = Faults()
    known, there = list_services(), set(case.facilities["service"])
    for name in hosts:
        if name == service.id:
            zh, en = "不能附设在自己的设施里", "a service cannot be hosted by its own facilities"
            remedy_zh, remedy_en = "请从 hosts 中删去", "remove it from hosts"
        elif name not in known:
            close = nearest_word(name, known)
            zh, en = "没有这种服务", "there is no such service"
            remedy_zh = f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}"
            remedy_en = f"did you mean {close!r}?" if close else f"available: {', '.join(known)}"
        elif name not in there:
            zh, en = "案例中没有这种设施，无处附设", "the case has no facility of this service to be a host"
            remedy_zh = f"请在 facilities.csv 中补上，或从 hosts 中删去；现有：{'、'.join(sorted(there))}"
            remedy_en = f"add some to facilities.csv or remove it from hosts; there are: {', '.join(sorted(there))}"
        else:
            continue
        faults.add(
            f"{zh}（{service.name_zh}）",
            f"{en} ({service.name_en})",
            remedy_zh=remedy_zh,
            remedy_en=remedy_en,
            column=f"services.{service.id}.hosts",
            value=name,
        )
    faults.raise_if_any()


def _check_apart(service: Service, shared: set[str]) -> None:
    faults = Faults()
    for name in sorted(shared):
        faults.add(
            f"附设的设施与候选地点用了同一编号（{service.name_zh}）",
            f"a host and a candidate site share an id ({service.name_en})",
            remedy_zh="请在 facilities.csv 或 candidates.csv 中改一个",
            remedy_en="change one of the two in facilities.csv or candidates.csv",
            column=f"services.{service.id}.hosts",
            value=name,
        )
    faults.raise_if_any()


def _check_land(service: Service, question: ServiceQuestion, known: set[str]) -> None:
    faults = Faults()
    for word in question.land:
        if word not in known:
            close = nearest_word(word, known)
            faults.add(
                f"没有这种用地的候选地点（{service.name_zh}）",
                f"no candidate site has this land use ({service.name_en})",
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(sorted(known))}",
                remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(sorted(known))}",
                column=f"services.{service.id}.land",
                value=word,
            )
    faults.raise_if_any()
