"""The release code: the hash of exactly what would be published, by which a review is bound to its pack.

All of a pack is made from four things alone: the public answer, the notice, the list of what is public, the program
with its templates. The code is the hash of these, so that it fits as long as, and only as long as, the pack would be
the one that was reviewed. It is not the hash of the pack's own files: to draw those takes minutes, and the review comes
before that.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from siting.consultation.notice import Notice
from siting.consultation.rules import Rules
from siting.errors import fail
from siting.files.json_text import json_text
from siting.files.program import program_hash
from siting.render.told_file import write_told
from siting.render.views import Told

LETTERS = 16


def release_code(told: Told, notice: Notice, rules: Rules) -> str:
    """Such as `3f9a-12bc-77de-0b41`.

    Args:
        told: the public answer.
        notice: that is published with it.
        rules: by which the answer was made public and its facilities are listed.
    """
    digest = hashlib.sha256(program_hash().encode())
    digest.update(json_text(notice.model_dump(mode="json")).encode())
    digest.update(json_text(rules.model_dump(), default=_sorted).encode())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "told"
        write_told(told, path)
        digest.update(path.read_bytes())
    letters = digest.hexdigest()[:LETTERS]
    return "-".join(letters[k : k + 4] for k in range(0, LETTERS, 4))


def _sorted(names: object) -> list[str]:
    """The names of a set in an order that is the same in every process."""
    assert isinstance(names, frozenset)
    return sorted(names)


def check_release(given: str, code: str) -> None:
    """Refuse a code that is not that of what would be published now.

    Raises:
        InputError: where it does not fit.
    """
    if given.strip().lower().replace("-", "") != code.replace("-", ""):
        fail(
            "发布码不符：审阅之后，成果、公示说明、公开清单或程序有了变化（或发布码抄错）",
            "the release code does not fit: the result, the notice, the list of what is public or the program has"
            " changed since the review, or the code was mistyped",
            remedy_zh="不带 --release 再运行一次，重新看审阅页，用其中的新发布码",
            remedy_en="run it again without --release, look at the review anew and use the code in it",
            value=given,
        )
