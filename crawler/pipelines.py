"""What happens to an item on its way to the register: known errors put right, contradictions told, handed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from msgspec import structs

from crawler.progress import Progress
from crawler.reading import Item
from crawler.sentences import own_error
from crawler.source import Correction
from register.intake import IntakeProblem
from register.records import Delivery, Fault, LocationRecord, Observation, ProviderRecord

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import Run


class Receiver(Protocol):
    """What an intake takes."""

    def deliver(self, delivery: Delivery) -> None:
        """A list is announced."""

    def take(self, seen: Observation) -> None:
        """A record."""

    def fault(self, fault: Fault) -> None:
        """Something that could not be read."""


class Corrections:
    """Puts right what is known to be wrong at the source, and says so; a correction that no longer fits is told too."""

    def __init__(self, corrections: Iterable[Correction]) -> None:
        self._by_id: dict[str, list[Correction]] = {}
        for correction in corrections:
            self._by_id.setdefault(correction.id, []).append(correction)

    def process(self, item: Item) -> Iterator[Item]:
        """The item, corrected, and what there is to say of it."""
        if not isinstance(item, Observation) or item.record.id not in self._by_id:
            yield item
            return
        record, said = item.record, []
        for correction in self._by_id[record.id]:
            was = getattr(record, correction.field, None)
            if was == correction.was:
                record = structs.replace(record, **{correction.field: correction.now})
                said.append((correction, f"corrected to {correction.now!r}: {correction.why}"))
            elif was != correction.now:
                said.append(
                    (correction, f"the correction of {correction.since} no longer fits: it expects {correction.was!r}")
                )
        yield structs.replace(item, record=record)
        yield from (_told(item, one.field, reason) for one, reason in said)


class Contradictions:
    """Tells of values of one record that cannot both be true. They are kept as the source gives them."""

    def process(self, item: Item) -> Iterator[Item]:
        """The item, and what there is to say of it."""
        yield item
        if not isinstance(item, Observation) or not isinstance(item.record, LocationRecord | ProviderRecord):
            return
        record = item.record
        begun, ended = record.registered_on, record.deregistered_on
        if begun is not None and ended is not None and ended < begun:
            yield _told(item, "deregistered_on", f"ended on {ended}, before it began on {begun}")
        if record.status == "Deregistered" and ended is None:
            yield _told(item, "deregistered_on", "is deregistered without a date")
        if isinstance(record, LocationRecord) and record.dual_with == record.id:
            yield _told(item, "dual_with", "is registered together with itself")


def _told(item: Observation, field: str, reason: str) -> Fault:
    return Fault(
        feed=item.feed,
        origin=item.origin,
        row=item.row,
        field=field,
        reason=reason,
        loses_row=False,
        record_id=item.record.id,
    )


class Way:
    """The way of every item to the register, the same for a crawl and for a replay. Counts what it hands over."""

    def __init__(self, corrections: Iterable[Correction], receiver: Receiver, progress: Progress) -> None:
        self._stages = (Corrections(corrections), Contradictions())
        self._receiver, self._progress = receiver, progress

    def send(self, item: Item) -> None:
        """Send one item on its way."""
        items: list[Item] = [item]
        for stage in self._stages:
            items = [after for before in items for after in stage.process(before)]
        for one in items:
            match one:
                case Delivery():
                    self._receiver.deliver(one)
                case Observation():
                    self._receiver.take(one)
                    self._progress.advance()
                case Fault():
                    self._receiver.fault(one)


class Handover:
    """Scrapy's item pipeline: sends what a spider yields on its way."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Handover:
        """Scrapy's way to make one."""
        return cls(crawler)

    def process_item(self, item: Item) -> Item:
        """Send one item; the spider's run knows where. One that cannot be sent fails the run: Scrapy would drop it."""
        run: Run = self._crawler.spider.run  # type: ignore[union-attr]
        if not run.failures:
            try:
                run.send(item)
            except IntakeProblem as problem:
                run.failures.append(str(problem))
            except Exception as problem:
                run.failures.append(f"{own_error(problem)}.")
        return item
