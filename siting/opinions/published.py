"""Finds what was published: by the opinion form of a pack, or by the answer of a run, which has no period."""

from __future__ import annotations

from pathlib import Path

from siting.consultation.rules import load_rules
from siting.errors import fail
from siting.files.run_folder import ANSWER_FILE
from siting.opinions.asked import PAGE, Asked, asked_in, asked_of
from siting.render.told_file import read_told


def find_asked(word: str, runs: Path) -> Asked:
    """What was asked, by the form's page, a folder that holds it, or the folder of a run in which one pack lies.

    Without a pack the run's own facilities and villages are what was asked, with neither version nor period.

    Args:
        word: a path, or a name of a folder in `runs`.

    Raises:
        InputError: when there is no form, or there are several of different versions.
    """
    place = next((place for place in (Path(word), runs / word) if place.exists()), Path(word))
    if place.is_file():
        return asked_in(place)
    found = [place / PAGE] if (place / PAGE).is_file() else sorted(place.glob(f"**/{PAGE}"))
    asked = {page: asked_in(page) for page in found}
    kinds = list(dict.fromkeys(asked.values()))
    if len(kinds) == 1:
        return kinds[0]
    if kinds:
        fail(
            "这里有几份不同的意见表，请指明一份",
            "there are several different forms here; name one",
            file=place,
            value="、".join(str(page.relative_to(place)) for page in found),
        )
    if (place / ANSWER_FILE).is_file():
        return asked_of(read_told(place), None, load_rules())
    fail(
        f"这里没有公示的意见表（{PAGE}）",
        f"there is no published form here ({PAGE})",
        remedy_zh="请给出公示材料的文件夹、其中的 opinion.html，或运行的成果文件夹",
        remedy_en="name the folder of the pack, the opinion.html in it, or the folder of the run",
        file=place,
    )
