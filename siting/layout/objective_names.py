"""What the objectives of a layout plan are called."""

from __future__ import annotations

from siting.render.wording import Text

OBJECTIVE_NAMES: dict[str, Text] = {
    "without_place": ("没有着落的人最少", "fewest people without a place"),
    "beyond_standard": ("标准之外的人最少", "fewest people beyond the standard"),
    "worst_zone": ("未达标比例最高的片区尽量好", "the worst zone as good as can be"),
    "cost": ("费用最少", "least cost"),
    "travel": ("出行时间最少", "least travel"),
}
