"""Whether a list still has its end: a CSV that was cut between two rows looks like a shorter list.

Nothing in such a file tells it from a list from which some have gone. But those that go from a list stand anywhere in
it; of a list that was cut the last ones are gone, and all of them. So each reading notes which records stood last, and
a list that has none of them is not taken for whole. The next reading is measured by this one: what two in a row lack is
gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from crawler.reading import Item
from register.records import Delivery, Fault, Observation

#: So many records stand at the end of a list: that all of them go in one night, and no list is cut, does not happen.
LAST = 3
#: The bookmark of a feed: the ids of its last records.
END_OF = "end of "


class ListEnds:
    """The ends of the whole lists that are read from one file. ``bookmarks`` are what the last published runs left."""

    def __init__(self, bookmarks: Mapping[str, str]) -> None:
        self._bookmarks = bookmarks
        self._lists: dict[str, Delivery] = {}
        self._last: dict[str, deque[str]] = {}
        self._missing: dict[str, set[str]] = {}

    def watched(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items; then, of a list that has lost its end, that rows are lost and nobody knows whose."""
        for item in items:
            if isinstance(item, Delivery) and item.complete:
                self._lists[item.feed] = item
                self._last[item.feed] = deque(maxlen=LAST)
                self._missing[item.feed] = set(_ids(self._bookmarks.get(END_OF + item.feed)))
            elif isinstance(item, Observation) and item.feed in self._lists:
                self._last[item.feed].append(item.record.id)
                self._missing[item.feed].discard(item.record.id)
            yield item
        for feed in self.cut:
            reason = (
                f"the last {LAST} records of the list before are all missing, as where a file is cut short: nothing "
                "ended; if the next list lacks them too, they have gone"
            )
            yield Fault(feed=feed, origin=self._lists[feed].origin, reason=reason)

    @property
    def cut(self) -> list[str]:
        """The lists that lack their ends, once all has been read. One that holds nothing at all is no such list."""
        return [feed for feed, missing in self._missing.items() if len(missing) == LAST and self._last[feed]]

    def bookmarks(self) -> Iterator[tuple[str, str]]:
        """What to leave for the next run."""
        for feed, last in self._last.items():
            yield END_OF + feed, msgspec.json.encode(list(last)).decode()


def _ids(kept: str | None) -> list[str]:
    try:
        return msgspec.json.decode(kept or "[]", type=list[str])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return []
