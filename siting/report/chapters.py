"""The chapters of a report, in the order of a layout plan (布局专项规划), and what of the run goes into each.

What a run does not tell is left out, with its heading. What it tells and no chapter names comes in a chapter of its
own, so that every kind of answer has a report.
"""

from __future__ import annotations

from siting.report.chapters_basis import BASIS
from siting.report.chapters_plan import PLAN
from siting.report.chapters_situation import SITUATION
from siting.report.outline import Chapter

CHAPTERS = (*SITUATION, *PLAN, *BASIS)
OTHERS = Chapter(("结果与说明", "Results"))
APPENDIX = Chapter(("附录：完整表格", "Appendix: complete tables"))
DROPPED = ("成果表", "数据来源与许可")  # sections whose content the report has in a form of its own
