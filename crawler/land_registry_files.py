"""Whole files of HM Land Registry's lists: which they are, of which day, whether they are whole, what matters in them.

A file of changes named for a month says what happened up to the eve of that month's full list, and is of that eve. So
every file has a day of its own, and in whatever order they are loaded the register comes out the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from crawler.archives import blocks_of, first_line, members_of
from crawler.land_registry import Layout, Title, layout_of, read_title, title_number, trailer_of
from crawler.land_registry_search import TitleSearch, title_in
from crawler.reading import Item, Reading, Row, UnreadableField
from crawler.tables import SourceChanged
from crawler.values import day_in
from register.records import Delivery, TitleRecord
from register.wanted_titles import WantedTitles


@dataclass(frozen=True, slots=True)
class ListFile:
    """One file, or one member of a zip: what kind it is, and the day it is of."""

    path: Path
    member: str | None
    layout: Layout
    day: date

    @property
    def origin(self) -> str:
        """What evidence names: the file, and of a zip of several the member."""
        return self.path.name if self.member is None else f"{self.path.name}/{self.member}"

    @property
    def feed(self) -> str:
        """``hmlr/ccod`` or ``hmlr/ocod``."""
        return f"hmlr/{self.layout.list}"


def list_files(files: Sequence[Path], *, today: date, as_at: date | None) -> list[ListFile]:
    """The lists in some files, in order of day, changes before the full list. Raises SourceChanged, Damaged."""
    found = []
    for path in files:
        members = [one for one in members_of(path) if one is None or one.lower().endswith(".csv")]
        if not members:
            raise SourceChanged(f"{path.name} is a zip without a CSV")
        for member in members:
            layout = layout_of(first_line(path, member))
            if isinstance(layout, str):
                raise SourceChanged(f"{path.name} is not a list of corporate owners: {layout}")
            named = day_in(Path(member or "").name) or day_in(path.name)
            month = named - timedelta(days=1) if named and layout.changes else named
            only = member if len(members) > 1 else None
            found.append(ListFile(path, only, layout, as_at or month or today))
    return sorted(found, key=lambda one: (one.day, not one.layout.changes, one.layout.list, one.origin))


def read_list(file: ListFile, wanted: WantedTitles) -> Iterator[Item]:
    """What matters in a file; all of it where nothing is wanted in particular."""
    reading = Reading(file.feed, file.origin, file.day)
    delivery = Delivery(feed=file.feed, as_at=file.day, complete=False, origin=file.origin)
    yield delivery
    for column in file.layout.extra:
        reading.once("is a column never seen before; it is not read", field=column)
    lines = _Lines(file, TitleSearch(wanted, file.layout) if wanted else None)
    yield from _changes(lines, reading) if file.layout.changes else _full(lines, reading)
    missing = lines.missing
    if missing:
        reading.once(f"{missing}: absence from this list ends nothing", field="Row Count")
    elif wanted and not lines.taken:
        reading.once("no title in it concerns the register: absence ends nothing", field="Row Count")
    elif not wanted and not file.layout.changes:
        reading.once("every title is taken, whether it matters or not: absence ends nothing", field="Row Count")
    elif not file.layout.changes:
        # Only now is it known that the list is whole; a later announcement takes the earlier one's place.
        yield msgspec.structs.replace(delivery, complete=True)
    if wanted:
        kept = lines.taken
        reading.once(
            f"{lines.rows - kept:,} of {lines.rows:,} rows concern no care home and no company of the register, and "
            f"were left where they are; {kept:,} were read",
            field="Title Number",
        )
    yield from reading.drain()


class _Lines:
    """The lines of a file that matter, and what there is to say of the file when all have been asked for."""

    def __init__(self, file: ListFile, search: TitleSearch | None) -> None:
        self._file, self._search = file, search
        self.layout, self.columns = file.layout, file.layout.columns
        self.rows, self.taken = -1, 0  # the header is no row
        self._said: list[int] = []

    @property
    def filtered(self) -> bool:
        """Whether not every row is wanted."""
        return self._search is not None

    @property
    def missing(self) -> str | None:
        """Why the file is not known to be whole; None where it is."""
        if not self._said:
            return 'it has no last line "Row Count"'
        if self._said != [self.rows]:
            return f"its last line says {self._said[0]:,} rows and it holds {self.rows:,}"
        return None

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Line numbers (the header's is 1) and lines: those found, and those that are not known to be of others."""
        number, header = 1, True
        for block in blocks_of(self._file.path, self._file.member):
            found, count = self._search.found_in(block) if self._search else _all_lines(block)
            self.rows += count
            for at, raw in found:
                line = raw.removeprefix(b"\xef\xbb\xbf").strip()
                if header and isinstance(layout_of(line), Layout):
                    header = False
                elif not line:
                    self.rows -= 1
                elif (said := trailer_of(line)) is not None:
                    self._said.append(said)
                    self.rows -= 1
                else:
                    self.taken += 1
                    yield number + at, line
            number += count

    def of_titles(self, titles: frozenset[bytes]) -> Iterator[tuple[int, bytes]]:
        """Every line of some titles, whatever else it says; to be asked for when all others have been."""
        number = 1
        for block in blocks_of(self._file.path, self._file.member):
            lines, count = _all_lines(block)
            for at, line in lines:
                if title_in(line) in titles:
                    yield number + at, line.strip()
            number += count


def _all_lines(block: bytes) -> tuple[list[tuple[int, bytes]], int]:
    lines = block.removesuffix(b"\n").split(b"\n")
    return list(enumerate(lines)), len(lines)


def _full(lines: _Lines, reading: Reading) -> Iterator[Item]:
    for number, line in lines:
        row = _row_of(line, number, reading, lines)
        if row is not None and (title := _title(row, lines)):
            yield from reading.observe(title.record, row.raw, number)
        yield from reading.drain()


def _changes(lines: _Lines, reading: Reading) -> Iterator[Item]:
    """What a file of changes comes to, title by title: a change is a row that takes it out and one that puts it in.

    A title of which any row matters is read with all its rows: who sold to a stranger has sold.
    """
    held = dict(lines)
    if lines.filtered:
        titles = frozenset(title_in(line) for line in held.values()) - {b""}
        held |= dict(lines.of_titles(titles))
        lines.taken = len(held)
    told: dict[str, list[tuple[Title, Row]]] = {}
    for number, line in sorted(held.items()):
        row = _row_of(line, number, reading, lines)
        if row is not None and (title := _title(row, lines)):
            told.setdefault(title.record.id, []).append((title, row))
        yield from reading.drain()
    for _, rows in sorted(told.items()):
        rows.sort(key=lambda one: (one[0].changed_on or date.min, not one[0].gone, one[1].number or 0))
        last = rows[-1][0]
        record = _removed(last) if last.gone else last.record
        for _, row in reversed(rows):
            yield from reading.observe(record, row.raw, row.number)


def _removed(title: Title) -> TitleRecord:
    return msgspec.structs.replace(title.record, removed_on=title.changed_on)


def _title(row: Row, lines: _Lines) -> Title | None:
    """A row as read; None for one that cannot be, which is told."""
    try:
        return read_title(row, lines.layout)
    except UnreadableField as problem:
        row.reading.fault(
            problem.reason,
            row=row.number,
            field=problem.field,
            found=problem.found,
            loses_row=True,
            record_id=row.record_id,
        )
        return None


def _row_of(line: bytes, number: int, reading: Reading, lines: _Lines) -> Row | None:
    """The cells of a line by column; None for a line that is no row, which is told."""
    columns = lines.columns
    try:
        words = line.decode()
    except UnicodeDecodeError:
        words = line.decode("windows-1252", errors="replace")
    try:
        (cells,) = csv.reader([words], strict=True)
    except (csv.Error, ValueError):
        cells = []
    if len(cells) == len(columns):
        return Row(
            {column: cell for column, cell in zip(columns, cells, strict=True) if cell},
            reading,
            number=number,
            raw=line,
        )
    row = Row({"Title Number": title_in(line).decode("ascii", errors="replace")}, reading, number=number)
    reading.fault(
        f"has {len(cells)} cells where the header has {len(columns)}" if cells else "is no row of a CSV",
        row=number,
        loses_row=True,
        record_id=_id_of(row, lines.layout),
    )
    return None


def _id_of(row: Row, layout: Layout) -> str | None:
    """Whose row it is, for one that cannot be read: its absence must not look like an end."""
    with suppress(UnreadableField):
        return row.take_id("Title Number", lambda value: f"{layout.list}:{title_number(value)}")
    return None
