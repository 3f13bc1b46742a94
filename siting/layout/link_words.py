"""What ties services to one another, in words."""

from __future__ import annotations

from collections.abc import Mapping

from siting.layout.scenario import CountsAs, Near, Reuse, SharePlot, Within
from siting.render.wording import Text


def link_text(link: CountsAs | Near | Within | Reuse | SharePlot, called: Mapping[str, Text]) -> Text:
    """One link.

    Args:
        called: names of the services by id.
    """
    if isinstance(link, SharePlot):
        zh, en = _list(link.services, called)
        return f"{zh}可同址", f"{en} may share a plot"
    own = called[link.service]
    if isinstance(link, Near):
        zh, en = _list(link.of, called)
        return (
            f"新的{own[0]}乘车 {link.minutes:g} 分钟内须有{zh}之一",
            f"a new {own[1]} needs one of these within {link.minutes:g} min by vehicle: {en}",
        )
    of = called[link.of]
    if isinstance(link, CountsAs):
        return f"{own[0]}同时承担{of[0]}的服务", f"{own[1]} gives the service of {of[1]} too"
    if isinstance(link, Within):
        return f"{own[0]}可设在{of[0]}的空余用房内", f"{own[1]} may open in the free rooms of {of[1]}"
    return f"{of[0]}关闭后的原址可改作{own[0]}", f"{own[1]} may open in the building of a closed {of[1]}"


def _list(ids: tuple[str, ...], called: Mapping[str, Text]) -> Text:
    return "、".join(called[name][0] for name in ids), ", ".join(called[name][1] for name in ids)
