"""The report's sentences about one service: how things stand, and what the plan changes."""

from __future__ import annotations

from siting.render.tables_people import uncovered_by_village
from siting.render.wording import persons_text, share_text
from siting.results import ServiceResult


def plan_sentences(service: ServiceResult) -> tuple[str, str]:
    """What the plan changes, in Chinese and English."""
    before, after = service.headline("before"), service.headline("after")
    b, a = float(before["covered_persons"]), float(after["covered_persons"])
    shares = share_text(before["covered_share"]), share_text(after["covered_share"])
    new = len(service.new_sites)
    closed, moved = (int((service.sites["status"] == status).sum()) for status in ("closed", "moved"))
    done_zh = f"新建 {new} 处" + (f"、关闭 {closed} 处" if closed else "") + (f"、迁移 {moved} 处" if moved else "")
    done_en = f"{new} new {'facility' if new == 1 else 'facilities'}"
    done_en += (f", {closed} closed" if closed else "") + (f", {moved} moved" if moved else "")
    if abs(a - b) < 0.5:
        change_zh = f"能在标准时间内到达的人仍为 {persons_text(a)} 人（{shares[1]}）"
        change_en = f"people within the standard stay at {persons_text(a)} ({shares[1]})"
    else:
        up = a > b
        change_zh = (
            f"能在标准时间内到达的人由 {persons_text(b)} 人（{shares[0]}）{'增至' if up else '减至'} "
            f"{persons_text(a)} 人（{shares[1]}），{'增加' if up else '减少'} {persons_text(abs(a - b))} 人"
        )
        change_en = (
            f"people within the standard {'rise' if up else 'fall'} from {persons_text(b)} ({shares[0]}) to"
            f" {persons_text(a)} ({shares[1]})"
        )
    left_zh, left_en = _left_over(service, "after")
    within = service.assigned_within_persons
    if within < a - 0.5:  # the nearest facility is full for some
        share = share_text(within / float(after["demand_persons"]))
        left_zh += f"受容量限制，按方案分配后有 {persons_text(within)} 人（{share}）在标准时间内。"
        left_en += f" As capacity is short, {persons_text(within)} ({share}) are assigned within it."
    more_zh, more_en = _of_single_models(service)
    left_zh, left_en = left_zh + more_zh, f"{left_en}{more_en}"
    return f"{done_zh}后，{change_zh}。{left_zh}", f"With {done_en}, {change_en}. {left_en}"


def _of_single_models(service: ServiceResult) -> tuple[str, str]:
    """Who gets no place, where vehicles stand, who chooses one's own facilities: what only some models decide."""
    zh = en = ""
    without = service.unassigned_persons - float(service.headline("after")["unreachable_persons"])
    if without > 0.5:
        zh += f"另有 {persons_text(without)} 人虽有设施可达，方案未能安排去处（学位或床位不足，或都在标准之外）。"
        en += f" The plan has no place for {persons_text(without)} more who could reach a facility (full, or too far)."
    if service.has_vehicles:
        vehicles = service.sites["vehicles"]
        zh += f"车辆 {vehicles.sum():,.0f} 辆布置在 {int((vehicles > 0).sum())} 处。"
        en += f" {vehicles.sum():,.0f} vehicles stand at {int((vehicles > 0).sum())} sites."
    captured = service.captured_persons
    if captured is not None:
        share = share_text(captured / float(service.headline("after")["demand_persons"]))
        zh += f"选择自有设施的有 {persons_text(captured)} 人（{share}）。"
        en += f" {persons_text(captured)} people ({share}) choose one's own facilities."
    return zh, en


def today_sentences(service: ServiceResult) -> tuple[str, str]:
    """How things stand, in Chinese and English."""
    row = service.headline("before")
    total, covered = persons_text(row["demand_persons"]), persons_text(row["covered_persons"])
    share = share_text(row["covered_share"])
    left_zh, left_en = _left_over(service, "before")
    return (
        f"需要服务的 {total} 人中，{covered} 人（{share}）能在标准时间内到达一处设施。{left_zh}",
        f"Of {total} people who need it, {covered} ({share}) reach a facility within the standard. {left_en}",
    )


def _left_over(service: ServiceResult, when: str) -> tuple[str, str]:
    """Who is still beyond the standard."""
    row = service.headline(when)
    left = float(row["demand_persons"] - row["covered_persons"])
    if left < 1e-6:
        return "没有人在标准之外。", "Nobody is beyond it."
    found = uncovered_by_village(service, when)
    villages = len(found[["township", "village"]].drop_duplicates())
    zh = f"{'仍有' if when == 'after' else '有'} {villages} 个村（社区）的 {persons_text(left)} 人在标准之外"
    en = f"{persons_text(left)} people in {villages} village{'' if villages == 1 else 's'} are beyond it"
    cut_off = float(row["unreachable_persons"])
    if cut_off > 0:
        zh += f"，其中 {persons_text(cut_off)} 人在计算的最长时间内到不了任何设施"
        en += f", {persons_text(cut_off)} of them with no facility within the longest time looked at"
    return f"{zh}。", f"{en}."
