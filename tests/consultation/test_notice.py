"""The notice: what it demands, and that all its faults are told at once."""

from __future__ import annotations

from datetime import date

import pytest

from siting.consultation.notice import Notice
from siting.errors import InputError
from siting.files.toml import validate
from tests.consultation.a_notice import a_notice, raw_notice


def faults_of(**changes: object) -> dict[str, str]:
    """By key, what is said of it."""
    with pytest.raises(InputError) as caught:
        validate(raw_notice(**changes), Notice, "notice.toml")
    return {str(fault.column): f"{fault.zh} {fault.en}" for fault in caught.value.faults}


def test_a_filled_notice_is_taken() -> None:
    notice = a_notice()
    assert notice.starts == date(2027, 3, 1)
    assert notice.days == 30
    assert not notice.shortened
    assert notice.note == "以最终批复为准"


@pytest.mark.parametrize(("ends", "days"), [("2027-03-30", 29), ("2027-03-02", 1)])
def test_less_than_thirty_days_is_refused_with_the_date_that_will_do(ends: str, days: int) -> None:
    said = faults_of(ends=ends)["ends"]
    assert f"只有 {days} 天" in said
    assert "2027-03-31" in said
    assert "reason_shorter" in said


def test_a_stated_reason_allows_fewer_days() -> None:
    notice = a_notice(ends="2027-03-10", reason_shorter="汛期前须完成")
    assert notice.days == 9
    assert notice.shortened


def test_no_reason_allows_an_end_before_the_start() -> None:
    assert "早于" in faults_of(ends="2027-02-28", reason_shorter="紧急")["ends"]


def test_one_way_to_answer_is_enough_and_a_contact_alone_is_none() -> None:
    assert a_notice(feedback={"phone": "0575-00000000"}).feedback.phone
    assert "反馈方式" in faults_of(feedback={"contact": "规划科"})["feedback"]


def test_all_faults_are_told_at_once() -> None:
    said = faults_of(
        title_zh="", drafting_unit="【请填写】", scope=None, starts="soon", content=[], feedback={},
        map_review_number="12", titel="x", indicators=[{"name": "", "value": "3"}],
    )  # fmt: skip
    assert set(said) == {
        "title_zh", "drafting_unit", "scope", "starts", "content", "feedback", "map_review_number", "titel",
        "indicators[1].name",
    }  # fmt: skip


def test_a_hint_of_the_template_left_in_an_optional_key_counts_as_empty() -> None:
    assert a_notice(map_review_number="【没有就不写】").map_review_number == ""
    assert a_notice(map_review_number="浙S(2026)12号").map_review_number == "浙S(2026)12号"
