"""What the data of a report lack: the notices, and what the ledger of facilities does not tell."""

from __future__ import annotations

from siting.render.wording import Text
from siting.report.decisions import service_names
from siting.report.document import Block
from siting.report.teller import Teller


def data_quality(teller: Teller) -> list[Block]:
    """The note on the data of a gap report; nothing where there is no ledger."""
    sheet = teller.sheets.get("ledger")
    if sheet is None or "service" not in sheet.frame:
        return []
    said: list[Text] = list(teller.told.notices)
    numbers = [column for column in sheet.columns if column.kind != "text"]
    for service, rows in sheet.frame.groupby("service", sort=False):
        lacking = [(column, int(rows[column.name].isna().sum())) for column in numbers]
        told = [(column, count) for column, count in lacking if 0 < count < len(rows)]  # else it is not of the service
        if told:
            name = service_names(teller, str(service))
            zh = "、".join(f"{column.zh} {count} 处" for column, count in told)
            en = ", ".join(f"{column.en} of {count}" for column, count in told)
            said.append(
                (
                    f"{name[0]}：台账 {len(rows)} 处，其中没有填报：{zh}。",
                    f"{name[1] or name[0]}: of {len(rows)} in the ledger there is no: {en}.",
                )
            )
    if len(said) == len(teller.told.notices):
        count = len(sheet.frame)
        said.append((f"台账 {count} 处，数值没有缺报。", f"None of the {count} in the ledger lacks a number."))
    return list(teller.paragraphs(said))
