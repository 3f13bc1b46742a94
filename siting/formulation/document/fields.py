"""Every number of an instance in words: Chinese, English, unit and symbol."""

from __future__ import annotations

from dataclasses import dataclass, fields

from siting.instance import Instance

AXES = {"I": ("每个需求点", "each demand point"), "J": ("每个地点", "each site")}
AXES |= {"Z": ("每个片区", "each zone"), "S": ("每个规模等级", "each size class")}
PERSONS, YUAN, UNIT, SHARE = (
    ("人", "persons"),
    ("元", "yuan"),
    ("阻抗单位，通常为分钟", "unit of impedance"),
    ("0–1", "0–1"),
)
YES_NO, INDEX, NONE = ("是/否", "yes/no"), ("序号", "index"), ("", "")
ZONE_NUMBER = ("处", "facilities")


@dataclass(frozen=True)
class FieldText:
    """What a field of `Instance` holds.

    Attributes:
        unit: Chinese and English, empty where there is none.
        symbol: LaTeX, empty where no formula has it.
    """

    zh: str
    en: str
    unit: tuple[str, str]
    symbol: str = ""


FIELDS: dict[str, FieldText] = {
    "demand": FieldText("需求（需要服务的人数）", "demand: people who need the service", PERSONS, "a_i"),
    "impedance": FieldText(
        "需求点到地点的出行阻抗；没有的配对不可分配",
        "travel impedance from demand points to sites; a missing pair cannot be assigned",
        UNIT,
        "t_{ij}",
    ),
    "existing": FieldText("现有设施：不计入 p，不花建设费", "existing facilities: not in p, no opening cost", YES_NO),
    "required": FieldText("必选地点", "sites that must open", YES_NO),
    "forbidden": FieldText("禁选地点", "sites that must not open", YES_NO),
    "site_zone": FieldText("地点所在的片区", "zone in which the site lies", INDEX, r"\mathrm{zone}(j)"),
    "zone_minimum": FieldText("片区新建设施的下限", "least number of new facilities", ZONE_NUMBER, "m_k"),
    "zone_maximum": FieldText("片区新建设施的上限", "largest number of new facilities", ZONE_NUMBER, "M_k"),
    "closable": FieldText("可以关闭的现有设施", "existing facilities that may close", YES_NO),
    "relocatable": FieldText(
        "可以迁移的现有设施：每迁出一处，须多新建一处",
        "existing facilities that may move: for each that does, one more opens",
        YES_NO,
    ),
    "closing_cost": FieldText(
        "关闭或迁出的费用；不给时为 0", "cost of closing or moving; 0 where not given", YUAN, "g_j"
    ),
    "closures": FieldText("须关闭几处", "how many facilities must close", ZONE_NUMBER, r"\kappa"),
    "standard": FieldText("覆盖标准", "coverage standard", UNIT, "T_i"),
    "outer_standard": FieldText(
        "外圈标准：渐变覆盖到此为零，不小于 T_i", "outer standard, where gradual cover ends; at least T_i", UNIT, "R_i"
    ),
    "load": FieldText(
        "占用的容量（在容量约束中代替 a_i）；不给时等于需求",
        "what it takes of a capacity, where it stands for a_i; its demand where not given",
        PERSONS,
        "a_i",
    ),
    "capacity": FieldText("容量（学位、床位）；inf 为不限", "capacity (seats, beds); inf for no limit", PERSONS, "c_j"),
    "minimum_load": FieldText("最低使用人数", "least number of users", PERSONS, r"\underline{c}_j"),
    "least_points": FieldText(
        "至少带几个需求点", "least number of demand points", ("个", "demand points"), r"\underline{n}_j"
    ),
    "most_points": FieldText(
        "至多带几个需求点；inf 为不限",
        "largest number of demand points; inf for no limit",
        ("个", "demand points"),
        r"\bar{n}_j",
    ),
    "fixed_cost": FieldText("建设费；现有设施为 0", "cost of opening; 0 for existing facilities", YUAN, "f_j"),
    "size_capacity": FieldText(
        "该规模的容量（如班数 × 班级规模）", "capacity of the size (classes times pupils in each, say)", PERSONS, "C_k"
    ),
    "size_cost": FieldText("该规模的费用，另加地点的建设费", "cost of the size, beside that of the site", YUAN, "F_k"),
    "p": FieldText("新建数量", "number of new facilities", ZONE_NUMBER, "p"),
    "budget": FieldText("预算", "budget", YUAN, "B"),
    "cover_share": FieldText("须达到的人口份额", "share of the people to reach", SHARE, r"\alpha"),
    "backup_weight": FieldText("第二次覆盖的权重", "weight of the second cover", SHARE, r"\omega"),
    "busy_fraction": FieldText(
        "一个服务单元忙碌的时间占比", "share of the time that a server is busy", SHARE, r"\beta"
    ),
    "servers": FieldText("服务单元（车辆）总数", "number of servers (vehicles)", NONE, "V"),
    "decay": FieldText(
        "距离衰减：路程越远，来的人（或吸引力）越少；写法 `Decay(形式, 参数)`，"
        "形式为 linear、power、exponential 或 gaussian",
        "decay: the share who come, or the attraction, by impedance; `Decay(form, parameter)`, the form being linear, "
        "power, exponential or gaussian",
        NONE,
        r"\phi",
    ),
    "travel_cost": FieldText(
        "一人每单位阻抗折合多少元；不给时为 1",
        "yuan for one person and unit of impedance; 1 where not given",
        ("元/(人·阻抗单位)", "yuan per person and unit of impedance"),
        r"\tau",
    ),
    "worst_share": FieldText("最不便的人占多少", "the share of the people who fare worst", SHARE, r"\alpha_q"),
    "ordered_weights": FieldText(
        "逐项（人口份额，权重）：最不便的这一份额的平均阻抗乘以权重",
        "(share, weight) pairs: the mean impedance of that worst share, weighted",
        SHARE,
        r"\alpha_q, \lambda_q",
    ),
    "envy_weight": FieldText(
        "超出标准部分的权重；不给时为 1", "weight of what goes beyond the standard; 1 where not given", NONE, r"\eta"
    ),
    "demand_zone": FieldText("需求点所在的片区", "zone in which the demand point lies", INDEX),
    "zone_spread": FieldText(
        "各片区平均阻抗最多相差多少", "how far zones' mean impedances may differ", UNIT, r"\Delta"
    ),
    "coverage_targets": FieldText(
        "逐档（阻抗，人口份额）", "(impedance, share of the people) pairs", NONE, r"D_\ell, \pi_\ell"
    ),
    "adjacency": FieldText(
        "相邻的需求点对；写法 `Adjacency.from_pairs(一端, 另一端, 需求点数)`",
        "pairs of demand points that touch; `Adjacency.from_pairs(ones, others, number of demand points)`",
        NONE,
        "E",
    ),
    "site_unit": FieldText("地点落在哪个需求点之内", "demand point in which the site lies", INDEX, "u(j)"),
    "site_impedance": FieldText("地点之间的阻抗", "impedance from site to site", UNIT, "d_{jk}"),
    "competitor": FieldText(
        "其他机构的设施，居民也会选择", "sites of others, which people choose among too", YES_NO, "J_{rival}"
    ),
    "attraction": FieldText(
        "地点自身的吸引力；不给时为 1", "how attractive the site is in itself; 1 where not given", NONE, r"\theta_j"
    ),
    "future": FieldText("需求点属于哪种情景（未来）", "future to which the row belongs", INDEX),
    "future_best": FieldText(
        "每种情景单独求解的最优总阻抗",
        "least total impedance of each future on its own",
        ("人·阻抗单位", "persons times unit of impedance"),
        r"\zeta_k",
    ),
    "changes": FieldText(
        "各设施逐期的状态与变化，及其须合计满足的要求；写法见 `Changes`",
        "states of facilities and changes between them from period to period, and what all changes must keep; see "
        "`Changes`",
        NONE,
    ),
    "demand_kind": FieldText(
        "需求的类别（如护理型床位），-1 为不分类", "kind of demand (nursing beds, say), -1 for none", INDEX
    ),
    "ride_beyond": FieldText(
        "超过多远由公家出校车费；inf 为不出",
        "impedance beyond which a ride is paid for; inf for never",
        UNIT,
    ),
    "ride_cost": FieldText("一人的校车费", "the ride of one person", YUAN),
    "stay_beyond": FieldText(
        "超过多远改为寄宿；inf 为不寄宿",
        "impedance beyond which people board in place of riding; inf for never",
        UNIT,
    ),
    "stay_cost": FieldText("一人的寄宿费", "boarding of one person", YUAN),
    "trip_cost": FieldText(
        "一人每单位阻抗折合多少元",
        "yuan for one person and unit of impedance",
        ("元/(人·阻抗单位)", "yuan per person and unit of impedance"),
        r"\tau_i",
    ),
    "beyond_cost": FieldText(
        "标准之内没有着落的一人折合多少元",
        "what one person without a place within the standard counts",
        YUAN,
        r"\bar{h}_i",
    ),
    "left_out_cost": FieldText(
        "完全没有着落的一人另折合多少元",
        "what one person without any place counts besides",
        YUAN,
        r"\bar{g}_i",
    ),
    "excluded": FieldText("不可再选的方案", "plans that must not be chosen again", NONE, r"\mathcal{Y}"),
    "least_difference": FieldText(
        "与已排除方案至少相差几处地点；不给时为 1",
        "in how many sites a plan must differ from each of them; 1 where not given",
        ("处", "sites"),
        r"\nu",
    ),
}


def field_line(name: str) -> str:
    """One item of a list: name, both languages, unit, symbol."""
    text = FIELDS[name]
    axis = {f.name: f.metadata.get("axis", "") for f in fields(Instance)}[name]
    zh, en = AXES.get(axis, ("", ""))
    unit_zh, unit_en = text.unit
    line = f"- `{name}`"
    if text.symbol:
        line += f" ${text.symbol}$"
    line += f"：{zh + '：' if zh else ''}{text.zh}{f'（{unit_zh}）' if unit_zh else ''}"
    return line + f" / {text.en}{f', for {en}' if en else ''}{f' ({unit_en})' if unit_en else ''}"
