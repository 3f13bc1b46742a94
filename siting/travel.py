"""How people are taken to travel: the scenario's speeds, and their description for every output."""

from __future__ import annotations

from siting.network import SpeedTable
from siting.scenario import Travel

SHOWN = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service")
NAMES_ZH = ("高速公路", "国省干线", "主干道", "次干道", "支路", "乡村路", "居住区道路", "内部道路")


def speed_table(travel: Travel) -> SpeedTable:
    """The driving speeds of a scenario.

    Raises:
        InputError: for an unknown road class or a speed that makes no sense.
    """
    return SpeedTable.default().with_overrides(travel.speeds_kmh, limit_factor=travel.tagged_speed_factor)


def describe_travel(travel: Travel) -> tuple[tuple[str, str], ...]:
    """(zh, en) of every assumption about travel. None of them has been measured in the place."""
    speeds = speed_table(travel)
    zh = "、".join(f"{name} {speeds.class_kmh[key]:g}" for key, name in zip(SHOWN, NAMES_ZH, strict=True))
    en = ", ".join(f"{key} {speeds.class_kmh[key]:g}" for key in SHOWN)
    share = f"{100 * speeds.limit_factor:g}%"
    return (
        (
            f"步行 {travel.walk_speed_kmh:g} 公里/小时；从居民点走到路边的时间计入，乘车时也一样",
            f"walking {travel.walk_speed_kmh:g} km/h; the walk from a place to the road counts, also when driving",
        ),
        (
            f"行车实际速度（公里/小时）：{zh}；有限速标志的路段取限速的 {share}",
            f"achieved driving speed (km/h): {en}; {share} of the limit where one is tagged",
        ),
        (
            f"离道路超过 {travel.max_snap_m:g} 米的地点视为不通路，单独列出",
            f"places more than {travel.max_snap_m:g} m from a road are off the network and listed apart",
        ),
        (
            "未考虑：红绿灯与转弯等待、坡度、停车、候车、公交时刻、天气与季节",
            "not modelled: signals and turns, slopes, parking, waiting, bus timetables, weather and seasons",
        ),
    )
