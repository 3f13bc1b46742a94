"""The words of opinions: what they are about, how they came, what they say and what became of them."""

from __future__ import annotations

from siting.render.wording import Text

FORMAT, FORMAT_VERSION = "siting_opinion", 1
STANCE: dict[str, Text] = {
    "support": ("支持", "support"),
    "oppose": ("反对", "oppose"),
    "suggest": ("建议", "suggestion"),
}
ABOUT: dict[str, Text] = {
    "facility": ("设施", "facility"),
    "place": ("村（社区）", "village"),
    "plan": ("整个方案", "the whole plan"),
}
WAY: dict[str, Text] = {
    "form": ("电子意见表", "electronic form"),
    "paper": ("纸质意见表", "paper form"),
    "letter": ("来信", "letter"),
    "email": ("电子邮件", "e-mail"),
    "phone": ("电话", "telephone"),
    "visit": ("来访", "visit"),
    "meeting": ("座谈会、听证会", "meeting or hearing"),
    "other": ("其他", "other"),
}
HANDLING: dict[str, Text] = {
    "adopted": ("采纳", "adopted"),
    "partly": ("部分采纳", "partly adopted"),
    "not": ("未采纳", "not adopted"),
    "explained": ("解释说明", "explained"),
}
OPEN: Text = ("尚未处理", "not handled yet")
OTHERWISE: Text = ("其他写法", "written in other words")


def meant(text: str, words: dict[str, Text]) -> str | None:
    """The key of which `text` is the key, the Chinese, the English or both; None: of none.

    >>> meant("支持 support", STANCE), meant("Oppose", STANCE), meant("也许", STANCE)
    ('support', 'oppose', None)
    """
    wanted = text.strip().casefold()
    for key, (zh, en) in words.items():
        if wanted in (key, zh, en.casefold(), f"{zh} {en}".casefold()):
            return key
    return None
