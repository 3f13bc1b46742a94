"""osmnx's requests with every wait announced and every failure of the network named.

osmnx waits without a word when a server is busy, for ever if need be. Here a hook on its responses ends its request
before it would wait, the pause is announced and counted, and a line of progress shows while a server works.
"""

from __future__ import annotations

import html
import json
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import osmnx
import requests
from osmnx._errors import ResponseStatusCodeError

import siting
from siting.errors import NetworkError, fail

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org/"
BUSY = (429, 502, 503, 504)
LONGEST_PAUSE_S = 300.0
BEAT_S = 5.0  # a sign of life as often
Answer = TypeVar("Answer")
Say = Callable[..., None]


@dataclass(frozen=True)
class Endpoint:
    """Where and how to ask.

    Attributes:
        overpass_url: up to and without `/interpreter`.
        nominatim_url: only asked for `place`.
        cache: folder of answers that were got before; None keeps none.
        timeout_s: for each answer, and for Overpass's work on it.
        attempts: how often a busy server is asked.
        pause_s: between these, unless the server names a time.
    """

    overpass_url: str = OVERPASS_URL
    nominatim_url: str = NOMINATIM_URL
    cache: Path | None = None
    timeout_s: float = 180.0
    attempts: int = 4
    pause_s: float = 30.0


class _BusyError(Exception):
    """A server that asks to come again later."""

    def __init__(self, status: int, after_s: float | None) -> None:
        super().__init__(status)
        self.status, self.after_s = status, after_s


class _RefusalError(Exception):
    """A server's plain no."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text}")


def _on_response(response: requests.Response, *_: object, **__: object) -> None:
    """Ends osmnx's request before it would wait by itself, or take an error for an answer."""
    if response.status_code in BUSY:
        named = response.headers.get("Retry-After", "")
        raise _BusyError(response.status_code, float(named) if named.isdecimal() else None)
    if response.status_code >= 400:
        raise _RefusalError(response.status_code, plain_text(response.text))


def plain_text(text: str) -> str:
    """The words of an HTML page, Overpass's own error lines first."""
    errors = re.findall(r"Error</strong>:(.*?)</p>", text, flags=re.DOTALL)
    bare = re.sub(r"<[^>]+>", " ", " ".join(errors) or text)
    return " ".join(html.unescape(bare).split())[:300]


def ask(action: Callable[[], Answer], url: str, where: Endpoint, say: Say, *, zh: str, en: str) -> Answer:
    """Do `action`, again while the server is busy, every wait announced.

    Raises:
        NetworkError: as `fetch_case`.
    """
    for attempt in range(1, where.attempts + 1):
        try:
            return _with_signs_of_life(action, say, zh=f"等待{zh}回答", en=f"waiting for {en}")
        except _BusyError as error:
            if attempt == where.attempts:
                fail(
                    f"服务器繁忙（HTTP {error.status}），已试 {attempt} 次",
                    f"the server is busy (HTTP {error.status}); it was asked {attempt} times",
                    remedy_zh="请过几分钟再试，缩小范围，或换用其他服务器（--overpass-url）",
                    remedy_en="try again in some minutes, take a smaller area, or another server (--overpass-url)",
                    file=url,
                    kind=NetworkError,
                )
            pause = min(error.after_s if error.after_s is not None else where.pause_s, LONGEST_PAUSE_S)
            _wait(pause, error.status, f"{attempt + 1}/{where.attempts}", say)
        except requests.exceptions.Timeout:
            fail(
                f"服务器在 {where.timeout_s:g} 秒内没有回答",
                f"the server gave no answer within {where.timeout_s:g} s",
                remedy_zh="请加大 --timeout、缩小范围，或稍后再试",
                remedy_en="raise --timeout, take a smaller area, or try again later",
                file=url,
                kind=NetworkError,
            )
        except requests.exceptions.RequestException as error:
            fail(
                f"连不上服务器（没有互联网？）{_reason(error)}",
                f"the server cannot be reached (no internet?) {_reason(error)}",
                remedy_zh="请检查网络与代理；离线时请用 new-case --pbf 读取已下载的文件",
                remedy_en="check the network and its proxy; offline, use new-case --pbf with a file got before",
                file=url,
                kind=NetworkError,
            )
        except json.JSONDecodeError as error:  # of osmnx's cache: a server's own is told by osmnx's errors
            fail(
                f"缓存文件损坏（{error}）",
                f"a file of the cache is damaged ({error})",
                remedy_zh="请删除缓存文件夹后重试",
                remedy_en="delete the cache folder and try again",
                file=where.cache,
            )
        except OSError as error:
            fail(
                f"无法写入缓存（{error.strerror}）",
                f"the cache cannot be written ({error.strerror})",
                remedy_zh="请用 --cache 指定可写的文件夹",
                remedy_en="name a writable folder with --cache",
                file=where.cache,
            )
        except (_RefusalError, ResponseStatusCodeError) as error:
            fail(
                f"服务器拒绝了请求：{error}",
                f"the server refused: {error}",
                remedy_zh="请核对服务器网址（--overpass-url、--nominatim-url）",
                remedy_en="check the server's address (--overpass-url, --nominatim-url)",
                file=url,
                kind=NetworkError,
            )
    raise AssertionError("unreachable: attempts is at least 1")


def _with_signs_of_life(action: Callable[[], Answer], say: Say, *, zh: str, en: str) -> Answer:
    box: queue.Queue[tuple[Answer | None, BaseException | None]] = queue.Queue(1)

    def work() -> None:
        try:
            box.put((action(), None))
        except BaseException as error:  # handed to the caller
            box.put((None, error))

    begin = time.monotonic()
    threading.Thread(target=work, daemon=True).start()
    while True:
        try:
            answer, error = box.get(timeout=BEAT_S)
        except queue.Empty:
            seconds = time.monotonic() - begin
            say(f"{zh}，已 {seconds:.0f} 秒", f"{en}, {seconds:.0f} s so far")
            continue
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]


def _wait(seconds: float, status: int, attempt: str, say: Say) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        say(
            f"服务器繁忙（HTTP {status}），{left:.0f} 秒后第 {attempt} 次请求",
            f"the server is busy (HTTP {status}); attempt {attempt} in {left:.0f} s",
            kind="warning",
        )
        time.sleep(min(left, BEAT_S))


def _reason(error: Exception) -> str:
    text = str(error)
    return f"[{type(error).__name__}] {text[:160]}" if text else f"[{type(error).__name__}]"


@contextmanager
def session(where: Endpoint) -> Iterator[None]:
    """osmnx's settings for the time of one download; they, and the name resolution it changes, are put back."""
    wanted: dict[str, Any] = {
        "overpass_url": where.overpass_url,
        "nominatim_url": where.nominatim_url,
        "use_cache": where.cache is not None,
        "cache_folder": where.cache if where.cache is not None else osmnx.settings.cache_folder,
        "requests_timeout": where.timeout_s,
        "requests_kwargs": {"hooks": {"response": _on_response}},
        "overpass_rate_limit": False,  # else osmnx sleeps without a word; a busy server says so and is asked again
        "doh_url_template": None,  # else osmnx asks 8.8.8.8 on an intranet
        "http_user_agent": f"siting/{siting.__version__} (OSMnx {osmnx.__version__})",
        "http_accept_language": "zh,en",
        "log_console": False,
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    resolve = socket.getaddrinfo
    for name, value in wanted.items():
        setattr(osmnx.settings, name, value)
    try:
        yield
    finally:
        socket.getaddrinfo = resolve
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
