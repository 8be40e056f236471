"""How the register is, in one word and by source, for people and for machines that watch it: also over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from sqlalchemy import Engine

from cli.session import Refused
from crawler.nightly import ready
from register.database import DatabaseProblem
from register.settings import Settings
from register.status import source_states

#: From the best to the worst. A register is as well as the worst of its sources.
WORDS = ("ok", "partial", "stale", "failed")
#: A partly read list is told; a monitor is woken by what is stale or has failed.
WELL = frozenset({"ok", "partial"})
PATH = "/health"


def health(engine: Engine, settings: Settings, today: date) -> dict[str, Any]:
    """The health document: ``status`` is the worst of the sources' words, ``failed`` where nothing was ever loaded.

    Sources that lack a key are named under ``not_configured`` and count for nothing. Raises DatabaseProblem.
    """
    states = source_states(engine, today, spool_dir=settings.spool_dir)
    _, lacking = ready(settings)
    return {
        "status": max((state.health for state in states), key=WORDS.index, default="failed"),
        "sources": {
            state.source: {
                "health": state.health,
                "last_good_run": f"{state.learnt.isoformat()}Z" if state.learnt else None,
                "as_at": state.as_at.isoformat() if state.as_at else None,
                "issues": list(state.issues),
            }
            for state in states
        },
        "not_configured": sorted(lacking.keys() - {state.source for state in states}),
    }


@contextmanager
def health_on(port: int, look: Callable[[], Mapping[str, Any]]) -> Iterator[int]:
    """Answer ``GET /health`` on 127.0.0.1 until the block ends; gives the port (0 takes any that is free).

    200 where the register is well, 503 where it is stale or has failed, or cannot be read; the document either way.
    Raises Refused where the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The document, freshly made."""
            if self.path.partition("?")[0] != PATH:
                self._answer(404, {"message": f"ask for {PATH}"})
                return
            try:
                document = look()
            except DatabaseProblem as problem:
                document = {"status": "failed", "message": str(problem)}
            self._answer(200 if document["status"] in WELL else 503, document)

        def _answer(self, status: int, document: Mapping[str, Any]) -> None:
            body = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False).encode() + b"\n"
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a monitor asks every minute."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as problem:
        raise Refused(f"--health-port {port}: {problem.strerror}") from problem
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
