"""What the command line prints: progress, results, faults. Chinese first, English second."""

from __future__ import annotations

import atexit
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.status import Status
from rich.text import Text

from siting.cases.summary import CaseSummary
from siting.errors import Fault, SitingError
from siting.events import Event, Listener, silent
from siting.files.run_folder import RECORD_FILE
from siting.screen import Screen, json_line, say_json

if TYPE_CHECKING:
    import pandas as pd

    from siting.kinds import Answer
    from siting.results import Outlook, RunResult, ServiceResult

MOST_STATIONS = 10  # existing facilities listed with several vehicles
SHOWN_AFTER_S = 1.0  # stages quicker than this leave no line


def use_utf8() -> None:
    """Windows consoles with another code page must not stop the program at the first Chinese letter."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


class Progress:
    """Draws events: a spinner while a stage runs, a line for each stage over a second.

    A stage around others has no line where theirs tell all of its time but a second.
    """

    def __init__(self, console: Screen) -> None:
        self.console = console
        self.status: Status | None = None
        self.told_s: list[float] = []  # of the stages that run, the outermost first: seconds that lines have told

    def __call__(self, event: Event) -> None:
        """Draw one event."""
        if event.kind == "start":
            self.told_s.append(0.0)
            self._spin(f"{event.zh} {event.en}")
        elif event.kind == "progress":
            share = "" if event.fraction is None else f" {event.fraction:.0%}"
            self._spin(f"{event.zh} {event.en}{share}")
        elif event.kind in ("note", "warning"):
            mark, style = ("!", "yellow") if event.kind == "warning" else ("·", "dim")
            self.console.print(Text(f"  {mark} {event.zh}  {event.en}", style=style), soft_wrap=True)
        elif event.kind == "done":
            told_s = self.told_s.pop() if self.told_s else 0.0
            if not self.told_s:
                self.stop()
            if event.seconds is not None and event.seconds - told_s >= SHOWN_AFTER_S:
                told_s = event.seconds
                line = Text(f"✓ {event.zh} {event.en}  {event.seconds:.1f} s", style="green")
                self.console.print(line, soft_wrap=True)
            if self.told_s:
                self.told_s[-1] += told_s

    def _spin(self, text: str) -> None:
        if not self.console.is_terminal:
            return
        if self.status is None:
            self.status = self.console.status(Text(text))
            self.status.start()
            atexit.register(self.stop)  # an error or Ctrl-C must not leave the terminal without its cursor
        else:
            self.status.update(Text(text))

    def stop(self) -> None:
        """Take the spinner away."""
        if self.status is not None:
            self.status.stop()
            self.status = None
            atexit.unregister(self.stop)


def json_listener(stream: TextIO) -> Listener:
    """A listener that writes each event as one JSON line."""

    def write(event: Event) -> None:
        record = {
            "event": event.kind,
            "stage": event.stage,
            "zh": event.zh,
            "en": event.en,
            "fraction": event.fraction,
            "seconds": None if event.seconds is None else round(event.seconds, 3),
            **({"data": dict(event.data)} if event.data else {}),
        }
        stream.write(json_line(record))
        stream.flush()

    return write


def listener_for(*, quiet: bool, as_json: bool) -> Listener:
    """The listener that the options ask for."""
    if as_json:
        return json_listener(sys.stdout)
    return silent if quiet else Progress(Screen(stderr=True))


OUTPUT_NAMES = {
    "map.html": "地图 map",
    "report.html": "报告 report",
    "tables.xlsx": "表格 tables",
    "tables": "CSV 表格 tables as CSV",
    "plan.gpkg": "图层 layers (QGIS)",
    RECORD_FILE: "记录 record",
}


def print_run(result: RunResult, outputs: dict[str, Path]) -> None:
    """What the plan achieves and where the outputs lie."""
    console = Screen()
    console.print()
    console.print(Text(result.title_zh, style="bold"))
    console.print(Text(result.title_en))
    for service in result.services:
        _print_service(console, service)
    console.print()
    for zh, en in (*result.notices, *result.notes):
        console.print(Text(f"! {zh}", style="yellow"), soft_wrap=True)
        console.print(Text(f"  {en}", style="dim"), soft_wrap=True)
    console.print()
    for name, label in OUTPUT_NAMES.items():
        if name in outputs:
            line = Text(pad(label, 24)) + Text(str(outputs[name].resolve()), style="cyan")
            console.print(line, soft_wrap=True)


def _print_service(console: Screen, service: ServiceResult) -> None:
    """Result label, headline figures and the new facilities of one service."""
    console.print()
    console.print(Text(f"■ {service.service.name_zh} {service.service.name_en}", style="bold"))
    planned = service.outcome is not None
    before, after = service.headline("before"), service.headline("after")
    rows: list[tuple[str, str]] = []
    if service.outcome is not None:
        outcome, passed = service.outcome, sum(check.passed for check in service.checks)
        rows += [
            ("模型 model", f"{service.formulation_zh} {service.formulation_en}"),
            ("结论 result", f"{outcome.label_zh} {outcome.label_en}"),
            ("目标 objective", service.objective_zh),
            ("", service.objective_en),
            ("独立核验 verified", f"{passed}/{len(service.checks)}"),
        ]
    for label, column, form in (
        ("达标人口 within the standard", "covered_share", ".1%"),
        ("平均分钟 mean minutes", "mean_min", ".1f"),
        ("95% 分钟 95th percentile", "p95_min", ".1f"),
        ("最不便一成平均 worst tenth", "worst_tenth_min", ".1f"),
        ("最远分钟 worst minutes", "worst_min", ".1f"),
        ("到不了的人 people out of reach", "unreachable_persons", ",.0f"),
    ):
        first, second = _figure(before[column], form), _figure(after[column], form)
        rows.append((label, f"{first} → {second}" if planned else first))
        if column == "covered_share" and planned and service.assigned_within_persons < after["covered_persons"] - 0.5:
            share = service.assigned_within_persons / after["demand_persons"]
            rows.append(("  受容量限制 as assigned", f"{share:.1%}"))
    if planned:
        rows += _plan_rows(service)
    for label, text in rows:
        console.print(Text(f"  {pad(label, 32)}{text}"), soft_wrap=True)
    for _, site in service.new_sites.iterrows():
        chosen = f"  {site['size_class']}" if site["size_class"] else ""
        chosen += f"  {site['vehicles']:.0f} 辆 vehicles" if site["vehicles"] > 0 else ""
        console.print(Text(f"    + {_site(site)}{chosen}"), soft_wrap=True)
    for _, site in service.gone_sites.iterrows():
        words = {"closed": "关闭 closes", "moved": "迁出 moves away"}[site["status"]]
        console.print(Text(f"    - {_site(site)}  {words}"), soft_wrap=True)
    several = service.sites[(service.sites["vehicles"] > 1) & (service.sites["status"] == "existing")]
    for _, site in several.nlargest(MOST_STATIONS, "vehicles").iterrows():
        console.print(Text(f"    · {_site(site)}  {site['vehicles']:.0f} 辆 vehicles"), soft_wrap=True)
    if len(several) > MOST_STATIONS:
        rest = len(several) - MOST_STATIONS
        text = f"    ……另有 {rest:,} 处现有设施有两辆以上，见表格 and {rest:,} more with two or more in the tables"
        console.print(Text(text, style="dim"), soft_wrap=True)
    if service.outlook is not None:
        _print_outlook(console, service.outlook)


def _plan_rows(service: ServiceResult) -> list[tuple[str, str]]:
    """What the plan builds, closes, moves and costs, and whom it leaves without a place."""
    after, counts = service.headline("after"), service.sites["status"].value_counts()
    rows: list[tuple[str, str]] = []
    without = service.unassigned_persons - float(after["unreachable_persons"])
    if without > 0.5:
        rows.append(("没有安排去处的人 without a place", f"{without:,.0f}"))
    captured = service.captured_persons
    if captured is not None:
        share = captured / after["demand_persons"]
        rows.append(("选择自有设施 choose one's own", f"{captured:,.0f} ({share:.1%})"))
    rows.append(("新建 new facilities", str(counts.get("new", 0))))
    rows += [
        (label, str(counts[status]))
        for status, label in (("closed", "关闭 closed"), ("moved", "迁移 moved"))
        if status in counts
    ]
    if service.has_vehicles:
        standing = int((service.sites["vehicles"] > 0).sum())
        rows.append(("车辆 vehicles", f"{service.sites['vehicles'].sum():,.0f} 辆，{standing:,} 处 sites"))
    if service.opening_yuan > 0:
        rows.append(("新建投资（元） cost, yuan", f"{service.opening_yuan:,.0f}"))
    if service.closing_yuan > 0:
        rows.append(("关闭与迁移（元） closing, moving", f"{service.closing_yuan:,.0f}"))
    return rows


def _site(site: pd.Series) -> str:
    return f"{site['id']}  {site['township']} {site['name']}"


def _print_outlook(console: Screen, outlook: Outlook, most: int = 10) -> None:
    """One line a future: people within the standard, mean minutes, regret; then who is cut off, by name."""
    console.print(Text("  未来情景 futures"), soft_wrap=True)
    rows = outlook.table.to_dict("records")
    width = 2 + max(cell_len(f"{row['name_zh']} {row['name_en']}") for row in rows)
    for row in rows:
        share = "" if math.isnan(row["regret_share"]) else f" ({row['regret_share']:.1%})"
        parts = (
            f"达标 covered {row['covered_persons']:,.0f} ({_figure(row['covered_share'], '.1%')})",
            f"平均 mean {_figure(row['mean_min'], '.1f')} min",
            f"遗憾 regret {_figure(row['regret'], ',.0f')}{share}",
        )
        name = pad(f"{row['name_zh']} {row['name_en']}", width)
        console.print(Text(f"    {name}{'  '.join(parts)}"), soft_wrap=True)
        if row["no_place_persons"] >= 0.5:
            text = f"      ! {row['no_place_persons']:,.0f} 人无处可去 people without a place"
            console.print(Text(text, style="yellow"), soft_wrap=True)
        places = outlook.places
        cut = places[(places["future"] == row["id"]) & (places["cut_off_persons"] > 0)]
        if len(cut):
            named = [
                f"{place['township']} {place['village']} {max(place['cut_off_persons'], 1.0):,.0f}".strip()
                for place in cut.head(most).to_dict("records")
            ]
            more = f" ……(+{len(cut) - most})" if len(cut) > most else ""
            text = f"      ! 被阻断 cut off: {row['cut_off_persons']:,.0f} 人 people: {'、'.join(named)}{more}"
            console.print(Text(text, style="yellow"), soft_wrap=True)


def print_answer(answer: Answer, outputs: dict[str, Path], *, quiet: bool, as_json: bool) -> None:
    """What an answer of another kind tells, and where its files are."""
    if as_json:
        files = {name: str(path.resolve()) for name, path in outputs.items()}
        say_json({"event": "result", "outputs": files, **answer.record()})
        return
    console = Screen()
    if quiet:
        console.print(Text(str(outputs["map.html"].resolve())), soft_wrap=True)
        return
    print_lines(answer.lines(), outputs)


def print_lines(lines: Sequence[tuple[str, str]], outputs: Mapping[str, Path]) -> None:
    """Lines with their styles, then where the files are."""
    console = Screen()
    for text, style in lines:
        console.print(Text(text, style=style), soft_wrap=True)
    for name, path in outputs.items():
        console.print(Text(f"  {pad(name, 32)}{path.resolve()}"), soft_wrap=True)


def print_case(summary: CaseSummary, *, quiet: bool, as_json: bool) -> None:
    """What a new case holds, what was guessed, and how to run it."""
    if as_json:
        record: dict[str, object] = {
            "event": "result",
            "case": str(summary.folder.resolve()),
            "counts": dict(summary.counts),
        }
        record["guesses"] = [{"zh": zh, "en": en} for zh, en in summary.guesses]
        say_json(record)
        return
    console = Screen()
    if quiet:
        console.print(Text(str(summary.folder.resolve())), soft_wrap=True)
        return
    console.print(Text(f"案例 case: {summary.folder.resolve()}", style="bold"), soft_wrap=True)
    for name, count in summary.counts.items():
        console.print(Text(f"  {pad(name, 32)}{count:,}"), soft_wrap=True)
    console.print(Text("推测与假设 what was guessed:", style="bold"))
    for zh, en in summary.guesses:
        console.print(Text(f"! {zh}", style="yellow"), soft_wrap=True)
        console.print(Text(f"  {en}", style="dim"), soft_wrap=True)
    path = f'"{summary.scenario}"' if " " in str(summary.scenario) else summary.scenario
    console.print(Text(f"运行 run it: siting run {path}"), soft_wrap=True)


def _figure(value: float, form: str) -> str:
    """A number in `form`; a dash where there is none, as the mean of nobody."""
    return "—" if value != value else format(value, form)


def pad(text: str, width: int) -> str:
    """Pad to `width` columns; a Chinese character takes two."""
    return text + " " * max(1, width - cell_len(text))


def print_gaps(result: RunResult, most: int = 10) -> None:
    """The villages with the most people beyond the standard, by service; the tables hold them all."""
    console = Screen()
    for service in result.services:
        beyond = service.demand[~service.demand["covered_before"] & (service.demand["demand_persons"] > 0)]
        place = beyond["village"].where(beyond["village"] != "", beyond["name"])
        villages = beyond.assign(place=place, lost=beyond["nearest_before_min"].isna())
        table = (
            villages.groupby(["township", "place"], sort=False)
            .agg(persons=("demand_persons", "sum"), worst=("nearest_before_min", "max"), lost=("lost", "any"))
            .reset_index()
        )
        persons = beyond["demand_persons"].sum()
        zh, en = service.service.name_zh, service.service.name_en
        console.print()
        title = f"{zh}：{len(table):,} 个村（社区）的 {persons:,.0f} 人未达标"
        console.print(Text(title, style="bold"), soft_wrap=True)
        console.print(
            Text(f"{en}: {persons:,.0f} people of {len(table):,} villages beyond the standard"), soft_wrap=True
        )
        for row in table.nlargest(most, "persons").itertuples():
            far = "有人到不了 some out of reach" if row.lost else f"最远 at most {row.worst:.1f} min"
            console.print(Text(f"  {row.township} {row.place}  {row.persons:,.0f} 人 persons  {far}"), soft_wrap=True)
        if len(table) > most:
            rest = len(table) - most
            console.print(
                Text(f"  ……另有 {rest:,} 个，见表格 and {rest:,} more in the tables", style="dim"), soft_wrap=True
            )


def print_error(error: SitingError, *, as_json: bool = False) -> None:
    """All faults, each with its place and its remedy."""
    if as_json:
        record = {
            "event": "error",
            "error": type(error).__name__,
            "exit_code": error.exit_code,
            "faults": [{**_fields(fault), "place": fault.place} for fault in error.faults],
        }
        say_json(record)
        return
    console = Screen(stderr=True)
    console.print()
    console.print(Text(f"错误 Error ({len(error.faults)}):", style="bold red"))
    for fault, following in zip(error.faults, (*error.faults[1:], None), strict=True):
        if fault.place:
            console.print(Text(f"✗ {fault.place}", style="bold"), soft_wrap=True)
        if following is not None and following.place and _words(following) == _words(fault):
            continue  # the same at the next place too: said once, below the last
        console.print(Text(f"  {fault.zh}" + (f" → {fault.remedy_zh}" if fault.remedy_zh else "")), soft_wrap=True)
        en = f"  {fault.en}" + (f" → {fault.remedy_en}" if fault.remedy_en else "")
        console.print(Text(en, style="dim"), soft_wrap=True)


def _words(fault: Fault) -> tuple[str, str, str, str]:
    return fault.zh, fault.en, fault.remedy_zh, fault.remedy_en


def _fields(fault: Fault) -> dict[str, object]:
    return {name: getattr(fault, name) for name in fault.__dataclass_fields__}
