"""The release code: the hash of exactly what would be published, by which a review is bound to its pack.

All of a pack is made from three things alone: the public answer, the notice, the program. The code is the hash of
these, so that it fits as long as, and only as long as, the pack would be the one that was reviewed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import siting
from siting.errors import fail
from siting.files import resources
from siting.files.cache import hash_file
from siting.publish.notice import Notice
from siting.render.told_file import write_told
from siting.render.views import Told

LETTERS = 16


def release_code(told: Told, notice: Notice) -> str:
    """Such as `3f9a-12bc-77de-0b41`.

    Args:
        told: the public answer.
        notice: that is published with it.
    """
    digest = hashlib.sha256(siting.__version__.encode())
    digest.update(json.dumps(notice.model_dump(mode="json"), ensure_ascii=False, sort_keys=True).encode())
    for path in sorted(resources.maps().rglob("*")):  # the look of the pages
        if path.is_file():
            digest.update(f"{path.relative_to(resources.maps()).as_posix()}:{hash_file(path)}".encode())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "told"
        write_told(told, path)
        digest.update(path.read_bytes())
    letters = digest.hexdigest()[:LETTERS]
    return "-".join(letters[k : k + 4] for k in range(0, LETTERS, 4))


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
