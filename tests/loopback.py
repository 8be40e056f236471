"""A site on 127.0.0.1 for the crawler's tests: the CQC API over a folder of JSON, and files as they lie on the disk."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

KEY = "a-key-for-tests"
KINDS = {"locations": ("locationId", "locationName"), "providers": ("providerId", "providerName")}

#: Status, headers, body. Names that begin with a colon are no headers but what happens on the way: ``:wait`` seconds
#: before the answer, ``:trickle`` seconds after each byte, ``:length`` "none" to close the connection in its place.
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """What is served. ``answers`` gives paths an answer of their own, ``strikes`` lets the first of them fail."""

    folder: Path | None = None
    filters: str = ""
    key: str | None = KEY
    answers: dict[str, Answer] = field(default_factory=dict)
    strikes: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def answer(self, url: SplitResult, headers: dict[str, str]) -> Answer:
        """The answer to one GET."""
        self.asked.append((url.path + (f"?{url.query}" if url.query else ""), headers))
        if self.strikes.get(url.path):
            return self.strikes[url.path].pop(0)
        if url.path in self.answers:
            return self.answers[url.path]
        if self.folder is None:
            return 404, {}, b"not found"
        if not headers.get("user-agent"):
            return 403, {}, b"Forbidden"
        if self.key and headers.get("ocp-apim-subscription-key") != self.key:
            return 401, {}, b'{"statusCode": 401, "message": "Access denied due to missing subscription key."}'
        return self._api(url)

    def _api(self, url: SplitResult) -> Answer:
        assert self.folder is not None
        parts = url.path.strip("/").split("/")
        if len(parts) == 1 and parts[0] in KINDS:
            return 200, {"Content-Type": "application/json"}, self._list(parts[0], parse_qs(url.query))
        if len(parts) == 2 and parts[0] in KINDS:
            if parts[1] != parts[1].upper():
                return 400, {}, b"lower case"
            file = self.folder / parts[0] / f"{parts[1]}.json"
            if file.is_file():
                return 200, {"Content-Type": "application/json"}, file.read_bytes()
        return 404, {}, b"not found"

    def _list(self, kind: str, query: dict[str, list[str]]) -> bytes:
        assert self.folder is not None
        identifier, name = KINDS[kind]
        records = [json.loads(file.read_bytes()) for file in sorted((self.folder / kind).glob("*.json"))]
        page, length = int(query["page"][0]), min(int(query["perPage"][0]), 3)
        pages = max(1, -(-len(records) // length))

        def uri(number: int) -> str | None:
            return f"/{kind}?page={number}&perPage={length}{self.filters}" if 1 <= number <= pages else None

        shown = records[(page - 1) * length : page * length]
        return json.dumps(
            {
                "total": len(records),
                "firstPageUri": uri(1),
                "page": page,
                "previousPageUri": uri(page - 1),
                "lastPageUri": uri(pages),
                "nextPageUri": uri(page + 1),
                "perPage": length,
                "totalPages": pages,
                kind: [{identifier: record[identifier], name: record.get("name", "")} for record in shown],
            }
        ).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, answer: Callable[[SplitResult, dict[str, str]], Answer], *more: object) -> None:
        self._answer = answer
        super().__init__(*more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        status, headers, body = self._answer(urlsplit(self.path), {k.lower(): v for k, v in self.headers.items()})
        time.sleep(float(headers.get(":wait", 0)))
        self.send_response(status)
        for name, value in headers.items():
            if not name.startswith(":"):
                self.send_header(name, value)
        if ":length" in headers:
            self.send_header("Connection", "close")
            self.close_connection = True
        elif "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.close_connection = True
        self.end_headers()
        if ":trickle" not in headers:
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(float(headers[":trickle"]))

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hung up in the middle of an answer is what some tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """Serve a site on a free port until the block ends."""
    server = _Server(("127.0.0.1", 0), partial(_Handler, site.answer))
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
