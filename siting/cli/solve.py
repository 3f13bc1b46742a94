"""`siting solve`: any location model on a cost matrix that the user brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from siting.cli import terminal
from siting.screen import Screen, say_json

if TYPE_CHECKING:
    from siting.bare.ask import Answer

SHOWN = 20  # ids in the readable summary


def _option(name: str, zh: str, en: str, *more: str, **facts: Any) -> Any:
    return typer.Option(name, *more, help=f"{zh} {en}", **facts)


def _file(name: str, zh: str, en: str) -> Any:
    return _option(name, zh, en, metavar="FILE")


File = Path | None
Number = float | None
Words = list[str] | None


def solve_command(
    formulation: Annotated[
        str, _option("--formulation", "选址模型（或 .toml 文件）", "location model, or a .toml file", "-f")
    ],
    impedance: Annotated[
        Path, _option("--impedance", "成本矩阵", "cost matrix: .csv, .parquet, .npz, .npy", "-i", metavar="FILE")
    ],
    demand: Annotated[File, _file("--demand", "需求点的人数", "people: id,demand[,load][,zone]")] = None,
    sites: Annotated[
        File,
        _file(
            "--sites",
            "地点的各种属性",
            "facts about sites: id and any of existing, required, forbidden, closable, relocatable, competitor, "
            "capacity, minimum_load, least_points, most_points, fixed_cost, closing_cost, attraction, zone, unit",
        ),
    ] = None,
    capacity: Annotated[File, _file("--capacity", "地点的容量", "room: id,capacity[,minimum_load]")] = None,
    fixed_cost: Annotated[File, _file("--fixed-cost", "地点的造价", "cost of opening each site: id,fixed_cost")] = None,
    adjacency: Annotated[File, _file("--adjacency", "相邻的需求点", "demand points that touch: two ids a row")] = None,
    site_impedance: Annotated[
        File, _file("--site-impedance", "地点之间的成本矩阵", "cost matrix from site to site, where it is another one")
    ] = None,
    p: Annotated[int | None, _option("--p", "新建几处", "number of new facilities")] = None,
    budget: Annotated[Number, _option("--budget", "新建总预算", "money for new facilities, in place of --p")] = None,
    standard: Annotated[
        Number, _option("--standard", "覆盖标准，与矩阵同单位", "coverage standard, in the unit of the matrix")
    ] = None,
    outer_standard: Annotated[
        Number, _option("--outer-standard", "逐渐降为零的外圈标准", "where gradual cover has fallen to nothing")
    ] = None,
    cover_share: Annotated[
        Number, _option("--cover-share", "须覆盖的人口份额", "share of the people that must be covered, 0 to 1")
    ] = None,
    backup_weight: Annotated[
        Number, _option("--backup-weight", "第二重覆盖的权重", "weight of the second cover, 0 to 1")
    ] = None,
    busy_fraction: Annotated[
        Number, _option("--busy-fraction", "服务单元繁忙的时间份额", "share of the time that a server is busy, 0 to 1")
    ] = None,
    servers: Annotated[int | None, _option("--servers", "服务单元的数量", "servers (ambulances) to place")] = None,
    worst_share: Annotated[
        Number, _option("--worst-share", "境况最差的人口份额", "share of the people who fare worst, above 0 to 1")
    ] = None,
    zone_spread: Annotated[
        Number, _option("--zone-spread", "片区间平均阻抗之差的上限", "largest difference of the zones' mean impedances")
    ] = None,
    envy_weight: Annotated[
        Number, _option("--envy-weight", "超出标准部分的权重", "weight of the impedance beyond the standard")
    ] = None,
    closures: Annotated[
        int | None, _option("--closures", "须关闭几处现有设施", "how many closable facilities must close")
    ] = None,
    travel_cost: Annotated[
        Number, _option("--travel-cost", "每单位人·阻抗折合的费用", "money for one unit of demand x impedance")
    ] = None,
    decay: Annotated[
        str | None,
        _option(
            "--decay",
            "到访份额随阻抗的衰减",
            "how the share of people who come falls: linear:30, power:1.5 or exponential:0.1",
        ),
    ] = None,
    zone_minimum: Annotated[
        Words, _option("--zone-minimum", "片区新建下限", "least new facilities of a zone: north=1; repeatable")
    ] = None,
    zone_maximum: Annotated[
        Words, _option("--zone-maximum", "片区新建上限", "most new facilities of a zone: north=2; repeatable")
    ] = None,
    coverage_target: Annotated[
        Words,
        _option(
            "--coverage-target", "某阻抗之内的人口份额", "share of the people within an impedance: 15=0.8; repeatable"
        ),
    ] = None,
    ordered_weight: Annotated[
        Words,
        _option(
            "--ordered-weight",
            "最差份额人口的平均阻抗的权重",
            "weight of the mean impedance of the worst share of people: 0.1=1; repeatable",
        ),
    ] = None,
    size: Annotated[
        Words, _option("--size", "规模等级：容量=造价", "a size that may be built: capacity=cost; repeatable")
    ] = None,
    exclude: Annotated[
        Words, _option("--exclude", "不要再给出的方案", "a plan not to give again: ids with commas; repeatable")
    ] = None,
    least_difference: Annotated[
        int | None, _option("--least-difference", "与其至少相差几处", "in how many sites to differ from those plans")
    ] = None,
    future_best: Annotated[
        Words,
        _option("--future-best", "各情景单独的最优值", "best objective of a future on its own: dry=1200; repeatable"),
    ] = None,
    unit: Annotated[str, _option("--unit", "矩阵的单位，用于提示", "unit of the matrix, for messages")] = "",
    time_limit: Annotated[float, _option("--time-limit", "求解秒数上限", "seconds for the solver", min=0.1)] = 60.0,
    gap: Annotated[
        float,
        _option("--gap", "允许的相对差距，0 求证明", "relative gap at which to stop; 0 asks for proof", min=0, max=1),
    ] = 0.0,
    seed: Annotated[
        int, _option("--seed", "随机种子", "seed of the solver's random choices", min=0, max=2**31 - 1)
    ] = 0,
    threads: Annotated[int, _option("--threads", "线程数", "threads of the solver", min=1)] = 1,
    assignment: Annotated[bool, _option("--assignment", "输出谁去哪里", "tell also who goes where")] = False,
    as_json: Annotated[bool, _option("--json", "输出一个 JSON 对象", "print one JSON object")] = False,
    quiet: Annotated[bool, _option("--quiet", "不显示进度", "no progress", "-q")] = False,
) -> None:
    """在自带的成本矩阵上求解任意选址模型。Answer any location model on a cost matrix of your own.

    矩阵的行是需求点，列是候选地点，空格表示到不了；`siting list` 列出全部模型，格式见 docs/bare-numbers.md。

    Rows of the matrix are demand points, columns are candidate sites, an empty cell is unreachable. `siting list` names
    the models; docs/bare-numbers.md tells the formats.

    例 For example: siting solve --formulation p_median --impedance minutes.csv --demand people.csv --p 3
    """
    from siting.bare import ask  # slow imports, needed here only

    numbers = {
        "p": p,
        "budget": budget,
        "standard": standard,
        "outer_standard": outer_standard,
        "cover_share": cover_share,
        "backup_weight": backup_weight,
        "busy_fraction": busy_fraction,
        "servers": servers,
        "worst_share": worst_share,
        "zone_spread": zone_spread,
        "envy_weight": envy_weight,
        "closures": closures,
        "travel_cost": travel_cost,
        "least_difference": least_difference,
    }
    answer = ask.answer(
        formulation,
        ask.Files(impedance, demand, capacity, fixed_cost, sites, adjacency, site_impedance),
        ask.Words(
            numbers,
            unit=unit,
            decay=decay,
            zone_minimum=zone_minimum or (),
            zone_maximum=zone_maximum or (),
            coverage_targets=coverage_target or (),
            ordered_weights=ordered_weight or (),
            sizes=size or (),
            excluded=exclude or (),
            future_best=future_best or (),
        ),
        ask.SolverOptions(time_limit_s=time_limit, gap=gap, threads=threads, seed=seed),
        listener=terminal.listener_for(quiet=quiet or as_json, as_json=False),
    )
    if as_json:
        record = answer.record(assignment=assignment)
        say_json(record, strict=True)
    else:
        _print(answer, assignment=assignment)


def _print(answer: Answer, *, assignment: bool) -> None:
    console = Screen()
    for text, style in _lines(answer, assignment=assignment):
        console.print(Text(text, style=style), soft_wrap=True)


def _lines(answer: Answer, *, assignment: bool) -> Iterator[tuple[str, str]]:
    """The readable summary, line by line with its style."""
    record, formulation = answer.record(), answer.formulation
    yield f"{formulation.name_zh} {formulation.name_en}", "bold"
    yield f"  {formulation.question_zh}", ""
    yield f"  {formulation.question_en}", "dim"
    yield f"  {terminal.pad('结论 result', 26)}{record['label_zh']} {record['label']}", ""
    yield f"  {terminal.pad('独立核验 verified', 26)}{answer.checks}/{answer.checks}", ""
    for label, key in (("目标值 objective", "objective"), ("界 bound", "bound")):
        value = record[key]
        yield f"  {terminal.pad(label, 26)}{'—' if value is None else format(value, ',.10g')}", ""
    for number, outcome in enumerate(answer.solution.outcome.then, start=2):
        value = "—" if outcome.objective is None else format(outcome.objective, ",.10g")
        yield f"  {terminal.pad(f'第 {number} 目标 objective {number}', 26)}{value}", ""
    new = set(answer.new)
    for label, ids in (
        ("新建 opened", [_with_detail(answer, key) for key in answer.new]),
        ("现有 existing, open", [_with_detail(answer, key) for key in answer.open if key not in new]),
        ("关闭 closed", answer.closed),
        ("未覆盖 uncovered", answer.uncovered or []),
        ("无处可去 unserved", answer.unserved),
    ):
        if ids or label.startswith("新建"):
            more = f" ……(+{len(ids) - SHOWN:,})" if len(ids) > SHOWN else ""
            yield f"  {terminal.pad(label, 26)}{len(ids):,}: {', '.join(ids[:SHOWN])}{more}", ""
    seconds = answer.seconds
    parts = f"读取 read {seconds['read']:.2f}, 求解 solve {seconds['solve']:.2f}, 核验 verify {seconds['verify']:.2f}"
    yield f"  {terminal.pad('秒 seconds', 26)}{parts}", ""
    for zh, en in answer.notes:
        yield f"! {zh}", "yellow"
        yield f"  {en}", "dim"
    if assignment:
        yield "需求点 demand,地点 site,份额 share", "bold"
        for point, site, share in answer.assignment:
            yield f"{point},{site},{share:g}", ""


def _with_detail(answer: Answer, site: str) -> str:
    """A site's id with its size or its servers, where the model decides them."""
    if answer.sizes is not None and site in answer.sizes:
        return f"{site} ({answer.sizes[site]:g})"
    if answer.servers is not None and site in answer.servers:
        return f"{site} ×{answer.servers[site]}"
    return site
