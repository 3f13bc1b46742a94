"""Downloading a case, against a small server on this machine that answers as Overpass and Nominatim do."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import osmnx
import pytest

from siting.case import load_case
from siting.cases import overpass_session
from siting.cases.from_osm import make_case
from siting.cases.overpass import fetch_case
from siting.cases.overpass_session import Endpoint
from siting.errors import InputError, NetworkError, SitingError
from siting.events import Event
from tests.cases.drawn_town import draw_town, lonlat

WEST, SOUTH = lonlat(-200, -200)
EAST, NORTH = lonlat(4000, 4500)
BBOX = (WEST, SOUTH, EAST, NORTH)
RING = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
PLACE = {
    "place_id": 1,
    "importance": 0.6,
    "lat": "29.6",
    "lon": "120.8",
    "display_name": "嵊州市, 绍兴市, 浙江省, 中国",
    "boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)],
    "geojson": {"type": "Polygon", "coordinates": [RING]},
}
POINT = PLACE | {"geojson": {"type": "Point", "coordinates": [120.8, 29.6]}}
BUSY_PAGE = (
    '<?xml version="1.0"?><html><body><p><strong style="color:#FF0000">Error</strong>: runtime error: '
    "open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::rate_limited. </p></body></html>"
)


@dataclass
class Reply:
    status: int = 200
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0


def town() -> Reply:
    return Reply(body=json.dumps(draw_town().answer(), ensure_ascii=False))


@dataclass
class Server:
    """Replies to be given in turn, the last one for ever, and what was asked."""

    url: str = ""
    overpass: list[Reply] = field(default_factory=lambda: [town()])
    nominatim: list[Reply] = field(default_factory=lambda: [Reply(body=json.dumps([PLACE], ensure_ascii=False))])
    queries: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def endpoint(self, **words: Any) -> Endpoint:
        given: dict[str, Any] = {"timeout_s": 20.0, "pause_s": 0.2}
        return Endpoint(overpass_url=f"{self.url}/api", nominatim_url=f"{self.url}/nominatim", **(given | words))


@pytest.fixture
def server() -> Iterator[Server]:
    held = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            held.queries.append(parse_qs(text)["data"][0])
            assert urlparse(self.path).path == "/api/interpreter"
            self.reply(held.overpass)

        def do_GET(self) -> None:
            asked = urlparse(self.path)
            assert asked.path == "/nominatim/search", self.path  # never Overpass's status page, which may not exist
            held.searches.append(parse_qs(asked.query)["q"][0])
            self.reply(held.nominatim)

        def reply(self, replies: list[Reply]) -> None:
            held.agents.add(self.headers["User-Agent"])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            time.sleep(reply.after_s)
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # the client did not wait
                return

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        held.url = f"http://127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield held
        http.shutdown()


def refusal(action: Callable[[], object], kind: type[SitingError] = NetworkError) -> str:
    with pytest.raises(kind) as caught:
        action()
    (fault,) = caught.value.faults
    assert fault.remedy_zh
    assert fault.remedy_en
    return fault.en


# What works


def test_a_place_is_found_downloaded_and_made_a_case(server: Server, tmp_path: Path) -> None:
    made = fetch_case(tmp_path / "case", place="嵊州市", population=5000, endpoint=server.endpoint())
    case = load_case(made.folder)
    assert server.searches == ["嵊州市"]
    assert case.info.name_zh == "嵊州市"
    assert case.info.data_date == "2024-05-06"
    assert list(case.facilities.sort_values("name")["name"]) == ["甲镇卫生服务站", "甲镇小学"]
    assert len(case.demand) > 50
    assert case.outline is not None
    (source,) = case.sources
    assert source.origin == server.endpoint().overpass_url
    assert all(agent.startswith("siting/") for agent in server.agents)


def test_a_downloaded_case_is_that_of_the_same_file(server: Server, tmp_path: Path) -> None:
    fetched = fetch_case(tmp_path / "fetched", bbox=BBOX, population=5000, endpoint=server.endpoint())
    made = make_case(draw_town().write(tmp_path / "town.osm"), tmp_path / "made", population=5000)
    for name in ("demand.csv", "facilities.csv", "candidates.csv"):
        assert (fetched.folder / name).read_bytes() == (made.folder / name).read_bytes(), name


def test_a_box_or_an_outline_needs_no_geocoder(server: Server, tmp_path: Path) -> None:
    server.nominatim = [Reply(status=500)]
    fetch_case(tmp_path / "box", bbox=BBOX, population=10, endpoint=server.endpoint())
    path = tmp_path / "outline.geojson"
    shape = {"type": "Feature", "properties": {}, "geometry": PLACE["geojson"]}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}), encoding="utf-8")
    fetch_case(tmp_path / "outline", outline=path, population=10, endpoint=server.endpoint())
    assert server.searches == []
    assert len(server.queries) == 2


def test_the_query_asks_for_all_that_a_case_needs(server: Server, tmp_path: Path) -> None:
    fetch_case(tmp_path / "case", bbox=BBOX, population=10, endpoint=server.endpoint(timeout_s=77.0))
    (query,) = server.queries
    assert query.startswith("[out:json][timeout:77];")
    for words in ('way["highway"](poly:', 'node["place"]', 'nwr["building"]', 'nwr["landuse"]', "clinic", "school"):
        assert words in query
    assert query.endswith(");(._;>;);out body qt;")  # with all members, and the tags of nodes (barriers)


def test_answers_are_kept_in_the_cache_folder(server: Server, tmp_path: Path) -> None:
    where = server.endpoint(cache=tmp_path / "cache")
    fetch_case(tmp_path / "one", place="嵊州市", population=10, endpoint=where)
    fetch_case(tmp_path / "two", place="嵊州市", population=10, endpoint=where)
    assert (len(server.queries), len(server.searches)) == (1, 1)
    assert len(list((tmp_path / "cache").glob("*.json"))) == 2


def test_osmnx_settings_and_name_resolution_are_put_back(server: Server, tmp_path: Path) -> None:
    before = {name: getattr(osmnx.settings, name) for name in ("overpass_url", "requests_kwargs", "doh_url_template")}
    resolve = socket.getaddrinfo
    fetch_case(tmp_path / "case", bbox=BBOX, population=10, endpoint=server.endpoint())
    assert {name: getattr(osmnx.settings, name) for name in before} == before
    assert socket.getaddrinfo is resolve


# Busy and slow servers


@pytest.mark.parametrize("status", [429, 504])
def test_a_busy_server_is_asked_again_and_the_wait_is_announced(server: Server, tmp_path: Path, status: int) -> None:
    server.overpass = [Reply(status, BUSY_PAGE), Reply(status, BUSY_PAGE, {"Retry-After": "1"}), town()]
    told: list[Event] = []
    begin = time.monotonic()
    fetch_case(tmp_path / "case", bbox=BBOX, population=10, endpoint=server.endpoint(), listener=told.append)
    assert 1.2 <= time.monotonic() - begin < 15  # its own pause, then the one that the server names
    warnings = [event.en for event in told if event.kind == "warning"]
    assert len(warnings) == 2
    assert all(f"HTTP {status}" in text for text in warnings)
    assert "attempt 2/4" in warnings[0]


def test_a_server_that_stays_busy_ends_in_a_message(server: Server, tmp_path: Path) -> None:
    server.overpass = [Reply(429, BUSY_PAGE)]
    where = server.endpoint(attempts=2, pause_s=0.05)
    assert "asked 2 times" in refusal(lambda: fetch_case(tmp_path / "case", bbox=BBOX, endpoint=where))
    assert len(server.queries) == 2


def test_a_busy_geocoder_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.nominatim = [Reply(429), *server.nominatim]
    fetch_case(tmp_path / "case", place="嵊州市", population=10, endpoint=server.endpoint())
    assert len(server.searches) == 2


def test_a_long_wait_shows_signs_of_life(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overpass_session, "BEAT_S", 0.1)
    reply = town()
    reply.after_s = 0.6
    server.overpass = [reply]
    told: list[Event] = []
    fetch_case(tmp_path / "case", bbox=BBOX, population=10, endpoint=server.endpoint(), listener=told.append)
    assert sum("so far" in event.en for event in told) >= 2


def test_a_server_that_never_answers_is_left_after_the_time_out(server: Server, tmp_path: Path) -> None:
    server.overpass = [Reply(after_s=3.0)]
    where = server.endpoint(timeout_s=1.0)
    begin = time.monotonic()
    assert "no answer within 1 s" in refusal(lambda: fetch_case(tmp_path / "case", bbox=BBOX, endpoint=where))
    assert time.monotonic() - begin < 2.9


# Answers that are none


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(body="<html>Please log in</html>"), "200 OK Please log in"),
        (Reply(body="[1, 2]"), "no OpenStreetMap data"),
        (Reply(body='{"elements": [{"type": "node", "id": 1}]}'), "no OpenStreetMap data"),
        (Reply(body='{"elements": []}'), "empty"),
        (Reply(body='{"version": 0.6}'), "empty"),
        (Reply(400, BUSY_PAGE.replace("rate_limited", "parse error")), "refused: HTTP 400: runtime error"),
        (Reply(404, "not here"), "refused: HTTP 404: not here"),
        (
            Reply(body='{"elements": [], "remark": "runtime error: Query timed out in \\"query\\" after 21 seconds."}'),
            "took more than 20 s",
        ),
        (
            Reply(body='{"elements": [], "remark": "runtime error: Query run out of memory using about 2048 MB"}'),
            "ran out of memory",
        ),
    ],
)
def test_an_answer_that_is_none_is_named(server: Server, tmp_path: Path, reply: Reply, words: str) -> None:
    server.overpass = [reply]
    assert words in refusal(lambda: fetch_case(tmp_path / "case", bbox=BBOX, endpoint=server.endpoint()))
    assert list(tmp_path.iterdir()) == []


def test_half_an_answer_with_a_remark_is_not_taken_for_the_whole(server: Server, tmp_path: Path) -> None:
    half = draw_town().answer() | {"remark": 'runtime error: Query timed out in "recurse" at line 1 after 20 seconds.'}
    server.overpass = [Reply(body=json.dumps(half))]
    where = server.endpoint(cache=tmp_path / "cache")
    assert "took more than" in refusal(lambda: fetch_case(tmp_path / "case", bbox=BBOX, endpoint=where))
    server.overpass = [town()]
    fetch_case(tmp_path / "case", bbox=BBOX, population=10, endpoint=where)  # nothing wrong was cached


def test_without_a_network_it_says_so(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = Endpoint(overpass_url=f"http://127.0.0.1:{port}/api", nominatim_url=f"http://127.0.0.1:{port}")
    assert "no internet?" in refusal(lambda: fetch_case(tmp_path / "case", bbox=BBOX, endpoint=where))
    assert "no internet?" in refusal(lambda: fetch_case(tmp_path / "case", place="嵊州市", endpoint=where))


def test_a_name_that_cannot_be_resolved_says_so(tmp_path: Path) -> None:
    where = Endpoint(overpass_url="http://overpass.invalid/api", nominatim_url="http://nominatim.invalid")
    assert "no internet?" in refusal(lambda: fetch_case(tmp_path / "case", bbox=BBOX, endpoint=where))


@pytest.mark.parametrize("answer", [[], [POINT]])
def test_an_unknown_place_or_one_without_a_boundary(server: Server, tmp_path: Path, answer: list[object]) -> None:
    server.nominatim = [Reply(body=json.dumps(answer))]
    text = refusal(lambda: fetch_case(tmp_path / "case", place="某地", endpoint=server.endpoint()), InputError)
    assert "no such place" in text


@pytest.mark.parametrize("body", ["<html/>", "{}", '[{"importance": 1}]', "[3]"])
def test_a_geocoder_that_answers_nonsense(server: Server, tmp_path: Path, body: str) -> None:
    server.nominatim = [Reply(body=body)]
    with pytest.raises(SitingError):
        fetch_case(tmp_path / "case", place="某地", endpoint=server.endpoint())


def test_a_damaged_cache_says_so(server: Server, tmp_path: Path) -> None:
    where = server.endpoint(cache=tmp_path / "cache")
    fetch_case(tmp_path / "one", bbox=BBOX, population=10, endpoint=where)
    for path in (tmp_path / "cache").glob("*.json"):
        path.write_text(path.read_text(encoding="utf-8")[:100], encoding="utf-8")
    text = refusal(lambda: fetch_case(tmp_path / "two", bbox=BBOX, endpoint=where), InputError)
    assert "cache is damaged" in text


# What is asked wrongly is refused before anything is downloaded


def test_wrong_requests_are_refused_before_any_download(server: Server, tmp_path: Path) -> None:
    def ask(**words: Any) -> str:
        return refusal(lambda: fetch_case(tmp_path / "case", endpoint=server.endpoint(), **words), InputError)

    assert "give one of" in ask()
    assert "give one of" in ask(place="嵊州市", bbox=BBOX)
    assert "give one of" in ask(place="  ")
    assert "west,south,east,north" in ask(bbox=(29.4, 120.6, 29.8, 121.0))  # latitude first
    assert "west,south,east,north" in ask(bbox=(121.0, 29.4, 120.6, 29.8))
    assert "no more than" in ask(bbox=(110.0, 20.0, 120.0, 30.0))
    assert "above 0" in ask(bbox=BBOX, population=-5.0)
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.toml").write_text("", encoding="utf-8")
    assert "there already" in ask(bbox=BBOX)
    assert server.queries == []
    assert server.searches == []
