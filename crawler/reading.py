"""Reading one row so that nothing is lost in silence: take what is required, take what may be there, leave nothing.

A row is emptied field by field; what is left over at the end must be named as left out, or it is reported. A required
field that cannot be read loses the row; any other is left unknown and reported, and the row stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import TypeVar

import msgspec

from crawler.tables import SourceChanged, Table
from crawler.values import day, text
from crawler.workbooks import CUT_SHORT
from register.records import Delivery, Fault, Observation, Record, raw_digest
from register.refusal import Refusal

T = TypeVar("T")
Item = Delivery | Observation | Fault

#: South, north, west and east in WGS 84 degrees: the United Kingdom, Scilly to Unst and Fermanagh to Lowestoft; and
#: the sea where the invented county of the exercises lies, in which no real home can stand.
LANDS = ((49.8, 61.0, -8.7, 1.9), (53.9, 57.0, 1.4, 4.7))
EARLIEST = date(1900, 1, 2)
#: Registrations are entered up to some months ahead; a date beyond a year is a slip of the pen.
AHEAD = timedelta(days=366)


class Unreadable(Refusal, ValueError):
    """A file that cannot be read. The message names it, says why, and that nothing of it was published."""


class UnreadableField(ValueError):
    """A required field that cannot be read: the row is held back."""

    def __init__(self, field: str, reason: str, found: str | None = None) -> None:
        super().__init__(f'column "{field}": {reason}')
        self.field, self.reason, self.found = field, reason, found


class Reading:
    """What the reading of one list has to report. ``latest`` is the last day that anything in it may speak of."""

    def __init__(self, feed: str, origin: str, as_at: date, *, private: Collection[str] = ()) -> None:
        self.feed, self.origin, self.as_at = feed, origin, as_at
        self.latest = as_at + AHEAD
        self.private = frozenset(private)
        self._told: set[tuple[str, str]] = set()
        self._faults: list[Fault] = []

    def fault(
        self,
        reason: str,
        *,
        row: int | None = None,
        field: str | None = None,
        found: object = None,
        loses_row: bool = False,
        record_id: str | None = None,
    ) -> None:
        """Report a fault; the value found is shortened, and left out where the field is personal."""
        shown = None if found is None or field in self.private else " ".join(repr(found).split())[:80]
        self._faults.append(
            Fault(
                feed=self.feed,
                origin=self.origin,
                row=row,
                field=field,
                found=shown,
                reason=reason,
                loses_row=loses_row,
                record_id=record_id,
            )
        )

    def once(self, reason: str, *, field: str, about: str = "", row: int | None = None, found: object = None) -> None:
        """Report what is true of the file rather than of a row: once for each field and value."""
        if (field, about) not in self._told:
            self._told.add((field, about))
            self.fault(reason, row=row, field=field, found=found)

    def drain(self) -> Iterator[Fault]:
        """The faults reported since the last call."""
        faults, self._faults = self._faults, []
        return iter(faults)

    def observe(self, record: Record, raw: bytes | str, row: int | None = None) -> Iterator[Observation]:
        """The record with its evidence. ``raw`` is the raw record, or its SHA-256 in hexadecimal."""
        digest = raw if isinstance(raw, str) else raw_digest(raw)
        yield Observation(feed=self.feed, record=record, raw_digest=digest, origin=self.origin, row=row)

    def at(self, origin: str) -> Reading:
        """The reading of one more file of the same list; what is true of the list is still told once."""
        part = Reading(self.feed, origin, self.as_at, private=self.private)
        part._told = self._told
        return part


class Row:
    """One row or one JSON object, read destructively. ``record_id`` is set by ``take_id`` and goes into its faults."""

    __slots__ = ("_fields", "_names", "number", "raw", "reading", "record_id")

    def __init__(self, fields: Mapping[str, object], reading: Reading, *, number: int | None = None, raw: bytes = b""):
        self._fields = dict(fields)
        self.reading, self.number, self.raw = reading, number, raw
        self.record_id: str | None = None

    def _pop(self, field: str) -> object:
        value = self._fields.pop(field, None)
        if isinstance(value, str) and not (value and not value.isspace()):
            return None
        return value

    def take(self, field: str, parse: Callable[[object], T]) -> T:
        """A required field. Raises UnreadableField where it is missing, blank or not what it should be."""
        value = self._pop(field)
        if value is None:
            raise UnreadableField(field, "is missing")
        try:
            return parse(value)
        except ValueError as problem:
            raise UnreadableField(field, str(problem), str(value)) from problem

    def take_id(self, field: str, parse: Callable[[str], str]) -> str:
        """The record's own id, which every later fault of the row then names. Raises UnreadableField."""
        self.record_id = self.take(field, lambda value: parse(text(value)))
        return self.record_id

    def take_optional(self, field: str, parse: Callable[..., T]) -> T | None:
        """A field that may be absent; one that is there and cannot be read is left unknown and reported."""
        value = self._pop(field)
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as problem:
            self.lost(field, str(problem), value)
            return None

    def take_text(self, field: str, *, none: Collection[str] = ()) -> str | None:
        """Optional words; ``none`` are marks that the source writes for "nothing", such as ``-``."""
        words = self.take_optional(field, text)
        return None if not words or words in none else words

    def take_identifier(self, field: str, parse: Callable[[str], str], *, none: Collection[str] = ()) -> str | None:
        """An optional identifier, such as a postcode or another record's id."""
        value = self._pop(field)
        if value is None or (isinstance(value, str) and value.strip() in none):
            return None
        try:
            return parse(text(value))
        except ValueError as problem:
            self.lost(field, str(problem), value)
            return None

    def take_day(self, field: str) -> date | None:
        """An optional date between 1900 and a year after the day that the list describes."""
        found = self.take_optional(field, day)
        if found is not None and not EARLIEST <= found <= self.reading.latest:
            self.lost(field, "is not a date that this list can speak of", found.isoformat())
            return None
        return found

    def take_coordinates(self, latitude: str, longitude: str) -> tuple[float, float] | tuple[None, None]:
        """Optional WGS 84 degrees on one of ``LANDS``; both or neither."""
        values = self._pop(latitude), self._pop(longitude)
        if values == (None, None):
            return None, None
        try:
            north, east = (float(text(value)) for value in values)
        except ValueError:
            self.lost(latitude, "are not coordinates", values)
            return None, None
        if not any(south <= north <= top and west <= east <= edge for south, top, west, edge in LANDS):
            self.lost(latitude, "is not a place in the United Kingdom", values)
            return None, None
        return north, east

    def blank(self, field: str) -> bool:
        """Whether a field is absent or empty."""
        return not str(self._fields.get(field) or "").strip()

    def choice(self, field: str, vocabulary: Collection[str], *, none: Collection[str] = ()) -> str | None:
        """A word from a closed list, in the source's own spelling; an unseen one is kept, and reported once a file."""
        word = self.take_text(field, none=none)
        if word is not None and word.lower() not in vocabulary:
            self.reading.once("is a value never seen before; kept as it is", field=field, about=word, found=word)
        return word

    def flags(self, columns: Mapping[str, str]) -> tuple[str, ...]:
        """The meanings of the columns marked ``Y``; a mark other than ``Y``, ``N`` or blank is reported."""
        marked = []
        for column, meaning in columns.items():
            value = self._fields.pop(column, None)
            if value and value != "Y" and (value := str(value).strip().upper()) not in ("", "N", "Y"):
                self.lost(column, "is neither Y nor blank", value)
            elif value == "Y":
                marked.append(meaning)
        return tuple(marked)

    def take_list(self, field: str) -> list[Row]:
        """A list of JSON objects; an entry that is no object, or a value that is no list, is reported."""
        value = self._fields.pop(field, None)
        if value is None:
            return []
        if not isinstance(value, list):
            self.lost(field, "is not a list", value)
            return []
        rows = []
        for entry in value:
            if isinstance(entry, dict):
                rows.append(self._inner(entry))
            else:
                self.lost(field, "holds an entry that is not an object", entry)
        return rows

    def take_object(self, field: str) -> Row:
        """A JSON object within the object; an empty one where it is absent or something else (which is reported)."""
        value = self._fields.pop(field, None)
        if value is not None and not isinstance(value, dict):
            self.lost(field, "is not an object", value)
        return self._inner(value if isinstance(value, dict) else {})

    def _inner(self, fields: Mapping[str, object]) -> Row:
        row = Row(fields, self.reading, number=self.number)
        row.record_id = self.record_id
        return row

    def lost(self, field: str, reason: str, found: object = None) -> None:
        """Report that a field is left unknown; the row stands."""
        self.reading.fault(reason, row=self.number, field=field, found=found, record_id=self.record_id)

    def nothing_left(self, *, except_for: Collection[str]) -> None:
        """Report, once a file, every field that was neither taken nor named as left out."""
        for field in self._fields.keys() - except_for:
            if self._fields[field] not in (None, ""):
                self.reading.once("is a field never seen before; it is not read", field=field, row=self.number)


def read_table(
    table: Table, reading: Reading, read: Callable[[Row], Iterable[Item]], *, key: tuple[str, Callable[[str], str]]
) -> Iterator[Item]:
    """Every row of a table through ``read``, with the faults of each; an unreadable row is reported and passed over.

    ``key`` is the column of the id and its parser: a row that cannot be trusted still says whose row it was, unless
    the file ends within it: then nobody knows whose rows are lacking, and the list is not whole.
    """
    for column in table.absent:
        reading.once("this column is missing from the file; what it says is unknown", field=column)
    for line in table.lines:
        row = Row(dict(zip(table.columns, line.cells, strict=False)), reading, number=line.number, raw=line.raw)
        if line.problem:
            known = None if line.problem == CUT_SHORT else _id_of(row, *key)
            reading.fault(line.problem, row=line.number, loses_row=True, record_id=known)
            yield from reading.drain()
        else:
            yield from read_row(row, read)
    yield from reading.drain()


def _id_of(row: Row, column: str, parse: Callable[[str], str]) -> str | None:
    with suppress(ValueError):
        return row.take_id(column, parse)
    return None


def read_row(row: Row, read: Callable[[Row], Iterable[Item]]) -> Iterator[Item]:
    """One row through ``read``; where a required field cannot be read, a fault that loses the row, and nothing else."""
    try:
        yield from read(row)
    except UnreadableField as problem:
        row.reading.fault(
            problem.reason,
            row=row.number,
            field=problem.field,
            found=problem.found,
            loses_row=True,
            record_id=row.record_id,
        )
    yield from row.reading.drain()


def json_object(raw: bytes, what: str) -> dict[str, object]:
    """A JSON object from bytes. Raises SourceChanged naming what was expected and what came instead."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        start = raw.lstrip()[:1]
        instead = "a web page" if start == b"<" else "nothing" if not start else "no JSON"
        raise SourceChanged(f"{what} is {instead} ({problem})") from problem
    if not isinstance(value, dict):
        raise SourceChanged(f"{what} is not a JSON object")
    return value


def json_list(raw: bytes, what: str) -> list[object]:
    """A JSON list from bytes. Raises SourceChanged."""
    try:
        return msgspec.json.decode(raw, type=list[object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise SourceChanged(f"{what} is no JSON list ({problem})") from problem


def canonical(value: object) -> bytes:
    """JSON in one form, keys sorted: the same record has the same digest however its publisher lays it out."""
    return msgspec.json.encode(value, order="sorted")
