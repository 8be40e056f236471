"""Finding, among the thirteen million lines of the snapshot of control, those of the companies that matter.

The companies above them are not known before the lines have been read. So the first pass reads the entries of the
companies that are known to matter, and notes of every other entry which company it is of and which number it files:
from these notes follows whose entries a second pass must read, however long the chain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np

from crawler.archives import blocks_of
from crawler.psc_snapshot import control_of, totals_of
from crawler.reading import Item, Reading, Row, read_row
from crawler.short_keys import LONGEST, Places, ShortKeys, Words, alphanumeric, eight_before, folded, places_of
from crawler.values import text
from register.identifiers import BadIdentifier, company_number
from register.parties import filed_number
from register.records import ControlRecord, Observation

_START, _FILED = b'{"company_number":"', b'"registration_number":"'
_LINE_FEED, _QUOTE = 10, 34


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as read: whose it is (``gb-coh:…``, where that could be told), and what is to be handed over."""

    company: str | None
    items: tuple[Item, ...]

    @property
    def record(self) -> ControlRecord | None:
        """The entry, where it could be read."""
        records = (item.record for item in self.items if isinstance(item, Observation))
        return next((record for record in records if isinstance(record, ControlRecord)), None)


class PscSearch:
    """The entries of some companies (``gb-coh:…``; None: all) in a snapshot, in one pass over it.

    ``noting``: the numbers filed for other companies are remembered, so that ``above`` can be asked. ``held`` counts
    the entries of all companies, ``said`` is what the line of totals says there are (None: no such line was met).
    """

    def __init__(self, reading: Reading, wanted: Collection[str] | None, *, noting: bool = True) -> None:
        self._noting = noting
        self._reading, self._wanted = reading, None if wanted is None else frozenset(wanted)
        companies = (one for one in wanted or () if one.startswith("gb-coh:"))
        self._keys = ShortKeys(_plain(one).encode() for one in companies)
        self._companies: list[Words] = []
        self._filed: list[Words] = []
        self.held = 0
        self.said: int | None = None

    def entries(self, path: Path) -> Iterator[Entry]:
        """What concerns the companies in one file, and what cannot be told to concern others."""
        reading, number = self._reading.at(path.name), 1
        for block in blocks_of(path):
            starts = np.concatenate(([0], places_of(block, _LINE_FEED) + 1))
            starts = starts[starts < len(block)]
            self.held += len(starts)
            ends = np.append(starts[1:], len(block))
            for at in range(len(starts)) if self._wanted is None else self._maybe(block, starts):
                line = block[starts[at] : ends[at]].removeprefix(b"\xef\xbb\xbf").strip()
                if line:
                    yield from self._entry(line, reading, number + at)
                else:
                    self.held -= 1
            number += len(starts)

    def above(self, companies: Collection[str]) -> frozenset[str]:
        """Some companies and every company that might stand above them by the numbers filed in the files read so far.

        A number without its country may be another register's: whether it is followed is told when it is read.
        """
        of, filed = (
            np.concatenate(some) if some else np.array([], np.uint64) for some in (self._companies, self._filed)
        )
        seen = fresh = np.array([int.from_bytes(_plain(one).encode(), "big") for one in companies], dtype=np.uint64)
        while len(fresh):
            fresh = np.setdiff1d(filed[np.isin(of, fresh)], seen)
            seen = np.union1d(seen, fresh)
        return frozenset(f"gb-coh:{int(word).to_bytes(LONGEST, 'big').decode()}" for word in seen if word)

    def _maybe(self, block: bytes, starts: Places) -> list[int]:
        """The lines of a block that are, or may be, of the wanted companies; of the others the numbers are noted."""
        at = len(_START) + LONGEST
        within = starts[starts + at < len(block)]
        keys = eight_before(block, within + at)
        usual = (np.frombuffer(block, dtype=np.uint8)[within + at] == _QUOTE) & alphanumeric(keys)
        for end in (8, 16, len(_START)):
            usual &= eight_before(block, within + end) == _word(_START[end - LONGEST : end])
        found = set(np.flatnonzero(~usual | self._keys.holds(folded(keys))).tolist())
        found.update(range(len(within), len(starts)))
        if self._noting:
            self._note(block, starts, np.where(usual, keys, np.uint64(0)))
        return sorted(found)

    def _note(self, block: bytes, starts: Places, keys: Words) -> None:
        """Remember the numbers filed in a block's entries, each with the company that it was filed for."""
        where, place = [], block.find(_FILED)
        while place >= 0:
            where.append(place)
            place = block.find(_FILED, place + len(_FILED) + LONGEST)
        begins = np.array(where, dtype=np.int64) + len(_FILED)
        begins = begins[begins + LONGEST < len(block)]
        if not len(begins):
            return
        text = np.frombuffer(block, dtype=np.uint8)
        words = eight_before(block, begins + LONGEST)
        digits_first = (text[begins] >= ord("0")) & (text[begins] <= ord("9"))
        plain = (text[begins + LONGEST] == _QUOTE) & digits_first & alphanumeric(words)
        for at in np.flatnonzero(~plain).tolist():
            words[at] = _filed_word(_json_text(block, int(begins[at])))
        lines = np.searchsorted(starts, begins, side="right") - 1
        good = (lines < len(keys)) & (words > 0)
        self._companies.append(keys[lines[good]])
        self._filed.append(words[good])

    def _entry(self, line: bytes, reading: Reading, number: int) -> Iterator[Entry]:
        try:
            fields = msgspec.json.decode(line, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            reading.fault("is not a JSON object: the line is damaged", row=number, loses_row=True)
            yield Entry(None, tuple(reading.drain()))
            return
        totals = totals_of(fields)
        if totals is not None:
            self.held -= 1
            self.said = totals[0]
            return
        company = _company(fields)
        if self._wanted is None or company is None or company in self._wanted:
            yield Entry(company, tuple(read_row(Row(fields, reading, number=number, raw=line), control_line)))
        elif filed := _filed_word(_number_in(fields)):
            # A line that is not laid out as they all are: its number was not noted by its place.
            self._companies.append(np.array([_word(_plain(company).encode())], dtype=np.uint64))
            self._filed.append(np.array([filed], dtype=np.uint64))


def control_line(row: Row) -> Iterator[Item]:
    """One line of the snapshot. Raises UnreadableField without a company, an id or a kind that is known."""
    company = row.take("company_number", lambda value: company_number(text(value)))
    data = row.take_object("data")
    row.nothing_left(except_for=())
    try:
        record = control_of(data, company)
    finally:
        row.record_id = data.record_id
    yield from row.reading.observe(record, row.raw, row.number)


def _company(fields: dict[str, object]) -> str | None:
    try:
        return company_number(str(fields.get("company_number") or ""))
    except BadIdentifier:
        return None


def _number_in(fields: dict[str, object]) -> bytes:
    """The number filed in an entry; empty where there is none."""
    data = fields.get("data")
    where = data.get("identification") if isinstance(data, dict) else None
    filed = where.get("registration_number") if isinstance(where, dict) else None
    return str(filed or "").encode()


def _json_text(block: bytes, begin: int) -> bytes:
    """A JSON text whose first character stands at a place."""
    end = block.find(b'"', begin)
    if block.find(b"\\", begin, end) < 0:
        return block[begin:end]
    end = begin
    while block[end : end + 1] not in (b'"', b""):
        end += 2 if block[end : end + 1] == b"\\" else 1
    try:
        return msgspec.json.decode(b'"' + block[begin:end] + b'"', type=str).encode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return b""


@lru_cache(maxsize=4096)
def _filed_word(raw: bytes) -> int:
    """A filed number as the key of the company whose number it would be; 0 where it can be none's."""
    try:
        number = company_number(filed_number(raw.decode(errors="replace")))
    except BadIdentifier:
        return 0
    return _word(_plain(number).encode())


def _plain(company: str) -> str:
    return company.removeprefix("gb-coh:")


def _word(key: bytes) -> int:
    return int.from_bytes(key, "big")
