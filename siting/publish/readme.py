"""`README.txt` of a pack: what is in it, for whoever unpacks it."""

from __future__ import annotations

from siting.consultation.notice import Notice
from siting.render.columns import clean
from siting.render.views import Told


def readme_text(told: Told, notice: Notice) -> str:
    """The text, Chinese first."""
    notices_zh = "\n".join(f"- {clean(zh)}" for zh, _ in told.notices)
    notices_en = "\n".join(f"- {clean(en)}" for _, en in told.notices)
    return f"""\
{clean(notice.title_zh)}
{clean(notice.publishing_unit)}　{clean(notice.version)}
公示时间：{notice.starts} 至 {notice.ends}

文件（都不需要联网）：
notice.html          公示说明；notice.docx 为可编辑的同一内容
map.html             公示地图，用浏览器打开
sheets/              A3 图纸，PDF 供打印，PNG（300 dpi）供张贴和网页使用
facilities.xlsx      设施一览表；facilities.csv 为同一内容
opinion.html         意见表：填写后保存成文件，再按其中写明的方式交回
opinion_form.docx    纸质意见表

请注意：
{notices_zh}
- {clean(notice.note)}

------------------------------------------------------------

{clean(notice.title_en or notice.title_zh)}
Open for opinions from {notice.starts} to {notice.ends}

Files (none needs a network):
notice.html          the notice; notice.docx is the same, to edit
map.html             the public map, for a browser
sheets/              A3 sheets: PDF to print, PNG (300 dpi) to put up
facilities.xlsx      the list of facilities; facilities.csv is the same
opinion.html         the opinion form: fill it in, save a file, hand that in
opinion_form.docx    the opinion form on paper

Please note:
{notices_en}
"""
