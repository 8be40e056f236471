"""Companies House's streams of changes over real HTTP. This server ends no answer itself, as the real one does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from companies_house_site import (
    CHAIN,
    CHARGES,
    FAILED,
    OFFICERS,
    SOURCE,
    STATEMENTS,
    STREAM_KEY,
    Companies,
    House,
    authorization,
    founded,
)
from loopback import serve

from crawler.change_stream import LATER, STREAMS


@dataclass
class Streams:
    """What each stream has to tell, the least timepoint it reaches back to, how one refuses, and what was asked."""

    events: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    oldest: int = 0
    refusal: tuple[int, bytes] | None = None
    without: frozenset[str] = frozenset()
    mangled: bool = False
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def lines(self, name: str, since: int | None) -> bytes:
        told = self.events.get(name, [(10, f"/company/{CHAIN}/officers/none", "changed")])
        chosen = told[-1:] if since is None else [one for one in told if one[0] >= since]
        lines = [
            json.dumps(
                {
                    "resource_kind": name,
                    "resource_uri": address,
                    "resource_id": address.rpartition("/")[2],
                    "event": {"timepoint": at, "type": kind},
                }
            )
            for at, address, kind in chosen
        ]
        return "".join(f"{line}\n" for line in [*lines, *(["{mangled"] if self.mangled else [])]).encode()


@contextmanager
def streaming(streams: Streams) -> Iterator[Streams]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            streams.asked.append(self.path)
            query = parse_qs(url.query)
            since = int(query["timepoint"][0]) if "timepoint" in query else None
            refusal = streams.refusal if url.path == "/charges" else None
            status, body = refusal or (200, b"")
            if url.path == "/robots.txt" or url.path.strip("/") in streams.without:
                status = 404
            elif self.headers["Authorization"] != authorization(STREAM_KEY):
                status, body = 401, b'{"error":"Invalid Authorization"}'
            elif since is not None and since < streams.oldest:
                status = 416
            self.send_response(status)
            if status != 200 or refusal:
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            lines = streams.lines(url.path.strip("/"), since)
            half = len(lines) // 2
            try:
                for piece in (lines[:half], lines[half:], b"\n"):
                    if piece:
                        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                        self.wfile.flush()
                over.wait(5)
            except OSError:
                pass
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    streams.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield streams
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Companies:
    """A register after one good night with the streams."""
    register = founded(tmp_path_factory.mktemp("followed"))
    with serve(House()) as site, streaming(Streams()) as streams:
        register.stream = streams.address
        report = register.night(SOURCE, site.address)
    assert report.state == "published" and all(one.complete for one in report.deliveries), report
    assert {name for name in register.bookmarks if name.startswith("stream ")} == {f"stream {name}" for name in STREAMS}
    return register


def next_night(register: Companies, streams: Streams, site: House) -> list[str]:
    """One night more; what was asked of the API."""
    with serve(site), streaming(streams):
        register.stream = streams.address
        report = register.night(SOURCE, site.address)
    assert report.state == "published", report.reasons
    return sorted(path.partition("?")[0] for path in site.paths)


def test_only_what_a_stream_says_has_changed_is_asked_and_only_of_companies_that_matter(
    followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    told = [(10, "/company/0/x", "changed"), (12, f"/company/{CHAIN}/charges/a", "changed")]
    streams = Streams(
        {
            "charges": [
                *told,
                (12, f"/company/{CHAIN}/charges/a", "changed"),
                (15, "/company/00000006/charges/b", "changed"),
            ]
        }
    )
    assert next_night(register, streams, House()) == [CHARGES]
    assert streams.asked.count("/charges?timepoint=10") == 1
    assert register.bookmarks["stream charges"] == "15"
    assert next_night(register, streams, House()) == []


def test_a_profile_that_changed_is_asked_alone_where_nothing_else_is_said_of_it(followed: Companies, tmp_path: Path):
    register = followed.copy(tmp_path / "register")
    streams = Streams({"companies": [(10, "/company/0", "changed"), (11, f"/company/{CHAIN}", "changed")]})
    assert next_night(register, streams, House()) == [f"/company/{CHAIN}"]


def test_statements_are_asked_when_their_stream_tells_of_them_and_with_control_where_there_is_no_such_stream(
    followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    statements, control = f"/company/{CHAIN}/{STATEMENTS}", f"/company/{CHAIN}/persons-with-significant-control"
    first, second = (10, "/company/0/x", "changed"), (11, f"/company/{CHAIN}/x", "changed")
    assert next_night(register, Streams({STATEMENTS: [first, second]}), House()) == [statements]
    without = Streams({"persons-with-significant-control": [first, second]}, without=LATER)
    assert next_night(register, without, House()) == [control, statements]
    assert not register.state(SOURCE).partial


def test_a_record_taken_off_the_register_is_told_and_stays_until_a_whole_list_lacks_it(
    followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    streams = Streams({"charges": [(10, "/company/0/x", "changed"), (11, f"/company/{CHAIN}/charges/gone", "deleted")]})
    next_night(register, streams, House())
    assert any(f"charge:{CHAIN}/gone: was taken off the register" in remark for remark in register.remarks())


def test_a_timepoint_that_is_too_old_has_everything_asked_again_and_says_so(followed: Companies, tmp_path: Path):
    register = followed.copy(tmp_path / "register")
    streams = Streams({"officers": [(90, f"/company/{CHAIN}/officers/x", "changed")]}, oldest=0)
    streams.oldest = 50
    asked = next_night(register, streams, House())
    assert OFFICERS in asked and f"/company/{FAILED}" in asked
    assert "(416)" in " ".join(register.state(SOURCE).issues)
    assert register.bookmarks["stream officers"] == "90"


@pytest.mark.parametrize(
    "refusal", [(401, b"{}"), (503, b"<html>busy</html>"), (200, b"<!DOCTYPE html><title>Sign in</title>")]
)
def test_a_stream_that_does_not_answer_is_named_and_keeps_its_place(
    refusal: tuple[int, bytes], followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    before = register.bookmarks
    assert next_night(register, Streams(refusal=refusal), House()) == []
    morning = register.state(SOURCE)
    assert morning.partial and "the stream of charges: " in " ".join(morning.issues)
    assert register.bookmarks == before


def test_an_event_that_cannot_be_read_has_everything_asked_the_next_night(followed: Companies, tmp_path: Path):
    register = followed.copy(tmp_path / "register")
    assert next_night(register, Streams(mangled=True), House()) == []
    assert "the next night asks for everything" in " ".join(register.state(SOURCE).issues)
    assert len(next_night(register, Streams(), House())) > 10
    assert not register.state(SOURCE).partial
