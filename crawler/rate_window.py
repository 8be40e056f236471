"""Keeps within a limit of requests that a server counts in fixed windows and tells with every answer.

Companies House allows 600 requests in five minutes and says with each answer how many are left
(``x-ratelimit-remain``) and when the count begins anew (``x-ratelimit-reset``, seconds since 1970). Over the limit it
answers 429 until then, does not say how long to wait, and may ban whoever goes on asking.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.courtesy import LONGEST_WAIT, moment_in

#: The server's own names of what it tells. Its documents once used another for the second.
LIMIT, REMAIN, RESET = "x-ratelimit-limit", ("x-ratelimit-remain", "x-ratelimit-remaining"), "x-ratelimit-reset"
_HELD = "longstop_rate_window"


class RateWindow:
    """A downloader middleware: no more requests are on their way than the window still allows.

    Until the first answer one request goes out alone: nobody knows yet what the window allows. Where the server tells
    nothing, nothing is held back.
    """

    def __init__(self) -> None:
        self._limit: int | None = None
        self._remain: int | None = None
        self._ends = math.inf
        self._on_the_way = 0
        self._answered = False
        self._changed = asyncio.Event()

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Wait until the window has room for one request more."""
        while (wait := self._wait()) is not None:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                continue
        self._on_the_way += 1
        request.meta[_HELD] = True

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Response:
        """Learn from an answer how much room is left. A 429 that says not how long is given the window's end.

        One that says nothing of the window, while there is room in it, is left to be tried again as any other trouble.
        """
        self._arrived(request)
        self._answered = self._answered or not request.url.endswith("/robots.txt")
        remain, resets = _first(response, *REMAIN), _first(response, RESET)
        limit = _first(response, LIMIT)
        self._limit = limit if limit else self._limit
        if resets is not None:
            ends = time.monotonic() + min(LONGEST_WAIT, max(0.0, resets - _now_of(response)))
            anew = self._ends == math.inf or ends > self._ends + 1
            self._ends = ends if anew else self._ends
            if remain is not None:
                self._remain = remain if anew or self._remain is None else min(self._remain, remain)
        if response.status == 429 and self._ends != math.inf and (resets is not None or self._remain == 0):
            self._remain = 0
            if not response.headers.get("Retry-After"):
                wait = max(1, math.ceil(self._ends - time.monotonic()))
                response.headers["Retry-After"] = str(min(int(LONGEST_WAIT), wait))
        self._changed.set()
        return response

    def process_exception(self, request: Request, exception: Exception, spider: Any = None) -> None:
        """A request that got no answer is on its way no longer."""
        self._arrived(request)
        self._changed.set()

    def _wait(self) -> float | None:
        """Seconds to wait before looking again; None where there is room."""
        now = time.monotonic()
        if now >= self._ends:
            self._remain, self._ends = self._limit, math.inf
        if not self._answered:
            return LONGEST_WAIT if self._on_the_way else None
        if self._remain is None or self._remain - self._on_the_way > 0:
            return None
        if self._ends == math.inf:
            # The window has begun anew and nobody knows what is left, or its end was never told: one goes out alone.
            return LONGEST_WAIT if self._on_the_way else None
        return max(0.01, self._ends - now)

    def _arrived(self, request: Request) -> None:
        if request.meta.pop(_HELD, False):
            self._on_the_way -= 1


def _first(response: Response, *names: str) -> int | None:
    """The first of some headers that is a whole number."""
    for name in names:
        words = (response.headers.get(name) or b"").decode("latin-1").strip()
        if words.isascii() and words.isdecimal() and len(words) < 15:
            return int(words)
    return None


def _now_of(response: Response) -> float:
    """The server's own time in seconds since 1970: its window ends by its clock, and ours may be wrong."""
    told = moment_in(response, "Date")
    return told.timestamp() if told else time.time()
