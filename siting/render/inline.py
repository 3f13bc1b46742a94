"""One self-contained page: everything inlined, nothing fetched, only its own scripts run."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from siting.errors import Faults
from siting.files import resources

LEAFLET = "vendor/leaflet-1.9.4"
FIRST = (
    "decode.js", "text.js", "dom.js", "change.js", "base.js", "names.js", "symbols.js", "zones.js", "panes.js",
    "panel.js", "switches.js", "legend.js", "search.js", "furniture.js", "print.js", "frame.js",
)  # fmt: skip
VIEWS = (
    "data.js",
    "state.js",
    "looks.js",
    "labels.js",
    "layers.js",
    "changes.js",
    "popups.js",
    "panel.js",
    "legend.js",
    "finds.js",
    "embedded.js",
    "main.js",
)
OPINION = ("language.js", "head.js", "subjects.js", "file.js", "main.js")
COMPARE = ("state.js", "maps.js", "divider.js", "figures.js", "gains.js", "heads.js", "panel.js", "main.js")
SCRIPTS = {  # of each kind of page, in order
    "views": (*FIRST, *(f"views/{name}" for name in VIEWS)),
    "opinion": ("dom.js", *(f"opinion/{name}" for name in OPINION)),
    "compare": (
        *("compare/data.js", "text.js", "dom.js", "change.js", "panel.js"),
        *(f"compare/{name}" for name in COMPARE),
    ),
}
TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif"}
POLICY_TOKEN = "@@SCRIPT_HASHES@@"

_URL = re.compile(r"""url\(\s*(['"]?)([^'")]+)\1\s*\)""")
_TOKEN = re.compile(r"@@([A-Z_]+)@@")


def read_asset(name: str) -> str:
    """A text file of `maps/`."""
    return (resources.maps() / name).read_text(encoding="utf-8")


def read_css(name: str) -> str:
    """A style sheet of `maps/` with its pictures inside it."""
    path = resources.maps() / name
    return _URL.sub(lambda match: _inline_url(match, path.parent), path.read_text(encoding="utf-8"))


def read_scripts(kind: str) -> str:
    """The scripts of one kind of page as one function, so that nothing of theirs is global but what they choose.

    They know their own hash, to tell whether the page's data were made for them: a program that is replaced while it
    runs writes data for the scripts that it was loaded with (`MADE_FOR`), and finds others.
    """
    text = _script_text(kind)
    return f"(function () {{\n'use strict';\nconst SCRIPT = '{_hash(text)}';\n{text}\n}}());"


def _script_text(kind: str) -> str:
    return "\n".join(f"// {name}\n{read_asset(f'script/{name}')}" for name in SCRIPTS[kind])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


MADE_FOR = {kind: _hash(_script_text(kind)) for kind in SCRIPTS}  # by kind of page, as they were on loading


def read_leaflet() -> str:
    """Leaflet's script with its licence, without the pointer to its source map."""
    script = re.sub(r"\n//# sourceMappingURL=.*", "", read_asset(f"{LEAFLET}/leaflet.js"))
    return f"/*! Leaflet\n{read_asset(f'{LEAFLET}/LICENSE')}*/\n{script}"


def fill(page: str, texts: dict[str, str]) -> str:
    """Put `texts` in place of their `@@NAME@@` in one pass: what is put in is never looked at again."""
    return _TOKEN.sub(lambda match: texts.get(match[1], match[0]), page)


def seal(page: str, *, held: str = "") -> str:
    """Let only the scripts now in the page run: their hashes go into its content-security policy.

    Args:
        page: whole.
        held: a page that this one will hold in a frame; the policy of the outer page binds it too.

    Raises:
        InputError: when a page refers to anything outside itself.
    """
    scripts = dict.fromkeys([*_scripts_of(page), *_scripts_of(held)])
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    return page.replace(POLICY_TOKEN, " ".join(f"'sha256-{value}'" for value in hashes), 1)


def _scripts_of(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    reader.faults.raise_if_any()
    return reader.scripts


class _Reader(HTMLParser):
    """Reads a page as a browser does: gathers its scripts and every reference that would be fetched."""

    FETCHED = frozenset({"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href", "ping"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.faults = Faults("map.html")
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element would fetch."""
        kind = dict(attrs).get("type") or ""
        self._inside = None
        if tag == "style":
            self._inside = "style"
        elif tag == "script" and kind in ("", "text/javascript", "module"):
            self._inside = "script"
            self.scripts.append("")
        for name, value in attrs:
            text = (value or "").strip()
            fetched = name in self.FETCHED or (name == "href" and tag != "a")
            if fetched and not text.startswith(("data:", "#")):
                self._refuse(tag, text)
            if name == "style":
                self._check_css(text)

    def handle_endtag(self, tag: str) -> None:
        """Leave a script or style element."""
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data: str) -> None:
        """Take in the text of a script or style element."""
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self._check_css(data)

    def _check_css(self, text: str) -> None:
        for match in _URL.finditer(text):
            if not match[2].startswith(("data:", "#")):
                self._refuse("css", match[2])
        for match in re.finditer(r"@import[^;]*", text):
            self._refuse("css", match[0])

    def _refuse(self, tag: str, value: str) -> None:
        self.faults.add(
            "地图页面引用了外部内容，离线时无法打开",
            "the map page refers to something outside itself and would not open without a network",
            remedy_zh="请检查 maps/ 中改动过的文件，把该内容放进 maps/ 再引用",
            remedy_en="look at the files of maps/ that were changed; put the content into maps/",
            column=tag,
            value=value,
        )


def _inline_url(match: re.Match[str], folder: Path) -> str:
    target = match[2]
    path = folder / target
    if target.startswith(("data:", "#")) or path.suffix not in TYPES or not path.is_file():
        return match[0]
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"url(data:{TYPES[path.suffix]};base64,{content})"
