"""The hand-drawn plan of the urban area: zones, main streets, parks; kilometres east and north of `ORIGIN`.

It resembles the place (`facts/geography.md`), none of it is survey data; street names are plausible, some real.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.cases.shengzhou.facts import plane
from siting.cases.shengzhou.geography import Pair, path
from siting.impedance import FloatArray

ORIGIN = (120.82, 29.58)
OLD_TOWN = (-0.1, 0.3)


def km(points: tuple[Pair, ...]) -> FloatArray:
    """(n, 2) kilometres about the origin to metres."""
    result: FloatArray = plane(ORIGIN)[0] + np.asarray(points, dtype=np.float64) * 1000
    return result


# Zones as drawn; they are then cut to where streets are. Of overlapping zones the core comes first.
URBAN_CORE = path(
    "-2.2 -0.9, -2.3 0.2, -2.25 1.35, -2.1 2.3, -1.5 2.75, -0.3 2.85, 0.8 2.85, 1.5 2.6, "
    "1.95 2.05, 2.65 1.8, 3.15 1.5, 3.3 0.8, 3.1 0, 2.75 -0.9, 2.3 -1.85, 1.75 -2.4, 0.6 -2.5, "
    "-0.7 -2.5, -1.35 -2.35, -1.75 -1.7"
)
DEVELOPMENT_ZONE = path(
    "1.5 2.6, 0.95 2.9, 0.75 4, 0.95 5, 1.8 5.5, 2.7 5.6, 3.6 5.75, 4.9 5.85, 6 5.5, 6.7 4.8, "
    "6.9 3.8, 6.75 2.7, 6.35 1.85, 5.6 1.85, 4.6 2.15, 3.6 1.95, 2.65 1.8, 1.95 2.05"
)
HSR_NEW_TOWN = path(
    "-2.2 -3.45, -1.3 -3.1, 0.3 -3.1, 1.6 -3.3, 2.1 -3.8, 2.2 -4.5, 1.8 -5.4, 1.2 -5.9, "
    "0.4 -6.45, -0.6 -6.85, -1.7 -6.95, -2.35 -6.6, -2.5 -5.9, -2.4 -4.6"
)


@dataclass(frozen=True)
class Street:
    """A main street; `dual` has two one-way carriageways, `bridge` names its bridges in order, split by `;`."""

    name: str
    name_en: str
    highway: str
    points: tuple[Pair, ...]
    ref: str = ""
    dual: bool = False
    maxspeed: str = ""
    bridge: str = ""


STREETS = (
    # North bank, east-west
    Street(
        "官河路",
        "Guanhe Road",
        "secondary",
        path("-3.15 0.1, -2.55 0.15, -1.95 0.3, -0.9 0.26, -0.05 0.32, 0.82 0.42, 1.45 0.62"),
    ),
    Street(
        "嵊州大道北",
        "Shengzhou Avenue North",
        "primary",
        path("-3.3 1.45, -2.5 1.35, -1.9 1.22, -0.85 1.3, 0 1.27, 0.9 1.36, 1.6 1.3, 2.2 1.15"),
        maxspeed="60",
        dual=True,
    ),
    Street(
        "罗东路",
        "Luodong Road",
        "primary",
        path(
            "-2.1 2.25, -1 2.45, 0.05 2.32, 0.95 2.4, 1.75 2.5, 2.6 2.72, 3.3 2.75, 3.85 2.75, "
            "4.6 2.9, 5.5 2.86, 6.4 3, 6.9 3.05, 7.35 3.45"
        ),
        ref="G527",
        maxspeed="60",
        bridge="艇湖大桥",
        dual=True,
    ),
    Street(
        "剡湖路", "Shanhu Road", "tertiary", path("-2.3 1.95, -1.3 1.85, 0.02 1.78, 0.92 1.86, 1.65 1.9, 2.05 1.75")
    ),
    Street("西前街", "Xiqian Street", "tertiary", path("-1.9 -0.22, -0.88 -0.12, -0.05 -0.14, 0.85 0.06, 1.25 0.22")),
    # North-south
    Street(
        "越秀路",
        "Yuexiu Road",
        "primary",
        path(
            "-1.45 3.75, -1.55 3, -1.75 2.35, -1.92 1.23, -1.97 0.3, -1.88 -0.25, -1.5 -0.68, "
            "-1.16 -1.05, -0.98 -1.55, -1 -2.2, -1.12 -2.9"
        ),
        maxspeed="60",
        bridge="鹿山大桥",
        dual=True,
    ),
    Street(
        "长春路",
        "Changchun Road",
        "secondary",
        path("-1.05 2.45, -0.95 1.85, -0.86 1.3, -0.92 0.26, -0.84 -0.12, -0.62 -0.52"),
    ),
    Street(
        "嵊州大道",
        "Shengzhou Avenue",
        "primary",
        path(
            "0.12 3.4, 0.05 2.32, 0.02 1.78, 0 1.27, -0.06 0.32, -0.05 -0.17, 0 -0.62, 0.06 -1, "
            "-0.02 -1.5, -0.1 -2.25, -0.16 -3, -0.14 -3.9, -0.2 -4.7, -0.22 -5.25"
        ),
        maxspeed="60",
        bridge="嵊州大桥",
        dual=True,
    ),
    Street(
        "一景路",
        "Yijing Road",
        "secondary",
        path(
            "0.98 3.1, 0.95 2.4, 0.92 1.86, 0.9 1.36, 0.82 0.42, 0.86 0.06, 0.98 -0.28, 1.12 -0.68, 1.1 -1.4, 1.05 -2.3"
        ),
        bridge="南津桥",
    ),
    Street(
        "东圃路",
        "Dongpu Road",
        "primary",
        path("2.35 6.6, 2.25 5.7, 2.3 4.6, 2.15 3.6, 1.8 2.5, 1.66 1.9, 1.6 1.3, 1.5 0.66, 1.72 0.36"),
        ref="G104",
        maxspeed="CN:urban",
    ),
    Street(
        "三江东桥路",
        "Sanjiang East Bridge Road",
        "primary",
        path("1.5 0.66, 1.9 0.5, 2.25 0.3, 2.66 0.02, 3 -0.42, 3.42 -1.12, 3.92 -1.9, 4.7 -2.6"),
        ref="G104",
        maxspeed="40;50",
        bridge="东桥",
    ),
    Street(
        "城东大道",
        "Chengdong Avenue",
        "secondary",
        path("2.2 1.15, 2.9 0.95, 3.42 0.85, 4.2 0.7, 5 0.45"),
        bridge="剡溪大桥",
    ),
    Street(
        "新城路",
        "Xincheng Road",
        "secondary",
        path("2.66 0.02, 2.88 0.5, 3 1.2, 3.85 1.62, 4.3 2.2, 4.42 2.88, 4.35 3.9, 4.42 4.95, 4.3 5.9"),
        bridge="黄泽江大桥",
    ),
    # South bank
    Street(
        "三江街",
        "Sanjiang Street",
        "secondary",
        path("-1.08 -1.3, 0.04 -1.22, 1.12 -1, 1.75 -0.85, 2.3 -0.72, 3.18 -0.72"),
        maxspeed="50",
        bridge="新昌江大桥",
    ),
    Street("仙湖路", "Xianhu Road", "secondary", path("-1 -1.85, -0.05 -1.82, 1.08 -1.8, 1.85 -1.72, 2.2 -1.65")),
    Street(
        "南环路",
        "South Ring Road",
        "primary",
        path("-3.9 -2.1, -3 -2.45, -2.2 -2.5, -1.05 -2.42, -0.1 -2.3, 1.05 -2.3, 2.2 -2.35, 2.95 -2.28, 3.98 -1.98"),
        maxspeed="60",
        bridge="南环西大桥;南环东大桥",
        dual=True,
    ),
    Street("丹桂路", "Dangui Road", "tertiary", path("0.55 -0.68, 0.52 -1.12, 0.5 -1.82, 0.48 -2.32")),
    Street("江东路", "Jiangdong Road", "tertiary", path("1.68 -0.42, 1.7 -0.86, 1.62 -1.74, 1.66 -2.34")),
    # Development zone
    Street(
        "浦口大道",
        "Pukou Avenue",
        "primary",
        path("0.55 3.75, 1.3 3.7, 2.16 3.72, 2.8 3.8, 3.4 3.88, 4.36 3.9, 5.45 3.92, 6.4 3.9, 7 4, 7.5 4.15"),
        maxspeed="70",
        bridge="浦口大桥",
        dual=True,
    ),
    Street(
        "经环北路", "Jinghuan North Road", "secondary", path("3.55 5, 4.42 4.95, 5.5 4.97, 6.75 4.85"), maxspeed="60"
    ),
    Street("经环西路", "Jinghuan West Road", "tertiary", path("3.9 2.76, 3.88 3.9, 3.7 5, 3.62 5.85")),
    Street("双塔路", "Shuangta Road", "secondary", path("5.35 1.95, 5.5 2.86, 5.45 3.92, 5.5 4.97, 5.4 5.85")),
    Street("普田大道", "Putian Avenue", "secondary", path("6.3 1.95, 6.4 3, 6.42 3.9, 6.35 4.88, 6.2 5.55")),
    Street("经环南路", "Jinghuan South Road", "tertiary", path("4.32 2.3, 5.35 2.15, 6.35 2.1")),
    Street("丽湖路", "Lihu Road", "tertiary", path("1.25 2.44, 1.3 3.7, 1.35 4.75, 1.55 5.4")),
    Street("城北路", "Chengbei Road", "secondary", path("0.75 4.7, 1.35 4.75, 2.3 4.65, 2.7 4.7")),
    # High-speed-rail new town
    Street(
        "高铁大道",
        "Gaotie Avenue",
        "primary",
        path("-2.35 -4.62, -1.4 -4.66, -0.2 -4.7, 0.95 -4.66, 1.9 -4.45, 2.55 -4.3"),
        maxspeed="60",
        dual=True,
    ),
    Street(
        "艇湖南路",
        "Tinghu South Road",
        "secondary",
        path("-1.12 -2.9, -1.25 -3.7, -1.4 -4.66, -1.5 -5.6, -1.55 -6.9, -1.7 -7.5"),
    ),
    Street("新越路", "Xinyue Road", "secondary", path("1.05 -2.3, 0.98 -3, 0.92 -3.8, 0.95 -4.66, 0.8 -5.4, 0.5 -6.2")),
    Street(
        "双创路",
        "Shuangchuang Road",
        "secondary",
        path("-2.4 -3.75, -1.26 -3.78, -0.14 -3.85, 0.92 -3.8, 1.9 -3.62, 2.35 -3.6"),
    ),
    Street(
        "站前路",
        "Zhanqian Road",
        "secondary",
        path("-2.5 -5.5, -1.5 -5.48, -0.95 -5.28, -0.22 -5.25, 0.45 -5.28, 0.85 -5.3, 1.6 -5.3"),
    ),
    Street("站南路", "Zhannan Road", "tertiary", path("-2.6 -6.35, -1.53 -6.3, -0.6 -6.2, 0.5 -6.15")),
    Street("湖西路", "Huxi Road", "tertiary", path("-2.1 -3.3, -2.1 -3.76, -2.15 -4.62, -2.2 -5.5, -2.2 -6.9")),
    Street("湖东路", "Hudong Road", "tertiary", path("1.8 -3.3, 1.82 -3.63, 1.75 -4.47, 1.55 -5.3")),
)
PEDESTRIAN_STREET = Street(
    "市心街步行街", "Shixin Pedestrian Street", "pedestrian", path("-0.42 0.27, -0.4 0.05, -0.38 -0.13")
)
FOOT_BRIDGE = Street(
    "剡溪步行桥", "Shanxi Footbridge", "footway", path("0.42 0, 0.46 -0.3, 0.52 -0.68"), bridge="剡溪步行桥"
)

# Crossings of two streets with a roundabout.
ROUNDABOUTS = (
    ("双创路", "新越路"),
    ("普田大道", "经环北路"),
    ("经环南路", "双塔路"),
    ("城东大道", "新城路"),
    ("站前路", "艇湖南路"),
)
# Parks: (name, name in English, middle, radius).
PARKS = (
    ("鹿山公园", "Lushan Park", (-1.42, 0.75), 0.33),
    ("艇湖公园", "Tinghu Park", (2.62, 2.2), 0.3),
    ("剡溪江滨公园", "Shanxi Riverside Park", (0.5, -0.95), 0.14),
    ("城隍山公园", "Chenghuangshan Park", (-0.4, 0.72), 0.22),
    ("湿地公园", "Wetland Park", (3.25, 4.45), 0.3),
    ("站前公园", "Station Park", (-0.2, -4.25), 0.2),
)
