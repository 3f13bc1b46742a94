"""A published plan, and returned forms, as the tests need them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from siting.consultation.rules import load_rules
from siting.opinions.asked import Asked, Facility, Place

RULES = load_rules()
ASKED = Asked(
    plan="tiny/plan", title=("方案", "Plan"), version="第一版", start=date(2026, 11, 10), end=date(2026, 12, 20),
    unit="教育体育局", channels=("电子邮箱 E-mail：a@example.gov.cn",),
    facilities=(
        Facility(1, "primary_school", "小学", "Primary schools", "s1", "甲小学", "东乡", "关闭", "closed"),
        Facility(2, "primary_school", "小学", "Primary schools", "s2", "乙小学", "西乡", "新建", "new"),
    ),
    places=(Place("东乡", "山前村"), Place("西乡", "山前村"), Place("西乡", "水口村")),
)  # fmt: skip
SCHOOL = {"kind": "facility", "service": "primary_school", "id": "s1", "name": "甲小学", "township": "东乡"}


def form(form_id: str = "ABCDEFGH2345", **changes: Any) -> dict[str, Any]:
    """What the page saves."""
    return {
        "format": "siting_opinion", "format_version": 1, "form_id": form_id, "revision": 1,
        "saved": "2026-11-20T08:00:00.000Z", "date": "2026-11-20", "plan": "tiny/plan", "title": ["方案", "Plan"],
        "notice_version": "第一版", "about": SCHOOL, "stance": "oppose", "content": "请保留甲小学",
        "contact": {"name": "", "phone": "", "email": ""}, **changes,
    }  # fmt: skip


def put(folder: Path, name: str, content: Any) -> Path:
    """Write a returned file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path
