"""What stands on the first page and at the head of every page of a report: title, label, notices, who and when."""

from __future__ import annotations

from typing import Literal

import siting
from siting.render.wording import Text
from siting.report.document import Block, Document
from siting.report.teller import Teller

DRAFT: Text = (
    "本稿由程序生成，供编制人员修改；以最终批复为准。",
    "A draft made by the program, for its authors to edit.",
)


def report_of(teller: Teller, blocks: list[Block]) -> Document:
    """The report with these chapters, its title page and its contents."""
    facts = [
        *data_date(teller),
        (f"计算程序：siting {siting.__version__}", f"Computed by siting {siting.__version__}"),
        ("编制单位：＿＿＿＿＿＿＿＿＿＿", "Authors: __________"),
        ("编制日期：＿＿＿＿年＿＿月", "Date: __________"),
        DRAFT,
    ]
    return framed(teller, "report", blocks, facts)


def data_date(teller: Teller) -> list[Text]:
    """The day of the data, where the case has one."""
    date = teller.told.place.info.data_date
    return [(f"数据时点：{date}", f"Data of {date}")] if date else []


def framed(teller: Teller, form: Literal["report", "brief"], blocks: list[Block], facts: list[Text]) -> Document:
    """A document of the run.

    Args:
        facts: below the title, the label and the notices.
    """
    told, info = teller.told, teller.told.place.info
    main: Literal["zh", "en"] = "en" if teller.language == "en" else "zh"
    label = teller.say(told.label, title=True)
    running = [teller.say(told.title).main, label.main]
    if info.synthetic:
        running.append(teller.say(("含合成数据", "synthetic data")).main)
    chinese = main == "zh"
    return Document(
        form=form,
        language=main,
        kicker=teller.say((info.name_zh, info.name_en), title=True),
        title=teller.say(told.title, title=True),
        label=label,
        facts=tuple(teller.say(fact) for fact in facts),
        notices_title=teller.say(("请注意", "Please note"), title=True),
        notices=tuple(teller.say(notice) for notice in told.notices),
        running=" · ".join(running),
        contents=teller.say(("目录", "Contents"), title=True) if form == "report" else None,
        table_word="表" if chinese else "Table",
        picture_word="图" if chinese else "Figure",
        page=("第 ", " 页，共 ", " 页") if chinese else ("Page ", " of ", ""),
        blocks=tuple(blocks),
    )
