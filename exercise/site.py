"""A loopback site that serves the county and behaves as the real sites do, their refusals and bad days included.

Nothing here is faked for the reader's sake: it is a real HTTP server on 127.0.0.1, asked over real sockets. Use it as
``with serve(county) as site:`` and point a source at ``site.url("cqc_api")``.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import SplitResult, parse_qs, urlsplit

from exercise import (
    accounts_files,
    charities,
    companies_house,
    companies_house_api,
    gazette,
    land_registry_files,
    publish,
)
from exercise.api_answers import API, KEY, Answer, ApiAnswers
from exercise.boundaries import write_boundaries
from exercise.companies_house_api import CompaniesHouseAnswers
from exercise.county import County
from exercise.cqc_directory import file_stem
from exercise.land_registry_files import LandAnswers
from exercise.publish import Format

#: The sources served, and the path that each one's ``LONGSTOP_…_URL`` should name.
PATHS = {
    "cqc_api": API,
    "cqc_directory": publish.DIRECTORY_PAGE,
    "care_inspectorate": publish.DATASTORE_PAGE,
    "ons_boundaries": publish.BOUNDARIES_FILE,
    "companies_house_bulk": companies_house.PSC_PAGE,
    "ciw": publish.WALES_FILE,
    "rqia": publish.RQIA_PAGE,
    "gazette": gazette.PATH,
    "charity_commission": charities.PATH,
    "companies_house": companies_house_api.API,
    "companies_house_stream": companies_house_api.STREAM,
    "hmlr": land_registry_files.API,
    "companies_house_accounts": accounts_files.ACCOUNTS_PAGE,
}
_TYPES = {
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A bad day: what happens to requests whose path begins with ``path``.

    The first ``after`` of them are answered well, the next ``times`` are not (None: all that follow). ``status`` takes
    the answer's place (429, 500, 503 …), with ``retry_after`` seconds in the header if given; ``cut`` sends the full
    length in the header and half of the body; ``wait`` seconds pass before the answer.
    """

    path: str
    status: int | None = None
    retry_after: int | None = None
    cut: bool = False
    wait: float = 0.0
    after: int = 0
    times: int | None = 1


@dataclass(slots=True)
class Site:
    """A running site. ``requests`` counts what was asked, by path without the query, in any thread."""

    county: County
    address: str
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _api: ApiAnswers | None = None
    _companies: CompaniesHouseAnswers | None = None
    land: LandAnswers | None = None
    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, source: str) -> str:
        """The address for a source: ``cqc_api``, ``companies_house_bulk`` … (see PATHS)."""
        return self.address + PATHS[source]

    @property
    def key(self) -> str:
        """The key that the API wants."""
        return KEY

    def settings(self) -> dict[str, str]:
        """The environment variables that point every source here."""
        urls = {f"LONGSTOP_{source.upper()}_URL": self.url(source) for source in PATHS}
        keys = {
            "LONGSTOP_CQC_API_KEY": self.key,
            "LONGSTOP_COMPANIES_HOUSE_KEY": companies_house_api.KEY,
            "LONGSTOP_COMPANIES_HOUSE_STREAM_KEY": companies_house_api.STREAM_KEY,
            "LONGSTOP_HMLR_KEY": land_registry_files.KEY,
        }
        return {**urls, **keys}

    def inject(self, *faults: Fault) -> None:
        """Switch faults on; of several that fit a request, the one injected first strikes."""
        with self._lock:
            self._faults += faults

    def recover(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def publish(self, county: County, directory_format: Format = "ods", *, entered: datetime | None = None) -> None:
        """Serve another county, or the same one a month later, from the next request on.

        ``entered`` (with a zone; this moment, unless given) is when ``/changes`` says that its records changed.
        """
        with TemporaryDirectory(prefix="longstop-exercise-") as folder:
            answers = _files(county, Path(folder), directory_format)
        with self._lock:
            self.county, self._answers = county, answers
            self._api = ApiAnswers(county, self._api, entered=entered or datetime.now(UTC))
            self._companies = CompaniesHouseAnswers(county, self._companies)
            self.land = LandAnswers(county, self.land)

    def limit(self, requests_a_minute: int | None) -> None:
        """Set the API's rate limit: beyond it the answer is 429 with ``Retry-After``. None: no limit."""
        with self._lock:
            if self._api is not None:
                self._api.requests_a_minute = requests_a_minute

    def window(self, requests: int, seconds: int) -> None:
        """Set Companies House's window: beyond so many requests the answer is 429 until it ends. 0: nobody counts."""
        with self._lock:
            if self._companies is not None:
                self._companies.window = companies_house_api.Window(requests, seconds)

    def answer(self, url: SplitResult, headers: dict[str, str]) -> tuple[Answer, Fault | None]:
        """The answer to one GET, and the fault that strikes it, if any. Header names are in lower case."""
        with self._lock:
            self.requests[url.path] += 1
            fault = self._strike(url.path)
            if fault is not None and fault.status is not None:
                retry = () if fault.retry_after is None else (("Retry-After", str(fault.retry_after)),)
                return Answer(b'{"message": "a fault was asked for"}', status=fault.status, headers=retry), fault
            if self._api is not None and (url.path + "/").startswith(API + "/"):
                return self._api.answer(url, headers), fault
            if self._companies is not None and url.path.startswith(companies_house_api.API):
                return self._companies.answer(url, headers), fault
            if url.path == gazette.PATH:
                return Answer(gazette.answer(self.county, parse_qs(url.query))), fault
            if self.land is not None and url.path.startswith((land_registry_files.API, land_registry_files.FILES)):
                return self.land.answer(url, headers, self.address), fault
            return self._answers.get(url.path, Answer(b"Not found", "text/plain", 404)), fault

    def _strike(self, path: str) -> Fault | None:
        for turn, fault in enumerate(self._faults):
            if path.startswith(fault.path):
                if fault.after > 0:
                    self._faults[turn] = replace(fault, after=fault.after - 1)
                    return None
                if fault.times is None:
                    return fault
                if fault.times > 0:
                    self._faults[turn] = replace(fault, times=fault.times - 1)
                    return fault
        return None


def _files(county: County, folder: Path, directory_format: Format) -> dict[str, Answer]:
    """Everything but the API, by path, each with ETag and Last-Modified; nothing is left on the disk."""
    publish.write_directory(county, folder, directory_format)
    month = f"/system/files/{county.as_at:%Y-%m}"
    modified = datetime(county.as_at.year, county.as_at.month, county.as_at.day, 9, tzinfo=UTC)

    def dated(body: bytes, kind: str) -> Answer:
        tag = hashlib.sha256(body).hexdigest()[:24]
        return Answer(
            body, kind, headers=(("ETag", f'"{tag}"'), ("Last-Modified", format_datetime(modified, usegmt=True)))
        )

    page = "text/html; charset=utf-8"
    answers = {
        "/robots.txt": dated(publish.ROBOTS.encode(), "text/plain; charset=utf-8"),
        publish.DIRECTORY_PAGE: dated(publish.directory_page(county, directory_format).encode(), page),
        publish.DATASTORE_PAGE: dated(publish.datastore_page(county).encode(), page),
    }
    for file in sorted(folder.glob(f"{file_stem(county.as_at)}*")):
        answers[f"{month}/{file.name}"] = dated(file.read_bytes(), _TYPES[file.suffix])
    northern = folder / publish.datastore_name(county.as_at)
    publish.write_northern(county, northern)
    answers[f"/documents/{northern.name}"] = dated(northern.read_bytes(), _TYPES[".csv"])
    welsh, irish, extract = folder / "DataExport", folder / publish.rqia_name(county.as_at), folder / "charities.zip"
    publish.write_wales(county, welsh)
    answers[publish.WALES_FILE] = dated(welsh.read_bytes(), _TYPES[".csv"])
    publish.write_northern_ireland(county, irish)
    answers[f"/documents/{irish.name}"] = dated(irish.read_bytes(), _TYPES[".xlsx"])
    answers[publish.RQIA_PAGE] = dated(publish.rqia_page(county).encode(), page)
    charities.write_charities(county.stock, county.as_at, extract)
    answers[charities.PATH] = dated(extract.read_bytes(), _TYPES[".zip"])
    bulk = folder / "companies"
    companies_house.write_bulk(county.stock, county.as_at, bulk, parts=True)
    for file in sorted(bulk.iterdir()):
        answers[f"/{file.name}"] = dated(file.read_bytes(), _TYPES[file.suffix])
    for path in companies_house.links(county.as_at):
        answers[path] = dated(publish.companies_page(county, path).encode(), page)
    accounts = accounts_files.accounts_name(county.as_at)
    answers[f"/{accounts}"] = dated(accounts_files.accounts_zip(county), _TYPES[".zip"])
    answers[accounts_files.ACCOUNTS_PAGE] = dated(publish.accounts_page(accounts).encode(), page)
    boundaries = folder / "topo.json"
    write_boundaries(county.stock.land, county.stock.councils, boundaries)
    answers[publish.BOUNDARIES_FILE] = dated(boundaries.read_bytes(), _TYPES[".json"])
    return answers


class _Handler(BaseHTTPRequestHandler):
    """One connection. HTTP/1.1, so that a short body shows as one."""

    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: two small ones wait for each other, 40 ms a request.
    wbufsize = 65_536
    disable_nagle_algorithm = True

    def __init__(self, site: Site, *args: object) -> None:
        self.site = site
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer, unless the reader has today's file already."""
        self._respond(body=True)

    def do_HEAD(self) -> None:
        """The headers alone."""
        self._respond(body=False)

    def _respond(self, *, body: bool) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer, fault = self.site.answer(urlsplit(self.path), headers)
        if fault is not None and fault.wait:
            time.sleep(fault.wait)
        held = dict(answer.headers)
        if answer.status == HTTPStatus.OK and "ETag" in held and _known(held, headers):
            answer = Answer(b"", answer.kind, 304, answer.headers)
        with self.site._lock:
            self.site.statuses[answer.status] += 1
        self.send_response(answer.status)
        for name, value in (("Content-Type", answer.kind), *answer.headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        cut = fault is not None and fault.cut
        if cut:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if body:
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the site counts its requests itself."""


def _known(held: dict[str, str], headers: dict[str, str]) -> bool:
    """Whether the reader's ``If-None-Match``, or else ``If-Modified-Since``, names the file as it is."""
    if "if-none-match" in headers:
        return held["ETag"] in headers["if-none-match"]
    return headers.get("if-modified-since") == held["Last-Modified"]


class _Server(ThreadingHTTPServer):
    """A thread to a connection; readers may come many at a time, and may hang up in the middle of an answer."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over a reader that hung up; anything else is a fault of this site, and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serve(
    county: County, *, directory_format: Format = "ods", requests_a_minute: int | None = None, port: int = 0
) -> Iterator[Site]:
    """Serve the county on a free port of 127.0.0.1 until the block ends.

    ``directory_format`` is the form of CQC's monthly files; ``requests_a_minute`` the API's rate limit (None: none).
    """
    site = Site(county, "")
    site.publish(county, directory_format)
    site.limit(requests_a_minute)
    server = _Server(("127.0.0.1", port), partial(_Handler, site))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
