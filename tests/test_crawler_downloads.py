"""Files come to the disk: memory stays small however large they are; nothing of what came is lost, nothing is left."""

from __future__ import annotations

import gzip
import hashlib
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Site, serve
from nights import FORKED, Register
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest, StopDownload

from crawler.courtesy import scrapy_settings
from crawler.downloads import DOWNLOAD, CutShort, Download
from crawler.source import source_named
from crawler.spider import RegisterSpider, Run
from register.database import open_database
from register.runs import mark_killed
from register.spool import Spool, files_beside
from register.turns import Turn

MEGABYTE = 1024**2
LARGE = 120
MOST = 50_000


class Large(RegisterSpider):
    """Asks for a small answer, and then for a large file; tells by how many megabytes memory grew meanwhile."""

    name = "large"

    async def start(self):
        yield self.get("/robots.txt", self.parse_small)

    def parse_small(self, response):
        self.before = peak()
        yield self.get_file("/large.zip", self.parse_file)

    def parse_file(self, response):
        assert response.body == b""
        path = self.save(response)
        found = [path.name, path.stat().st_size, response.meta[DOWNLOAD].sha256, peak() - self.before]
        path.with_name("found.json").write_text(json.dumps(found))
        yield from ()


def peak() -> int:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def crawl_large(address: str, folder: Path) -> None:
    run = Run(source_named("hmlr"), address, folder, date(2026, 6, 1), print)
    process = AsyncCrawlerProcess(scrapy_settings(run))
    process.crawl(Large, run=run)
    process.start()


class _Large(BaseHTTPRequestHandler):
    """Any text at ``/robots.txt``; a large file of noughts at any other path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        pieces = [b"User-agent: *\n"] if self.path == "/robots.txt" else [bytes(MEGABYTE)] * LARGE
        self.send_response(200)
        self.send_header("Content-Length", str(sum(len(piece) for piece in pieces)))
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def large_site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Large)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_large_file_costs_a_small_part_of_its_size_in_memory(tmp_path: Path) -> None:
    with large_site() as address:
        child = FORKED.Process(target=crawl_large, args=(address, tmp_path))
        child.start()
        child.join()
    name, size, digest, grown = json.loads((tmp_path / "found.json").read_text())
    assert (name, size) == ("large.zip", LARGE * MEGABYTE)
    assert digest == hashlib.sha256(bytes(LARGE * MEGABYTE)).hexdigest()
    assert grown < LARGE // 4, "megabytes more than before it came"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found.json", "large.zip"]


def pieces_of(content: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(content) + 1) for cut in cuts} | {0, len(content)})
    return [content[a:b] for a, b in pairwise(places)]


@given(st.lists(st.binary(max_size=2_000), max_size=4), st.lists(st.integers(0, 9_000), max_size=8), st.booleans())
def test_however_it_is_cut_into_pieces_a_file_is_what_was_sent(
    tmp_path: Path, parts: list[bytes], cuts: list[int], packed: bool
) -> None:
    sent = b"".join(gzip.compress(part) for part in parts) if packed else b"".join(parts)
    download = Download(tmp_path, MOST)
    download.begin(b"gzip" if packed else b"")
    for piece in pieces_of(sent, cuts):
        download.take(piece)
    download.end()
    whole = b"".join(parts)
    assert download.keep_as(tmp_path / "kept").read_bytes() == whole
    assert (download.size, download.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert download.blank == (not whole.strip()) and whole.startswith(download.head)


@given(st.binary(min_size=1, max_size=3_000), st.integers(1, 40), st.lists(st.integers(0, 9_000), max_size=8))
def test_a_gzip_that_was_cut_anywhere_is_never_taken_for_a_whole_one(
    tmp_path: Path, content: bytes, lacking: int, cuts: list[int]
) -> None:
    sent = gzip.compress(content)[:-lacking]
    download = Download(tmp_path, MOST)
    download.begin(b"gzip")
    for piece in pieces_of(sent, cuts):
        download.take(piece)
    if sent:
        with pytest.raises(CutShort):
            download.end()
    download.let_go()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("encoding", "sent", "why", "said"),
    [
        (b"gzip", gzip.compress(bytes(80 * MEGABYTE), 9), IgnoreRequest, "unpacks to more than 50,000 bytes"),
        (b"gzip", b"<html>no gzip</html>", CutShort, "no gzip"),
        (b"br", b"anything", IgnoreRequest, "packed in a way that was not asked for"),
    ],
)
def test_a_file_that_cannot_be_unpacked_is_stopped_at_once(
    tmp_path: Path, encoding: bytes, sent: bytes, why: type[Exception], said: str
) -> None:
    download = Download(tmp_path, MOST)
    download.begin(encoding)
    with pytest.raises(StopDownload):
        download.take(sent)
    with pytest.raises(why, match=said):
        download.end()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= MOST


def test_a_file_that_comes_again_from_its_beginning_holds_nothing_of_the_first_time(tmp_path: Path) -> None:
    download = Download(tmp_path, MOST)
    download.begin(b"")
    download.take(b"half of a li")
    download.begin(b"")
    download.take(b"the list")
    download.end()
    assert download.keep_as(tmp_path / "kept").read_bytes() == b"the list"
    assert download.sha256 == hashlib.sha256(b"the list").hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_file_for_which_the_disk_has_no_room_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    register = Register(tmp_path / "register")
    site = Site(answers={"/topo.json": (200, {}, b"x" * 3 * MEGABYTE)})
    open_database(register.url).dispose()
    with serve(site):
        report = register.night("ons_boundaries", f"{site.address}/topo.json", room=MEGABYTE)
    assert report.state == "abandoned"
    assert "topo.json: it cannot be kept on the disk (File too large)" in report.reasons[0]
    assert [path.name for path in register.spool.iterdir() if not path.name.endswith(".lock")] == []


def test_what_a_killed_run_had_fetched_is_cleared_up_and_what_another_is_fetching_is_not(tmp_path: Path) -> None:
    spools = []
    with Turn.of_folder(tmp_path):
        for source in ("rqia", "ciw"):
            spools.append(Spool(tmp_path, source, datetime(2026, 6, 1, 2, tzinfo=UTC)))
            files_beside(spools[-1].path).mkdir()
            (files_beside(spools[-1].path) / ".coming-1").write_bytes(b"half of a file")
    dead, alive = spools
    staged = dead.path.read_bytes()
    dead._file.close()  # as the end of a process does: its locks are gone, its files stay
    engine = open_database(f"sqlite:///{(tmp_path / 'register.db').as_posix()}")
    assert dead.path.read_bytes() == staged
    mark_killed(engine, tmp_path, datetime(2026, 6, 2, 2))  # noqa: DTZ001 - kept as UTC without a zone
    engine.dispose()
    assert not dead.path.exists() and not files_beside(dead.path).exists()
    assert alive.path.exists() and (files_beside(alive.path) / ".coming-1").exists()
    alive.remove()
    assert not files_beside(alive.path).exists()
