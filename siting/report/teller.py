"""The words and tables of a report as blocks: captions are numbered, and it is remembered what has been shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from siting.render.cell_text import sheet_cells
from siting.render.chart import Chart
from siting.render.columns import Sheet
from siting.render.views import Told
from siting.render.wording import Text, both
from siting.report.document import Block, Heading, Paragraph, Picture, Table, Words
from siting.report.drawing import CHART_MM, Drawing
from siting.report.excerpts import Excerpt, Part, narrowed, taken
from siting.report.language import Language, cell, line, words
from siting.report.terms import TWO_LANGUAGES
from siting.report.whole import in_appendix

SECTION_ROWS = 40  # of a table of the run's own sections


@dataclass(eq=False)
class Teller:
    """Makes blocks of what is told of a run.

    Attributes:
        appendix_rows: the longest table that the appendix has in full.
        drawing: draws maps and charts; None: there are no pictures.
        shown: by the key of a sheet, the tables that show some of it.
        whole: keys of the sheets that a table shows to the last row.
        told_sections: which of the sections are in the report already.
    """

    told: Told
    language: Language
    appendix_rows: int
    drawing: Drawing | None = None
    shown: dict[str, list[int]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    told_sections: set[int] = field(default_factory=set)
    _tables: int = 0
    _pictures: int = 0

    @property
    def sheets(self) -> dict[str, Sheet]:
        """The run's tables by key."""
        return {sheet.key: sheet for sheet in self.told.sheets}

    @property
    def subjects(self) -> list[str]:
        """What the map's subjects are called in tables."""
        return list(dict.fromkeys(both((view.subject_zh, view.subject_en)) for view in self.told.views))

    def say(self, text: Text, *, title: bool = False) -> Words:
        """A text in the report's language."""
        return words(text, self.language, title=title)

    def heading(self, level: int, text: Text) -> Heading:
        """A heading."""
        return Heading(1 if level == 1 else 2 if level == 2 else 3, self.say(text, title=True))

    def paragraphs(self, texts: Sequence[Text]) -> list[Paragraph]:
        """Paragraphs; an empty text is none."""
        return [Paragraph(self.say(text)) for text in texts if any(text)]

    def note(self, text: Text) -> Paragraph:
        """A small paragraph."""
        return Paragraph(self.say(text), "note")

    def excerpt(self, excerpt: Excerpt) -> list[Block]:
        """A part of one of the run's sheets; nothing where there is no such part."""
        sheet = self.sheets.get(excerpt.sheet)
        part = None if sheet is None else taken(sheet, excerpt, self.subjects)
        if sheet is None or part is None:
            return []
        if len(part.sheet.frame) == len(sheet.frame) and not excerpt.across:
            if excerpt.sheet in self.whole:
                return []
            self.whole.add(excerpt.sheet)
        return [self.table(part.sheet, source=excerpt.sheet, part=part)]

    def where(self, sheet: Sheet) -> Text:
        """Where all rows of one of the run's sheets are."""
        if in_appendix(sheet, self.appendix_rows):
            return "附录", "the appendix"
        return f"运行文件夹 tables.xlsx 的“{sheet.zh}”表", f"the sheet “{sheet.en}” of tables.xlsx"

    def table(self, sheet: Sheet, *, source: str = "", part: Part | None = None) -> Table:
        """A sheet under a caption, its notes below.

        Args:
            source: key of the sheet of the workbook where all rows are; '': in none.
            part: of what the sheet's rows are a part; None: they are all.
        """
        sheet = self._in_language(sheet)
        self._tables += 1
        if source:
            self.shown.setdefault(source, []).append(self._tables)
        texts, numbers = sheet_cells(sheet, len(sheet.frame))
        rows = [
            tuple(
                cell(text, self.language) if column.name in TWO_LANGUAGES else line(text)
                for column, text in zip(sheet.columns, row, strict=True)
            )
            for row in texts
        ]
        notes = [self.say(note) for note in sheet.notes]
        if part is not None and part.rows > len(rows):
            notes.insert(0, self.say(self._left(part, len(rows), self.sheets.get(source))))
        return Table(
            number=self._tables,
            caption=self.say((sheet.zh, sheet.en), title=True),
            header=tuple(self.say((column.zh, column.en)) for column in sheet.columns),
            rows=tuple(rows),
            numeric=tuple(tuple(row) for row in numbers),
            notes=tuple(notes),
        )

    def _in_language(self, sheet: Sheet) -> Sheet:
        """Without columns that are meant for readers of the other language."""
        kept = tuple(c for c in sheet.columns if c.language in ("", self.language) or self.language == "both")
        return replace(sheet, columns=kept, frame=sheet.frame[[column.name for column in kept]])

    def _left(self, part: Part, shown: int, source: Sheet | None) -> Text:
        """How many rows are left out, and where they are."""
        left = part.rows - shown
        by = "、".join(column.zh for column in part.by), ", ".join(column.en for column in part.by)
        zh = f"共 {part.rows:,} 行，本表列出“{by[0]}”最大的 {shown:,} 行" if by[0] else f"共 {part.rows:,} 行"
        en = f"{part.rows:,} rows; these are the {shown:,} of most “{by[1]}”" if by[0] else f"{part.rows:,} rows"
        if source is None:
            return f"{zh}，其余 {left:,} 行未列出。", f"{en}; {left:,} more are not shown."
        there = self.where(source)
        return f"{zh}，其余 {left:,} 行见{there[0]}。", f"{en}; {left:,} more are in {there[1]}."

    def picture(self, names: Text, png: bytes, alt: Text, width_mm: float, height_mm: float) -> Picture:
        """A picture under a caption."""
        self._pictures += 1
        caption = self.say(names, title=True)
        return Picture(self._pictures, caption, png, self.say(alt).main, width_mm, height_mm)

    def opening(self) -> list[Block]:
        """The first section of a run that has none called the answer."""
        return [] if 0 in self.told_sections or not self.told.sections else self.numbered_section(0, level=0)

    def section(self, title: str, *, heading: bool) -> list[Block]:
        """The sections of the run whose Chinese title begins so, with their tables that are not there yet."""
        blocks: list[Block] = []
        for k, section in enumerate(self.told.sections):
            if k in self.told_sections or not section.zh.startswith(title):
                continue
            blocks += self.numbered_section(k, level=3 if heading else 0)
        return blocks

    def numbered_section(self, k: int, *, level: int) -> list[Block]:
        """Section k of the run.

        Args:
            level: of its heading; 0: it has none.
        """
        section = self.told.sections[k]
        self.told_sections.add(k)
        blocks: list[Block] = list(self.paragraphs(section.paragraphs))
        if self.drawing is not None:
            blocks += [self._chart(chart, self.drawing) for chart in section.charts]
        for sheet in section.sheets:
            known = self.sheets.get(sheet.key)
            same = known is not None and len(known.frame) == len(sheet.frame)
            if same and sheet.key in self.whole:
                continue
            if same and len(sheet.frame) <= SECTION_ROWS:
                self.whole.add(sheet.key)
            short = replace(narrowed(sheet, self.subjects), frame=sheet.frame.head(SECTION_ROWS))
            source = sheet.key if known is not None else ""
            blocks.append(self.table(short, source=source, part=Part(short, len(sheet.frame))))
        return [self.heading(level, (section.zh, section.en)), *blocks] if level and blocks else blocks

    def _chart(self, chart: Chart, drawing: Drawing) -> Picture:
        points = "; ".join(f"{x:,.6g}: {y:,.6g}" for x, y, _ in chart.points)
        zh, en = (f"{title}（{across}）：{points}" for title, across in zip(chart.title, chart.across, strict=True))
        return self.picture(chart.title, drawing.chart(chart), (zh, en), *CHART_MM)
