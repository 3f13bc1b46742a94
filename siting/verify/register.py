"""Which check belongs to which block; every block that a model may name has one."""

from __future__ import annotations

from collections.abc import Callable

from siting.verify import checks, states
from siting.verify.plan import LaidOut, Result

_COVERAGE = ("覆盖由定义重算", "coverage is derived anew", checks.nothing_more)
_LARGEST = ("最大阻抗由定义重算", "the largest impedance is derived anew", checks.nothing_more)
_TAIL = ("最差部分的均值由定义重算", "the tail mean is derived anew", checks.nothing_more)
_PAIRS = ("两两之差由定义重算", "the differences are derived anew", checks.nothing_more)
_APART = ("间隔由定义重算", "the separation is derived anew", checks.nothing_more)
_CONNECTED = ("服务范围连成一片", "every catchment hangs together", checks.catchments_connected)
_TARGETS = ("各档距离达到规定份额", "every target's share is within its impedance", checks.targets_met)
_HUFF = ("份额与吸引力成比例", "shares follow the attractions", checks.shares_by_attraction)
_OPEN = ("只分配给开放的地点", "nobody is assigned to a closed site", checks.only_to_open)

# Every block that a model may name, with its check.
CHECKS: dict[str, tuple[str, str, Callable[[LaidOut], Result]]] = {
    "open_site": ("地点非开即关", "every site is open or closed", checks.nothing_more),
    "assign_share": ("分配比例在 0 与 1 之间", "shares lie between 0 and 1", checks.shares_in_range),
    "assign_whole": ("每个需求点整体分配", "every demand point is assigned as a whole", checks.whole),
    "covered": _COVERAGE,
    "covered_twice": _COVERAGE,
    "servers_at": ("服务单元全部布置", "all servers are placed", checks.servers_placed),
    "covered_by_servers": _COVERAGE,
    "within_target": _TARGETS,
    "largest_impedance_value": _LARGEST,
    "largest_weighted_value": _LARGEST,
    "tail_start": _TAIL,
    "excess_impedance": _TAIL,
    "lowest_zone_mean": ("片区均值由定义重算", "zone means are derived anew", checks.nothing_more),
    "pair_difference": _PAIRS,
    "size_of_site": ("每处新建设施恰有一个规模", "every new facility has one size", checks.one_size),
    "catchment_flow": _CONNECTED,
    "least_separation_value": _APART,
    "largest_coverage_regret_value": ("遗憾值由定义重算", "regrets are derived anew", checks.nothing_more),
    "largest_regret_value": ("遗憾值由定义重算", "regrets are derived anew", checks.nothing_more),
    "keep_existing": ("现有设施全部保留", "all existing facilities stay open", checks.existing_open),
    "require_sites": ("必选地点全部开放", "all required sites are open", checks.required_open),
    "forbid_sites": ("禁选地点均未开放", "no forbidden site is open", checks.forbidden_closed),
    "open_exactly_p": ("新建数量等于 p", "exactly p new facilities", checks.exactly_p),
    "stay_within_budget": ("费用不超预算", "cost within the budget", checks.within_budget),
    "stay_within_size_budget": ("费用不超预算", "cost within the budget", checks.within_budget),
    "zone_minimum": ("各片区达到下限", "every zone has its minimum", checks.zone_minima),
    "zone_maximum": ("各片区不超过上限", "no zone has more than its maximum", checks.zone_maxima),
    "close_exactly": ("关闭数量等于规定数", "as many facilities close as asked for", checks.closes_exactly),
    "replace_relocated": ("迁移的设施都有新址", "every moved facility is replaced", checks.moves_replaced),
    "differ_from_excluded": ("与排除的方案不同", "different from the excluded plans", checks.differs),
    "separate_open_sites": _APART,
    "assign_every_demand_point": ("所有人都有去处", "everybody is assigned", checks.everybody_assigned),
    "assign_at_most_once": ("没有人重复分配", "nobody is assigned twice", checks.nobody_twice),
    "assign_only_to_open": _OPEN,
    "assign_within_standard": (
        "没有人分配到标准之外",
        "nobody is assigned beyond the standard",
        checks.assigned_within,
    ),
    "assign_to_closest": ("每人去最近的开放地点", "everybody goes to the nearest open site", checks.to_nearest),
    "respect_capacity": ("不超过容量", "no facility is overfull", checks.within_capacity),
    "respect_minimum_load": ("达到最低使用人数", "every open facility is used enough", checks.enough_use),
    "respect_least_points": ("需求点数达到下限", "every open facility has enough points", checks.enough_points),
    "respect_most_points": ("需求点数不超过上限", "no facility has too many points", checks.points_limited),
    "choose_one_size": ("每处新建设施恰有一个规模", "every new facility has one size", checks.one_size),
    "respect_size_capacity": ("不超过所选规模", "no facility holds more than its size", checks.within_size),
    "cover_every_demand_point": (
        "每个需求点都在标准之内",
        "every demand point is within the standard",
        checks.everybody_covered,
    ),
    "cover_only_if_open": _COVERAGE,
    "cover_share_of_people": ("覆盖人口达到规定份额", "the share of people is covered", checks.share_covered),
    "backup_beyond_first": _COVERAGE,
    "cover_twice_only_if_two_open": _COVERAGE,
    "backup_only_after_first": _COVERAGE,
    "place_all_servers": ("服务单元全部布置", "all servers are placed", checks.servers_placed),
    "servers_only_at_open": ("服务单元只在开放的地点", "servers stand at open sites only", checks.servers_at_open),
    "server_at_every_open_site": ("开放的地点都有服务单元", "every open site has a server", checks.open_have_servers),
    "count_servers_within": _COVERAGE,
    "reach_only_if_open": _TARGETS,
    "meet_coverage_targets": _TARGETS,
    "bound_largest_impedance": _LARGEST,
    "bound_largest_weighted_impedance": _LARGEST,
    "bound_excess": _TAIL,
    "bound_zone_spread": ("片区均值相差不超过规定值", "zone means lie within the spread", checks.zones_alike),
    "bound_differences": _PAIRS,
    "serve_own_unit": _CONNECTED,
    "carry_catchment_flow": _CONNECTED,
    "flow_only_within_catchment": _CONNECTED,
    "divide_among_sites": _HUFF,
    "share_only_if_open": _OPEN,
    "share_by_attraction": _HUFF,
    "capture_share_of_people": ("到来人口达到规定份额", "the share of people comes", checks.share_captured),
    "change_state": ("各设施逐期的变化成立", "every place passes by changes that there are", states.path_of_changes),
    "pass_through_states": (
        "各设施逐期的变化成立",
        "every place passes by changes that there are",
        states.path_of_changes,
    ),
    "in_use_after_change": ("在用即开放", "what is in use is open, and nothing else", states.open_in_use),
    "respect_state_capacity": ("不超过所处规模的容量", "nothing holds more than its size", states.within_states),
    "respect_state_minimum": ("达到最低使用人数", "every open facility is used enough", states.used_enough),
    "respect_kind_capacity": (
        "各类需求不超过容量",
        "nothing holds more of a kind than its size does",
        states.within_kinds,
    ),
    "keep_change_rows": ("预算等合计条件全部满足", "budgets and all other sums are kept", states.rows_kept),
    "largest_share_beyond_value": ("片区比例由定义重算", "zone shares are derived anew", checks.nothing_more),
    "bound_share_beyond": ("片区比例由定义重算", "zone shares are derived anew", checks.nothing_more),
    "bound_regret": ("各情景都有最优值可比", "every future has its best value", checks.futures_known),
    "bound_coverage_regret": ("各情景都有最优值可比", "every future has its best value", checks.futures_known),
}

# Of a constraint that the numbers switch on: the fields of the instance that it needs.
NUMBERS = {
    "open_exactly_p": ("p",),
    "stay_within_budget": ("budget", "fixed_cost"),
    "stay_within_size_budget": ("budget", "size_cost"),
    "zone_maximum": ("zone_maximum",),
    "close_exactly": ("closures", "closable"),
    "replace_relocated": ("relocatable",),
    "differ_from_excluded": ("excluded",),
    "respect_minimum_load": ("minimum_load",),
    "respect_capacity": ("capacity",),
    "respect_least_points": ("least_points",),
    "respect_most_points": ("most_points",),
    "meet_coverage_targets": ("coverage_targets",),
    "reach_only_if_open": ("coverage_targets",),
    "respect_kind_capacity": ("demand_kind",),
}
# Blocks with which people may have to go elsewhere than to the nearest open site.
NOT_NEAREST = {
    "respect_capacity",
    "respect_minimum_load",
    "respect_least_points",
    "respect_most_points",
    "respect_size_capacity",
    "respect_state_capacity",
    "respect_state_minimum",
    "respect_kind_capacity",
    "assign_within_standard",
    "carry_catchment_flow",
    "share_by_attraction",
}
