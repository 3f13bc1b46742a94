"""The index of the models: which one for which question, by family, all symbols, and a model of one's own."""

from __future__ import annotations

from siting.formulation.document.pages import MARK
from siting.formulation.document.symbols import table
from siting.formulation.spec import FAMILIES, Formulation

GUIDE: list[tuple[str, str, tuple[str, ...]]] = [
    ("让大家走得近：总出行最短", "People should travel little: least total travel", ("p_median",)),
    ("让最远的人也不太远", "Nobody should be very far", ("p_center", "weighted_p_center", "lexicographic_minimax")),
    (
        "规定“15 分钟内可达”，设施数有限，达标的人越多越好",
        "A standard such as 15 minutes, and few facilities: most people within it",
        ("maximal_covering",),
    ),
    ("规定了标准，要求人人达标，问最少建几处", "A standard for everybody: how few facilities", ("set_covering",)),
    (
        "只要求达标率（如 95%），或几档距离各有达标率",
        "A share of the people within the standard, or shares within several distances",
        ("partial_set_covering", "tiered_covering"),
    ),
    ("离标准差一点的也算一部分", "A little beyond the standard still counts for something", ("gradual_covering",)),
    (
        "一处停用时还要有第二处可去",
        "There should be a second facility when the first cannot help",
        ("backup_set_covering", "backup_covering", "maximal_backup_covering"),
    ),
    (
        "学位、床位有限，要容纳得下",
        "Places are short: none may be overfull",
        ("capacitated_p_median", "capacitated_maximal_covering", "capacitated_set_covering"),
    ),
    ("同一个村不拆开", "A village should not be split", ("single_source_p_median", "single_source_fixed_charge")),
    (
        "就近入学：人人去最近的一处，又要容纳得下",
        "Everybody to the nearest school, and none overfull",
        ("closest_p_median",),
    ),
    ("既定地点，又定办学规模（班数）", "How large each new school should be", ("sized_p_median",)),
    (
        "划学区：每个学区连成一片",
        "School districts that hang together",
        ("contiguous_p_median", "contiguous_fixed_charge"),
    ),
    (
        "建设费与出行费一起算，建几处由模型定",
        "Building and travelling weighed in money; the model says how many",
        ("fixed_charge", "capacitated_fixed_charge", "single_source_fixed_charge"),
    ),
    (
        "照顾最不便的人，又不只看最远的一个",
        "Care for the worst-off, not for the very farthest alone",
        ("worst_share_mean", "ordered_median", "minimum_envy"),
    ),
    ("各片区、各人之间尽量均等", "Zones, or people, should fare alike", ("balanced_zones", "least_inequality")),
    ("设施彼此离得远（如避免扎堆）", "Facilities should be far from each other", ("p_dispersion",)),
    (
        "路远来的人就少（文化站、老年食堂）",
        "Fewer come from farther away (libraries, canteens)",
        ("maximum_attendance",),
    ),
    (
        "附近还有其他机构，居民自己选",
        "Others offer the same, and people choose",
        ("market_share", "target_market_share"),
    ),
    ("救护车可能正在出车", "Ambulances may be busy", ("maximal_expected_covering",)),
    (
        "未来人口、道路有几种可能",
        "People and roads may develop in several ways",
        ("minimax_regret", "capacitated_minimax_regret", "maximal_covering_regret"),
    ),
]

OWN_MODEL_FILE = "own_model.toml"
OWN_MODEL = """\
# 自己的模型的例子 An example of a model of one's own.
# 标准之内的人最多；达标人数相同的方案中，全体总出行最短。
# The most people within the standard; among plans that are equal in that, the least total travel of all people.
id = "own_model"
name_zh = "先达标、再就近"
name_en = "Cover first, then travel"
question_zh = "新设施建在哪里，使标准之内的人最多，在此前提下总出行最短？"
question_en = "Where should new facilities go so that the most people are covered and, given that, travel is least?"
source = "Church and ReVelle (1974); ReVelle and Swain (1970)"

variables = ["open_site", "covered", "assign_share"]
objective = "covered_demand"
then = ["total_weighted_impedance"]
constraints = ["cover_only_if_open", "assign_every_demand_point", "assign_only_to_open"]
groups = ["site_conditions"]
resource = ["open_exactly_p", "stay_within_budget"]
"""

_OWN_TEXT = """\
1. 把 `models/` 中的一个文件复制到方案旁边，改写 `id`（与文件名相同）、名称、问题和模块；
   在方案中写 `formulation = "own_model.toml"`，在 Python 中写 `solve(instance, "own_model.toml")`。
   Copy a file of `models/`, change its `id` (the file's name), names, question and blocks; in a scenario write
   `formulation = "own_model.toml"`, in Python `solve(instance, "own_model.toml")`.
2. 模块见 [blocks](blocks.md)。目标或约束用到的变量，须写在 `variables` 中；缺什么、什么不能搭配，程序会说明。
   The blocks are in [blocks](blocks.md). Variables that an objective or constraint uses must be listed in `variables`;
   what is missing or does not fit is said with its reason.
3. `groups = ["site_conditions"]` 一次加入全部[地点条件](site_conditions.md)；`resource` 中的约束恰取一个（p 或预算）；
   `optional` 中的约束在给出数据时才有；`then` 是其后的目标。
   `groups = ["site_conditions"]` brings all [conditions on sites](site_conditions.md); of `resource` exactly one
   constraint holds (p or a budget); those in `optional` hold where there are numbers; `then` lists further objectives.
4. `docs/model.schema.json` 供编辑器补全与检查设置项。It lets an editor complete and check the keys.
5. 每个方案都会独立核验，自己的模型也不例外。Every plan is verified independently, those of one's own models too.
"""


def index_page(formulations: list[Formulation], plans: list[Formulation]) -> str:
    """The guide, all models by family, those of plans over periods, the symbols, and how to write one's own."""
    by_id = {f.id: f for f in formulations}
    lines = ["# 选址模型 Location models", MARK, ""]
    lines += [
        f"{len(formulations)} 个模型，每个都是 `models/` 里的一个文件，每页都有算例。",
        f"{len(formulations)} models, each a file in `models/`, each page with a worked example.",
        "",
        "## 想问什么，用哪个模型 Which model for which question",
        "",
        "| 想问的 | question | 模型 model |",
        "|---|---|---|",
    ]
    for zh, en, names in GUIDE:
        lines.append(f"| {zh} | {en} | {'、'.join(_link(by_id[name]) for name in names)} |")
    for family, (zh, en) in FAMILIES.items():
        lines += [
            "",
            f'<a id="{family}"></a>',
            "",
            f"## {zh} {en}",
            "",
            "| 模型 model | 问题 | question |",
            "|---|---|---|",
        ]
        lines += [_line(f) for f in formulations if f.family == family]
    lines += [
        "",
        "## 多期布局规划 Plans over several periods",
        "",
        "以下模型在 `models/plans/` 中，由全县规划方案使用：设施逐期开办、扩建、缩减或关闭，几项服务共用预算与地块。",
        "These are in `models/plans/`, for scenarios that plan a whole county: facilities open, grow, shrink or close "
        "from period to period, and several services share budgets and plots.",
        "",
        "| 模型 model | 问题 | question |",
        "|---|---|---|",
        *(_line(f) for f in plans),
    ]
    lines += ["", '<a id="symbols"></a>', "", "## 符号 Symbols", "", *table()]
    lines += ["", "## 自己的模型 A model of one's own", "", *_OWN_TEXT.splitlines()]
    lines += [
        "",
        f"例子 an example, [`{OWN_MODEL_FILE}`]({OWN_MODEL_FILE}):",
        "",
        "```toml",
        *OWN_MODEL.splitlines(),
        "```",
    ]
    lines += ["", "### 模型文件的设置项 Keys of a model file", ""]
    lines += ["| 设置项 key | 必填 required | 含义 | meaning |", "|---|---|---|---|"]
    for name, field in Formulation.model_fields.items():
        zh, en = (field.description or "").split(" | ")
        lines.append(f"| `{name}` | {'是 yes' if field.is_required() else '否 no'} | {zh} | {en} |")
    lines += ["", "`family`:", ""] + [f"- `{key}` {zh} {en}" for key, (zh, en) in FAMILIES.items()]
    return "\n".join(lines) + "\n"


def _line(f: Formulation) -> str:
    return f"| [`{f.id}`]({f.id}.md) {f.name_zh} {f.name_en} | {f.question_zh} | {f.question_en} |"


def _link(formulation: Formulation) -> str:
    return f"[{formulation.name_zh}]({formulation.id}.md) `{formulation.id}`"
