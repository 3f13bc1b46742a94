"""What every symbol of a formula means; found in LaTeX by reading it, so that a test can tell when one is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from siting.formulation.blocks import REGISTER
from siting.formulation.document.fields import FIELDS

WORDS = {
    "existing",
    "new",
    "required",
    "forbidden",
    "leave",
    "move",
    "close",
    "own",
    "rival",
}  # as sub- or superscripts
NO_SYMBOL = {  # LaTeX that means nothing by itself
    *("sum", "min", "max", "frac", "big", "Big", "quad", "qquad", "le", "ge", "in", "forall", "setminus", "dots"),
    *("infty", "pm", "cap", "cup", "lbrace", "rbrace", "cdot"),
}
_BASE = re.compile(r"\\(?:underline|bar|mathcal|mathrm)\{\w+\}|\\[A-Za-z]+|[A-Za-z]")
_SCRIPT = re.compile(r"(\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z0-9])")


@dataclass(frozen=True)
class Symbol:
    """A row of the table: `latex` is what it explains, `means` more mathematics to show beside it."""

    latex: str
    zh: str
    en: str
    means: str = ""

    @property
    def head(self) -> set[str]:
        """The symbols that the row is about: not their indices, nor arguments."""
        return symbols_in(re.sub(r"\([^()]*\)", "", self.latex), indices=False)


def symbols_in(latex: str, *, indices: bool = True) -> set[str]:
    """The symbols of a formula: the letter with the number of its indices (`t_2`) or its word (`J_new`).

    Args:
        indices: whether the indices themselves count too.
    """
    found: set[str] = set()
    place = 0
    while place < len(latex):
        base = _BASE.match(latex, place)
        if base is None:
            place += 1
            continue
        place = base.end()
        if base.group().lstrip("\\") in NO_SYMBOL:
            continue
        key = base.group()
        for mark in "_^":
            script = _SCRIPT.match(latex, place + 1) if latex[place : place + 1] == mark else None
            if script is None:
                continue
            inside = script.group().strip("{}")
            if inside in WORDS:
                key += mark + inside
            elif mark == "_":
                flat = re.sub(r"\([^()]*\)", "", inside)
                key += f"_{len(_BASE.findall(flat))}"
                found |= symbols_in(inside) if indices else set()
            else:
                continue  # a power: read on as part of the formula
            place = script.end()
        found.add(key)
    return found


_OWN = [
    Symbol("i \\in I", "需求点", "demand points"),
    Symbol("j \\in J", "地点：候选地点与现有设施", "sites: candidates and existing facilities"),
    Symbol(
        "k, l",
        "第二个序号：另一个需求点或地点、片区、情景、规模等级、第几个服务单元，见所在的集合",
        "a second index: another demand point or site, a zone, a future, a size class, a count of servers, by its set",
    ),
    Symbol("A", "可行配对 (i, j)：在行程上限之内", "admissible pairs (i, j): within the travel limit"),
    Symbol("J_i", "需求点 i 的可行地点", "sites admissible for demand point i"),
    Symbol(
        "I_j",
        "地点 j 的可行需求点；带 k 时为片区或情景 k 的需求点",
        "demand points admissible for site j; with k those of zone or future k",
    ),
    Symbol(
        "N_i", "标准之内的地点", "sites within the standard of i", "= \\lbrace j \\in J_i : t_{ij} \\le T_i \\rbrace"
    ),
    Symbol("J_{existing}", "现有设施", "existing facilities"),
    Symbol("J_{new}", "其余地点，可以新建", "the other sites, where one may open"),
    Symbol("J_{required}", "必选地点", "sites that must open"),
    Symbol("J_{forbidden}", "禁选地点", "sites that must not open"),
    Symbol("J_{close}", "可以关闭的现有设施", "existing facilities that may close"),
    Symbol("J_{move}", "可以迁移的现有设施", "existing facilities that may move"),
    Symbol(
        "J_{leave}",
        "可以关闭或迁移的现有设施",
        "existing facilities that may close or move",
        "= J_{close} \\cup J_{move}",
    ),
    Symbol("J_{own}", "自有的地点", "one's own sites", "= J \\setminus J_{rival}"),
    Symbol("Z", "片区", "zones"),
    Symbol("K", "情景（未来）", "futures"),
    Symbol("S", "规模等级", "size classes"),
    Symbol("\\ell \\in L", "距离档次", "targets of coverage"),
    Symbol("q \\in Q", "最不便人群的份额（一个或几个）", "worst-off shares, one or several"),
    Symbol("Y", "一个已排除的方案", "an excluded plan", "\\in \\mathcal{Y}"),
    Symbol("Y_j", "该方案中地点 j 是否开放", "whether site j is open in it"),
    Symbol("\\bar{d}", "地点之间的最大阻抗", "the largest impedance between sites", "= \\max d_{jk}"),
    Symbol("\\gamma_{ij}", "渐变覆盖的程度", "gradual cover that j gives i"),
    Symbol(
        "A_{ij}", "地点 j 对 i 的居民的吸引力", "attraction of site j for people at i", "= \\theta_j\\, \\phi(t_{ij})"
    ),
    Symbol(
        "A_i^{rival}",
        "其他机构的设施的吸引力之和",
        "attraction of all sites of others",
        "= \\sum_{j \\in J_{rival}} A_{ij}",
    ),
    Symbol(
        "v \\in \\mathcal{V}",
        "一处设施在一期之后的状态（含不在用），以及第一期之前的状态",
        "a place in a state, or not in use, after a period; and each place before the first period",
    ),
    Symbol("b_v", "第一期之前的状态为 1，其余为 0", "1 where v is a place before the first period, else 0"),
    Symbol(
        "e \\in \\mathcal{E}",
        "变化：一处设施在一期由一种状态到另一种，或保持不变",
        "changes: a place passes from one state to another in a period, or stays as it is",
    ),
    Symbol(
        "\\mathcal{E}_j",
        "地点 j 之后仍在用的变化；带 v 时为离开（−）或进入（+）v 的变化",
        "changes that leave site j in use; with v those that leave (−) or enter (+) v",
    ),
    Symbol("\\bar{C}_e", "变化之后的容量（人）", "capacity of the state that e leads to (persons)"),
    Symbol("\\underline{C}_e", "变化之后的最低使用人数（人）", "least use of the state that e leads to (persons)"),
    Symbol("g \\in G", "需求的类别", "kinds of demand"),
    Symbol("I_{jg}", "地点 j 的可行需求点中属于类别 g 的", "demand points of kind g admissible for site j"),
    Symbol(
        "\\bar{C}_{eg}",
        "变化之后类别 g 的容量（人）",
        "capacity for kind g of the state that e leads to (persons)",
    ),
    Symbol("\\bar{f}_e", "变化的费用（元）", "cost of a change (yuan)"),
    Symbol(
        "\\xi \\in \\Xi",
        "对各项变化合计的要求：预算、撤并数量、同址、配建等",
        "what all changes must keep: budgets, numbers of closings, plots used once, pairings",
    ),
    Symbol("w_{\\xi e}", "变化 e 在要求中的系数", "coefficient of change e in it"),
    Symbol("\\underline{w}_\\xi", "合计的下限", "what it must come to at least"),
    Symbol("\\bar{w}_\\xi", "合计的上限", "what it may come to at most"),
    Symbol(
        "h_{ij}",
        "i 处一人去 j 的校车费；路程超过寄宿界限时为寄宿费（元）",
        "for one person of i who goes to j the ride, or beyond the impedance from which people board the stay (yuan)",
    ),
]


def sets_and_numbers() -> list[Symbol]:
    """Sets, what is made of the numbers, and the fields of the instance."""
    rows = list(_OWN)
    for name, text in FIELDS.items():
        if text.symbol and name != "load":
            zh, en = text.unit
            rows.append(
                Symbol(text.symbol, text.zh + (f"（{zh}）" if zh else ""), text.en + (f" ({en})" if en else ""))
            )
    return rows


def variables() -> list[Symbol]:
    """The decision variables."""
    return [
        Symbol(variable_symbol(block.formula), f"变量：{block.zh}", f"variable: {block.en.rstrip('.')}")
        for block in REGISTER.values()
        if block.kind == "variable"
    ]


def variable_symbol(formula: str) -> str:
    """The variable of its own formula: what stands before the first relation, or after a bound."""
    first = re.split(r"\\(?:le|ge|in)\b", formula)
    return (first[1] if first[0].strip() == "0" else first[0]).strip()


def _used(formulas: Iterable[str]) -> list[Symbol]:
    used = {key for formula in formulas for key in symbols_in(formula)}
    while True:
        shown = [row for row in sets_and_numbers() if row.head & used]
        more = {key for row in shown for key in symbols_in(row.latex) | symbols_in(row.means)}
        if more <= used:
            return shown
        used |= more


def table(formulas: Iterable[str] | None = None) -> list[str]:
    """The table of symbols: of all, or of the sets and numbers in the formulas and in what explains these."""
    rows = [*sets_and_numbers(), *variables()]
    if formulas is not None:
        rows = _used(formulas)
    lines = ["| 符号 symbol | 含义 | meaning |", "|---|---|---|"]
    return lines + [f"| ${row.latex}{' ' + row.means if row.means else ''}$ | {row.zh} | {row.en} |" for row in rows]
