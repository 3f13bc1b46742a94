"""What Overpass and Nominatim answer, and what it means when they do not."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NoReturn

import osmnx
from osmnx._errors import InsufficientResponseError
from osmnx._overpass import _overpass_request
from shapely.geometry.base import BaseGeometry

from siting.cases.overpass_session import Endpoint, Say, ask, plain_text
from siting.errors import NetworkError, fail


def ask_boundary(place: str, where: Endpoint, say: Say) -> BaseGeometry:
    """The boundary of a place, in degrees, from Nominatim.

    Raises:
        NetworkError: as `fetch_case`.
        InputError: when the geocoder knows no such place, or none with a boundary.
    """
    say(f"查找“{place}”的边界", f"looking up the boundary of {place!r}", 0.05)
    try:
        found = ask(
            lambda: osmnx.geocode_to_gdf(place), where.nominatim_url, where, say, zh="地名服务", en="the geocoder"
        )
    except (InsufficientResponseError, TypeError) as error:
        if isinstance(error, InsufficientResponseError) and "0 results" not in str(error):
            refuse_answer(where.nominatim_url, str(error))
        fail(
            "地名服务找不到这个地方，或它没有行政边界",
            "the geocoder knows no such place, or none with a boundary",
            remedy_zh="请写全名（如“嵊州市, 浙江省”），或改用 --outline、--bbox",
            remedy_en="write the name in full ('Shengzhou, Zhejiang'), or use --outline or --bbox",
            column="--place",
            value=place,
        )
    except (KeyError, ValueError) as error:
        refuse_answer(where.nominatim_url, f"{type(error).__name__}: {error}")
    area: BaseGeometry = found.geometry.union_all()
    return area


def ask_overpass(query: str, where: Endpoint, say: Say) -> dict[str, Any]:
    """Overpass's answer to a query.

    Raises:
        NetworkError: as `fetch_case`.
    """
    say("向 Overpass 请求道路、建筑与设施", "asking Overpass for roads, buildings and facilities", 0.1)
    try:
        answer = ask(
            lambda: _overpass_request(OrderedDict(data=query)),
            where.overpass_url,
            where,
            say,
            zh="Overpass",
            en="Overpass",
        )
    except InsufficientResponseError as error:
        refuse_answer(where.overpass_url, str(error))
    remark = str(answer.get("remark", ""))
    if "error" in remark.lower() or (remark and not answer.get("elements")):
        _refused(where, remark)
    if not answer.get("elements"):
        fail(
            "Overpass 的回答是空的：这个范围内没有 OSM 数据",
            "Overpass's answer is empty: there are no OpenStreetMap data in this area",
            remedy_zh="请核对范围；自建的 Overpass 服务可能没有导入这一地区",
            remedy_en="check the area; a private Overpass server may not hold this region",
            file=where.overpass_url,
            kind=NetworkError,
        )
    return answer


def _refused(where: Endpoint, remark: str) -> NoReturn:
    memory, slow = "memory" in remark.lower(), "timed out" in remark.lower()
    cause_zh = "内存不足" if memory else f"超过 {where.timeout_s:g} 秒" if slow else "出错"
    cause_en = "ran out of memory" if memory else f"took more than {where.timeout_s:g} s" if slow else "failed"
    fail(
        f"Overpass 未能完成查询：{cause_zh}（{remark}）",
        f"Overpass {cause_en} over the query ({remark})",
        remedy_zh="请缩小范围" + ("，或加大 --timeout" if slow else "") + "，或改用 new-case 读取已下载的文件",
        remedy_en="take a smaller area" + (", raise --timeout" if slow else "") + ", or use new-case with a file",
        file=where.overpass_url,
        kind=NetworkError,
    )


def refuse_answer(url: str, detail: str) -> NoReturn:
    """Say that an answer is something else than OpenStreetMap data.

    Raises:
        NetworkError: always.
    """
    fail(
        f"服务器的回答不是 OSM 数据（{plain_text(detail)[:160]}）",
        f"the server's answer is no OpenStreetMap data ({plain_text(detail)[:160]})",
        remedy_zh="请核对服务器网址；若网络需要登录（网页认证），请先登录",
        remedy_en="check the server's address; if the network has a log-in page, log in first",
        file=url,
        kind=NetworkError,
    )
