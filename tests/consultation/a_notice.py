"""A notice that is filled in."""

from __future__ import annotations

from typing import Any

from siting.consultation.notice import Notice
from siting.files.toml import validate


def raw_notice(**changes: Any) -> dict[str, Any]:
    """The document, with some of its keys changed; None: left out."""
    raw = {
        "schema": 1,
        "title_zh": "嵊州市托育设施布局规划公示",
        "title_en": "Nursery layout plan of Shengzhou: public consultation",
        "version": "征求意见稿（第一版）",
        "drafting_unit": "嵊州市自然资源和规划局",
        "publishing_unit": "嵊州市人民政府",
        "scope": "嵊州市市域",
        "period": "2026-2035 年",
        "purpose": "让家长在 15 分钟内送托",
        "content": ["新建托育机构三处。", "扩建两处。"],
        "indicators": [{"name": "新建（处）", "value": "3"}],
        "starts": "2027-03-01",
        "ends": "2027-03-31",
        "feedback": {"email": "gongshi@example.org", "address": "嵊州市某路 1 号", "contact": "规划科"},
        "handling": "逐条登记，采纳与否均说明理由并公布。",
        **changes,
    }
    return {key: value for key, value in raw.items() if value is not None}


def a_notice(**changes: Any) -> Notice:
    """The notice."""
    return validate(raw_notice(**changes), Notice, "notice.toml")
