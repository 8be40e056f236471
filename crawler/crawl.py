"""One crawl of one source over HTTP, in the process that was started for it (``python -m crawler``)."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path
from time import monotonic

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from sqlalchemy import Engine

from crawler.courtesy import scrapy_settings
from crawler.pipelines import Way
from crawler.progress import Progress
from crawler.refresh import Job, intake_of, utc, wanted_by
from crawler.source import source_named
from crawler.spider import RegisterSpider, Run, StreamOfChanges
from register.bookmarks import last_crawl, read_bookmarks
from register.intake import Cost, RunReport


def crawl(job: Job, engine: Engine) -> RunReport:
    """Crawl in this process, once: Scrapy's reactor cannot be started again."""
    source = source_named(job.source)
    with (
        Progress(source.name) as progress,
        intake_of(source, engine, job.learnt, Path(job.spool_dir)) as intake,
    ):
        files = intake.folder / "files"
        files.mkdir(parents=True)
        tempfile.tempdir = str(intake.folder)  # what a reader unpacks on the way is cleared up with the rest
        way = Way(source.corrections, intake, progress)
        run = Run(
            source=source,
            base=job.base,
            folder=files,
            today=job.today,
            send=way.send,
            as_at=job.as_at,
            key=job.key,
            partner_code=job.partner_code,
            contact=job.contact,
            requests_per_minute=job.requests_per_minute,
            timeout=job.timeout,
            progress=progress,
            companies=wanted_by(source, engine),
            stream=StreamOfChanges(job.stream_base, job.stream_key) if job.stream_base else None,
            full=job.full,
            learnt=utc(job.learnt),
            since=last_crawl(engine, source.name),
            bookmarks={} if job.full else read_bookmarks(engine, source.name),
        )
        begun = monotonic()
        process = AsyncCrawlerProcess(scrapy_settings(run))
        crawler = process.create_crawler(spider_class(source.name))
        process.crawl(crawler, run=run)
        process.start()
        broken = crawler.stats.get_value("spider_exceptions/count") if crawler.stats else None
        if broken:
            run.failures.append(f"{broken} answers met an error in Longstop itself.")
        ended = crawler.stats.get_value("finish_reason") if crawler.stats else None
        if ended != "finished" and not run.failures:
            run.failures.append(f"The crawl was stopped before its end ({ended or 'at once, or it never began'}).")
        if run.failures:
            return intake.abandon(" ".join(sorted(set(run.failures))), cost=_cost(crawler, begun))
        if isinstance(crawler.spider, RegisterSpider):
            for item in crawler.spider.closing():
                way.send(item)
        return intake.publish(
            source.checks_for(publisher_address=run.publisher_address),
            bookmarks=run.marks,
            nothing_new=sorted(set(run.nothing_new)),
            cost=_cost(crawler, begun),
        )


def _cost(crawler: Crawler, begun: float) -> Cost:
    """What a crawl has cost, as Scrapy counts it: every request sent, and the bytes of every answer with its head."""
    stats = crawler.stats.get_stats() if crawler.stats else {}
    requests, received, of_files = (
        int(stats.get(name, 0))
        for name in ("downloader/request_count", "downloader/response_bytes", "longstop/file_bytes")
    )
    return Cost(requests, received + of_files, round(monotonic() - begun, 3))


def spider_class(source_name: str) -> type[RegisterSpider]:
    """The spider in the source's module."""
    module = import_module(f"crawler.spiders.{source_name}")
    found = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, RegisterSpider)]
    return next(c for c in found if c.__module__ == module.__name__)
