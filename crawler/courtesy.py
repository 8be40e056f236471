"""How the crawler behaves towards the sites it asks: who it says it is, how often it asks, how it waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.downloads import CutShort, unpacked

if TYPE_CHECKING:
    from crawler.spider import Run

PROJECT = "https://example.org/longstop"
#: Told to wait for longer than this, a run gives up and tries again the next night.
LONGEST_WAIT = 300.0
RETRIES = 8
#: An answer that did not come, or not to its end, is asked for this often again: each time may have cost minutes.
RETRIES_UNANSWERED = 3
#: Seconds before the second try; twice as long before each further one. Ours, and a machine of our own to try on.
BACK_OFF, BACK_OFF_LOOPBACK = 1.0, 0.05


def user_agent(contact: str) -> str:
    """Who we are and where to complain."""
    try:
        number = version("longstop")
    except PackageNotFoundError:
        number = "0"
    return f"Longstop/{number} (register of care homes; +{contact or PROJECT})"


def scrapy_settings(run: Run) -> dict[str, Any]:
    """Scrapy's settings for a run: robots.txt obeyed, the source's rate kept, no cookies, no redirects elsewhere.

    On a loopback address nobody has to be spared, so there is no delay.
    """
    rate = run.source.rate
    delay = 60 / (run.requests_per_minute or rate.requests_per_minute)
    return {
        "USER_AGENT": user_agent(run.contact),
        "ROBOTSTXT_OBEY": True,
        # What stands in these lists is all there is: no cookies, no pages that refresh themselves, nothing unpacked
        # unasked. Scrapy loads what it has by default even where it is off, at half a second to a crawl.
        "EXTENSIONS_BASE": {
            "scrapy.extensions.corestats.CoreStats": 0,
            "scrapy.extensions.throttle.AutoThrottle": 0,
            "crawler.downloads.ToDisk": 0,
        },
        "REFERER_ENABLED": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16 if run.loopback else rate.at_once,
        "DOWNLOAD_DELAY": 0 if run.loopback else delay,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "AUTOTHROTTLE_ENABLED": not run.loopback,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(rate.at_once),
        "DOWNLOAD_MAXSIZE": run.source.largest_file * 1024**2,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": run.timeout or (20 if run.loopback else rate.answer_within),
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "RETRY_TIMES": 4 if run.loopback else RETRIES,
        "LONGSTOP_BACK_OFF": BACK_OFF_LOOPBACK if run.loopback else BACK_OFF,
        "RETRY_HTTP_CODES": [408, 429, 500, 502, 503, 504, 522, 524],
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "REDIRECT_MAX_TIMES": 5,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "en", "Accept-Encoding": "gzip"},
        "HTTPPROXY_ENABLED": not run.loopback,
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 100,
            "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
            "crawler.courtesy.PatientRetry": 550,
            "crawler.courtesy.RedirectAtHome": 600,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
        },
        "ITEM_PIPELINES": {"crawler.pipelines.Handover": 300},
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # it reads every callback's source again, at each start
        "LOG_LEVEL": "CRITICAL",
        "LOG_ENABLED": True,
        "LOGSTATS_INTERVAL": 0,
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
    }


def wait_told(response: Response) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, as a number or as a date against the answer's own date."""
    told = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if told.isdecimal():
        return float(told)
    until, now = moment_in(response, "Retry-After"), moment_in(response, "Date")
    return max(0.0, (until - now).total_seconds()) if until and now else None


def moment_in(response: Response, header: str) -> datetime | None:
    """The moment (UTC) that a header of an answer gives; ``None`` for none, and for what is no date."""
    try:
        moment = parsedate_to_datetime((response.headers.get(header) or b"").decode("latin-1"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


class PatientRetry(RetryMiddleware):
    """Tries again after 429, 5xx and no answer, as late as it is told to, else twice as late each time, and then stops.

    Told to wait, it lets every other request wait too: the server speaks to the crawler, not to one request.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._back_off = settings.getfloat("LONGSTOP_BACK_OFF")
        self._most = settings.getint("DOWNLOAD_MAXSIZE")
        self._until = 0.0

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Wait until the server is ready to be asked."""
        while (wait := self._until - monotonic()) > 0:
            await asyncio.sleep(wait)

    async def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:  # type: ignore[override]
        """The answer, or the request once more. Raises IgnoreRequest for one that cannot be unpacked."""
        tried = int(request.meta.get("retry_times", 0))
        if response.status not in self.retry_http_codes:
            try:
                return unpacked(request, response, self._most)
            except CutShort as problem:
                return await self._once_more(request, problem) or self._give_up(problem)
        wait = wait_told(response)
        if wait is not None and wait <= LONGEST_WAIT:
            self._until = max(self._until, monotonic() + wait)
        if wait is None:
            wait = self._back_off * 2**tried
        if wait > LONGEST_WAIT or tried >= self.max_retry_times:
            return response
        await asyncio.sleep(wait)
        return super().process_response(request, response)

    async def process_exception(self, request: Request, exception: Exception, spider: Any = None) -> Request | None:  # type: ignore[override]
        """The request once more where no whole answer came; ``None`` where that has been tried often enough."""
        if not isinstance(exception, self.exceptions_to_retry):
            return None
        return await self._once_more(request, exception)

    async def _once_more(self, request: Request, why: Exception) -> Request | None:
        tried = int(request.meta.get("retry_times", 0))
        if tried >= min(self.max_retry_times, RETRIES_UNANSWERED):
            return None
        await asyncio.sleep(self._back_off * 2**tried)
        return self._retry(request, why)

    @staticmethod
    def _give_up(problem: CutShort) -> Response:
        raise IgnoreRequest(str(problem)) from problem


class RedirectAtHome(RedirectMiddleware):
    """Follows a redirect only to where the source may send us: never to another host, never from https to http."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The answer, or the request that it redirects to. Raises IgnoreRequest for one that leads elsewhere."""
        plain = request.replace(meta={k: v for k, v in request.meta.items() if k != "handle_httpstatus_all"})
        try:
            result = super().process_response(plain, response)
        except ValueError as problem:
            raise IgnoreRequest(f"it redirects to what is no address ({problem})") from problem
        if isinstance(result, Request):
            run: Run | None = getattr(self.crawler.spider, "run", None)
            if run is not None and not run.allowed(result.url):
                raise IgnoreRequest(f"it redirects to {result.url[:200]}, which is not a place of this source")
            result.meta["handle_httpstatus_all"] = True
        return result
