"""The hand-drawn skeleton of the county: rivers, relief, motorways, railway, main routes and bridges.

Longitude and latitude in degrees. All of it follows `facts/geography.md` (general knowledge, unchecked): it
resembles the place, none of it is survey data.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[float, float]


def path(text: str) -> tuple[Pair, ...]:
    """Points written as `x y, x y, ...`."""
    pairs = (part.split() for part in text.split(","))
    return tuple((float(x), float(y)) for x, y in pairs)


@dataclass(frozen=True)
class River:
    """A main river from its source to its mouth; full widths in metres at the start and the end of its wide part."""

    name: str
    name_en: str
    points: tuple[Pair, ...]
    width_m: tuple[float, float]
    swing_m: float  # how far it meanders
    wide_from: float = 0.0  # share of its length from which it is drawn as an area
    wave_m: float = 1150.0


RIVERS = (
    River(
        "长乐江",
        "Changle River",
        path(
            "120.462 29.487, 120.497 29.492, 120.53 29.505, 120.562 29.508, 120.592 29.513, "
            "120.615 29.527, 120.65 29.5435, 120.69 29.5375, 120.716 29.5365, 120.745 29.549, "
            "120.775 29.5585, 120.793 29.5655, 120.803 29.569"
        ),
        (24, 95),
        swing_m=330,
        wide_from=0.3,
    ),
    River(
        "澄潭江",
        "Chengtan River",
        path("120.765 29.482, 120.779 29.503, 120.784 29.522, 120.791 29.54, 120.796 29.556, 120.803 29.569"),
        (70, 100),
        swing_m=220,
    ),
    River(
        "新昌江",
        "Xinchang River",
        path("120.893 29.531, 120.879 29.5425, 120.866 29.5525, 120.855 29.5645, 120.846 29.5755, 120.838 29.5815"),
        (70, 105),
        swing_m=200,
    ),
    River(
        "黄泽江",
        "Huangze River",
        path(
            "121.07 29.56, 121.045 29.5655, 121.02 29.5735, 120.992 29.576, 120.965 29.572, "
            "120.94 29.5735, 120.919 29.579, 120.9 29.587, 120.882 29.594, 120.868 29.5975, "
            "120.853 29.598"
        ),
        (28, 90),
        swing_m=240,
        wide_from=0.35,
    ),
    River(
        "剡溪",
        "Shanxi River",
        path(
            "120.803 29.569, 120.808 29.5722, 120.815 29.5731, 120.821 29.5738, 120.828 29.5768, "
            "120.832 29.5806, 120.838 29.5817, 120.843 29.5848, 120.846 29.5902, 120.852 29.5948, "
            "120.853 29.598"
        ),
        (125, 170),
        swing_m=0,
    ),
    River(
        "曹娥江",
        "Cao'e River",
        path(
            "120.853 29.598, 120.856 29.609, 120.853 29.621, 120.852 29.634, 120.856 29.649, "
            "120.858 29.663, 120.856 29.676, 120.861 29.69, 120.855 29.706, 120.856 29.72, "
            "120.847 29.7365, 120.835 29.749, 120.829 29.764, 120.835 29.78, 120.828 29.8, "
            "120.819 29.815, 120.822 29.836"
        ),
        (170, 260),
        swing_m=190,
        wave_m=2300,
    ),
)

# Valleys flooded for a reservoir: (about where, name, name in English).
RESERVOIRS = (
    ((120.56, 29.475), "南山湖", "Nanshan Lake"),
    ((120.578, 29.39), "丰潭水库", "Fengtan Reservoir"),
    ((120.562, 29.66), "坂头水库", "Bantou Reservoir"),
    ((120.785, 29.7), "前岩水库", "Qianyan Reservoir"),
    ((121.03, 29.625), "金兰水库", "Jinlan Reservoir"),
    ((120.625, 29.665), "剡源水库", "Shanyuan Reservoir"),
    ((120.93, 29.655), "辽湾水库", "Liaowan Reservoir"),
)

# Plains: (longitude, latitude, radius in km). Relief grows with the distance from them; a negative radius is a small
# basin among mountains.
PLAINS = (
    (120.822, 29.585, 4.2),
    (120.86, 29.612, 3.0),
    (120.79, 29.565, 3.4),
    (120.75, 29.555, 3.8),
    (120.715, 29.545, 3.6),
    (120.682, 29.548, 2.6),
    (120.645, 29.548, 2.2),
    (120.607, 29.522, 1.9),
    (120.742, 29.62, 2.6),
    (120.77, 29.598, 2.4),
    (120.93, 29.57, 2.4),
    (120.895, 29.588, 2.2),
    (120.965, 29.575, 1.2),
    (120.81, 29.53, 2.6),
    (120.855, 29.55, 2.2),
    (120.855, 29.64, 1.2),
    (120.857, 29.668, 1.1),
    (120.862, 29.7, 0.9),
    (120.845, 29.742, 1.5),
    (120.83, 29.775, 1.6),
    (120.82, 29.81, 1.2),
    (121.005, 29.585, 0.9),
    (120.957, 29.687, -1.3),
    (120.665, 29.735, -1.2),
    (120.605, 29.437, -1.4),
    (120.745, 29.5, 1.6),
    (120.76, 29.58, 2.0),
)
# Mountains: (longitude, latitude, radius in km, height share): 会稽山 north-west, 四明山 east, 大盘山 south-west.
MOUNTAINS = (
    (120.6, 29.68, 15.0, 1.0),
    (120.68, 29.7, 9.0, 0.7),
    (121.05, 29.64, 14.0, 1.05),
    (120.96, 29.7, 9.0, 0.8),
    (120.56, 29.42, 16.0, 1.05),
    (120.66, 29.38, 10.0, 0.8),
    (120.52, 29.56, 9.0, 1.0),
    (120.78, 29.72, 6.0, 0.5),
)


@dataclass(frozen=True)
class Motorway:
    """A motorway's centre line."""

    ref: str
    name: str
    name_en: str
    points: tuple[Pair, ...]


MOTORWAYS = (
    Motorway(
        "G15W",
        "常台高速",
        "Changtai Expressway",
        path(
            "120.838 29.812, 120.844 29.79, 120.843 29.772, 120.852 29.752, 120.868 29.728, "
            "120.874 29.7, 120.874 29.675, 120.884 29.648, 120.9 29.625, 120.897 29.598, "
            "120.888 29.575, 120.882 29.555, 120.884 29.528"
        ),
    ),
    Motorway(
        "G1512",
        "甬金高速",
        "Yongjin Expressway",
        path(
            "121.125 29.612, 121.085 29.607, 121.045 29.605, 121.005 29.601, 120.968 29.589, "
            "120.94 29.582, 120.915 29.5675, 120.884 29.5605, 120.852 29.5495, 120.82 29.5475, "
            "120.78 29.5405, 120.748 29.531, 120.712 29.521, 120.672 29.522, 120.635 29.512, "
            "120.6 29.4985, 120.562 29.484, 120.52 29.478, 120.485 29.47"
        ),
    ),
)

# Junctions: (motorway, name, name in English, where about; the toll gate lies on the side of the second point).
JUNCTIONS = (
    ("G15W", "三界", "Sanjie", (120.8505, 29.755), (120.846, 29.7535)),
    ("G15W", "嵊州", "Shengzhou", (120.8985, 29.612), (120.892, 29.612)),
    ("G1512", "嵊州南", "Shengzhou South", (120.835, 29.5478), (120.835, 29.5535)),
    ("G1512", "甘霖", "Ganlin", (120.722, 29.5237), (120.7225, 29.5295)),
    ("G1512", "长乐", "Changle", (120.607, 29.5012), (120.606, 29.507)),
    ("G1512", "黄泽", "Huangze", (120.957, 29.5865), (120.957, 29.5805)),
)

RAILWAY = path(
    "120.8 29.838, 120.812 29.8, 120.819 29.775, 120.817 29.752, 120.806 29.715, "
    "120.792 29.67, 120.782 29.625, 120.78 29.588, 120.787 29.562, 120.803 29.543, "
    "120.816 29.53, 120.833 29.512"
)
RAILWAY_NAME = ("杭台高速铁路", "Hangzhou-Taizhou High-speed Railway")
STATIONS = (
    ("嵊州北站", "Shengzhou North", (120.8185, 29.775)),
    ("嵊州新昌站", "Shengzhou-Xinchang", (120.81569, 29.53004)),
)


@dataclass(frozen=True)
class Route:
    """A main road between towns, found over the relief through the given stops.

    A stop is a township's short name, `@street:0` or `@street:-1` for the end of a main street, or a position.
    """

    highway: str
    stops: tuple[str | Pair, ...]
    ref: str = ""
    name: str = ""
    name_en: str = ""
    maxspeed: str = ""


ROUTES = (
    Route(
        "trunk",
        ("@东圃路:0", "仙岩", (120.8525, 29.712), (120.859, 29.722), "三界", (120.845, 29.779), (120.834, 29.823)),
        "G104",
        "京福线",
        "Jingfu Line",
        "80",
    ),
    Route("secondary", ("@嵊州大道:0", "@东圃路:0"), "", "城北大道", "Chengbei Avenue", "60"),
    Route("trunk", ("@三江东桥路:-1", (120.8895, 29.5405)), "G104", "京福线", "Jingfu Line", "80"),
    Route("primary", ("@官河路:0", (120.757, 29.567), "甘霖"), "G527", "嵊义线", "Shengyi Line", "80"),
    Route(
        "primary",
        ("甘霖", (120.66, 29.532), "长乐", (120.56, 29.513), (120.505, 29.497), (120.474, 29.5)),
        "G527",
        "嵊义线",
        "Shengyi Line",
        "60",
    ),
    Route(
        "primary",
        ("@罗东路:-1", "黄泽", (120.97, 29.579), "金庭", (121.04, 29.5914), (121.085, 29.575), (121.11, 29.578)),
        "G527",
        "嵊义线",
        "Shengyi Line",
        "60",
    ),
    Route("secondary", ("@嵊州大道北:0", "崇仁"), "S211", "绍甘线", "Shaogan Line", "70"),
    Route("secondary", ("崇仁", "谷来", (120.667, 29.7465)), "S211", "绍甘线", "Shaogan Line", "60"),
    Route("secondary", ("崇仁", "甘霖"), "S312", "崇甘线", "Chonggan Line", "60"),
    Route("secondary", ("甘霖", "石璜"), "S313", "甘长线", "Ganchang Line", "60"),
    Route("tertiary", ("石璜", "长乐"), "S313", "甘长线", "Ganchang Line"),
    Route("secondary", ("长乐", "贵门"), "X312", "长贵线", "Changgui Line", "40"),
    Route("secondary", ("仙岩", "下王"), "X303", "仙下线", "Xianxia Line", "40"),
    Route("tertiary", ("三界", "下王"), "X304", "三下线", "Sanxia Line", "40"),
    Route("tertiary", ("下王", "金庭"), "X305", "下金线", "Xiajin Line", "30"),
    Route("tertiary", ("@南环路:0", (120.745, 29.5465)), "X306", "南甘线", "Nangan Line"),
    Route("tertiary", ("@南环路:0", "@官河路:0"), "", "西环路", "West Ring Road"),
    Route("tertiary", ("@越秀路:0", "@嵊州大道:0", "@一景路:0"), "", "北环路", "North Ring Road"),
    Route("tertiary", ("@越秀路:0", "崇仁"), "X307", "北崇线", "Beichong Line"),
    Route("tertiary", ("贵门", (120.645, 29.375)), "X312", "长贵线", "Changgui Line", "30"),
    Route("tertiary", ("@浦口大道:-1", "下王"), "X308", "浦下线", "Puxia Line", "40"),
    Route("tertiary", ("@浦口大道:-1", "黄泽"), "X309", "浦黄线", "Puhuang Line"),
    Route("tertiary", ("@艇湖南路:-1", (120.792, 29.5105)), "X310", "澄潭线", "Chengtan Line"),
    Route("tertiary", ("甘霖", (120.745, 29.5), (120.742, 29.452)), "X311", "甘镜线", "Ganjing Line", "40"),
    Route("tertiary", ("石璜", (120.575, 29.592)), "X314", "石雅线", "Shiya Line", "30"),
    Route("tertiary", ("崇仁", (120.65, 29.6), "石璜"), "X315", "崇石线", "Chongshi Line"),
    Route("tertiary", ("谷来", (120.6, 29.705), (120.555, 29.69)), "X316", "谷竹线", "Guzhu Line", "30"),
    Route("tertiary", ("三界", (120.8, 29.765), (120.765, 29.79)), "X317", "三蒋线", "Sanjiang Line"),
    Route("tertiary", ("@城东大道:-1", "黄泽"), "X318", "城黄线", "Chenghuang Line"),
    Route("tertiary", ("黄泽", (120.945, 29.555)), "X319", "黄新线", "Huangxin Line"),
    Route(
        "tertiary",
        ("仙岩", (120.8, 29.69), (120.775, 29.735), (120.8, 29.765)),
        "X320",
        "仙蒋线",
        "Xianjiang Line",
        "30",
    ),
)

# Bridges outside the core: (name, where). Country roads may cross main rivers only here.
TOWN_BRIDGES = (
    ("仙岩大桥", (120.8575, 29.671)),
    ("嶀浦大桥", (120.8565, 29.7165)),
    ("三界大桥", (120.8315, 29.757)),
    ("蒋镇大桥", (120.832, 29.787)),
    ("甘霖大桥", (120.716, 29.5365)),
    ("苍岩大桥", (120.757, 29.5525)),
    ("石璜大桥", (120.652, 29.5435)),
    ("长乐大桥", (120.598, 29.5165)),
    ("开元大桥", (120.568, 29.5085)),
    ("剡源桥", (120.528, 29.504)),
    ("西白桥", (120.496, 29.492)),
    ("黄泽大桥", (120.929, 29.576)),
    ("前良大桥", (120.968, 29.5725)),
    ("金庭大桥", (121.008, 29.5765)),
    ("晋溪桥", (121.04, 29.567)),
    ("东郭大桥", (120.889, 29.5915)),
    ("桥里大桥", (120.8665, 29.552)),
    ("澄潭江大桥", (120.786, 29.527)),
)

# Assumed areas (km2) of the units whose area is unknown since the merger of 2019.
ASSUMED_AREA_KM2 = {
    "330683001": 65.0,
    "330683002": 40.0,
    "330683003": 60.0,
    "330683100": 170.0,
    "330683102": 165.0,
    "330683103": 100.0,
}
# Built-up radius of the township seats outside the urban zones, km.
TOWN_RADIUS_KM = {
    "330683100": 0.98,
    "330683101": 0.85,
    "330683102": 0.92,
    "330683103": 0.86,
    "330683104": 0.88,
    "330683105": 0.55,
    "330683106": 0.6,
    "330683107": 0.48,
    "330683108": 0.58,
    "330683110": 0.4,
    "330683200": 0.42,
}
# Former seats that are larger than a village: unit name -> where (北漳 from GeoNames, the others guessed).
FORMER_SEATS = {
    "北漳居委会": (121.04, 29.5914),
    "开元居委会": (120.5665, 29.5125),
    "博济居委会": (120.765, 29.537),
    "富润居委会": (120.702, 29.668),
    "两头门社区": (120.755, 29.5655),
}
