"""What the command line tells of a log."""

from __future__ import annotations

from dataclasses import asdict

from siting.opinions.output import Logged

SHOWN = 20  # faults that are told here; the sheet has them all


def lines_of(logged: Logged) -> list[tuple[str, str]]:
    """The summary, then every file that was not read with the reason and what to do."""
    lines: list[tuple[str, str]] = []
    for zh, en in logged.summary:
        lines += [(zh, "bold"), (en, "dim")]
    faults = logged.collected.faults
    for fault in faults[:SHOWN]:
        zh, _, en = str(fault).partition("\n")
        lines += [(f"! {zh}", "yellow"), (f"  {en.strip()}", "dim")]
    if len(faults) > SHOWN:
        rest = len(faults) - SHOWN
        lines.append((f"……另有 {rest} 处，见“没有读进的”表 and {rest} more in the sheet Not read", "dim"))
    return lines


def record_of(logged: Logged) -> dict[str, object]:
    """What `--json` tells; without what people wrote."""
    return {
        "event": "result",
        "outputs": {name: str(path.resolve()) for name, path in logged.outputs.items()},
        "opinions": len(logged.rows),
        "files": logged.collected.files,
        "summary": [{"zh": zh, "en": en} for zh, en in logged.summary],
        "faults": [asdict(fault) for fault in logged.collected.faults],
    }
