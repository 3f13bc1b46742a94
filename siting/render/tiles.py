"""Tiles of a map service under the map of a run, for own use only: never required, never in anything published.

The address, which often holds a key, is given in the environment and nowhere else: it is written into the map page of
the run, and into no record, log or table.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from siting.errors import fail
from siting.render.wording import Text

VARIABLE = "SITING_TILES"
NOTICE: Text = (
    "本页的底图瓦片来自在线地图服务，地址中可能含有您的密钥：只供自己使用，不得公开；公开请用“siting publish”。",
    "This page draws tiles of an online map service and may hold your key: for own use only, not to be made public; "
    "publish with `siting publish`.",
)
_HOST = re.compile(r"(?:\*\.)?[A-Za-z0-9.-]+(?::\d+)?")


@dataclass(frozen=True)
class Tiles:
    """Where the tiles come from.

    Attributes:
        template: address with {z}, {x}, {y}, and {s} (0 to 7) where the service has several hosts.
        source: what the page's content-security policy lets pictures be fetched from beside itself.
    """

    template: str
    source: str


def tiles_asked() -> Tiles | None:
    """The tiles that the environment asks for; None where it does not.

    Raises:
        InputError: when it is no address of tiles; the message does not repeat it, as it may hold a key.
    """
    template = os.environ.get(VARIABLE, "").strip()
    return tiles_from(template) if template else None


def tiles_from(template: str) -> Tiles:
    """The tiles of an address.

    Raises:
        InputError: when it is none.
    """
    parts = urlsplit(re.sub(r"[^/.]*\{s\}[^/.]*(?=\.)", "*", template, count=1))
    words = set(re.findall(r"\{(\w*)\}", template))
    right = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc)
    if not right or not {"z", "x", "y"} <= words or not words <= {"z", "x", "y", "s"}:
        fail(
            f"环境变量 {VARIABLE} 不是瓦片地址", f"the environment's {VARIABLE} is no address of tiles",
            remedy_zh="写成 https://主机/…{z}…{x}…{y}… 的形式，多台主机时用 {s}；不用在线底图就删去这个变量",
            remedy_en="write it as https://host/...{z}...{x}...{y}..., with {s} for several hosts; or unset it",
        )  # fmt: skip
    return Tiles(template, f"{parts.scheme}://{parts.netloc}")
