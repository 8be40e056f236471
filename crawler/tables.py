"""Tables out of files as they are found: CSV in any of three encodings, ODS, XLSX, as they are, gzipped or zipped.

The format is told by the content, never by the name. The header is looked for, never assumed: CQC's active locations
had it in row 1 in 2026 and in row 7 in January 2024.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archives import chunks_of, members_of
from crawler.excel import xlsx_sheets
from crawler.opendocument import ods_sheets
from crawler.workbooks import CUT_SHORT, Damaged, Line, Sheet, open_zip

MOST_BYTES = 2 * 1024**3
MOST_RATIO = 200
#: The header of every known file is within the first ten rows.
HEADER_WITHIN = 60
#: The longest real cell is a list of requirements, about 5,000 characters over some 30 lines.
MOST_LINES_A_ROW = 500
MOST_LINE_BYTES = 4 * 1024**2
_CHUNK = 1 << 18
#: What tells a workbook from another zip: where Excel and OpenDocument keep the sheets.
_EXCEL, _OPEN_DOCUMENT = "xl/workbook.xml", "content.xml"
_WORKBOOKS = frozenset({_EXCEL, _OPEN_DOCUMENT})


class SourceChanged(ValueError):
    """A publisher has changed a file or a page in a way that must not be guessed at. The message names what."""


@contextmanager
def plain_file(path: Path) -> Iterator[Path]:
    """The file itself; or what is in it, beside the system's temporary files, where it is gzipped or a zip of one file.

    A workbook is a zip too, and is left as it is. Raises Damaged where it is broken, unpacks to over 2 GiB or over 200
    times its size, or is a zip of several files.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    members = members_of(path) if head == b"PK\x03\x04" else ()
    if not head.startswith(b"\x1f\x8b") and (not members or _WORKBOOKS & set(members)):
        yield path
        return
    most = min(MOST_BYTES, max(_CHUNK * 200, path.stat().st_size * MOST_RATIO))
    with TemporaryDirectory(prefix="longstop-") as folder:
        unpacked = Path(folder) / "unpacked"
        size = 0
        with unpacked.open("wb") as target:
            for chunk in chunks_of(path):
                size += len(chunk)
                if size > most:
                    raise Damaged(f"unpacks to more than {most:,} bytes")
                target.write(chunk)
        yield unpacked


@contextmanager
def open_sheets(path: Path) -> Iterator[Iterator[Sheet]]:
    """The sheets of a table file of any kind; a CSV is one sheet without a name.

    Raises Damaged where the file is empty, a web page, an old binary workbook or otherwise no table.
    """
    with plain_file(path) as plain:
        with plain.open("rb") as stream:
            head = stream.read(4096)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            raise Damaged("is empty")
        if head.startswith(b"PK"):
            yield _workbook(plain)
        elif head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Damaged("is an old binary workbook (.xls): save it as .xlsx, .ods or .csv")
        elif start[:1] == b"<":
            raise Damaged("is a web page or XML, not a table (an error or login page saved under this name?)")
        elif start[:1] in (b"{", b"["):
            raise Damaged("is JSON, not a table")
        else:
            yield iter([Sheet("", CsvLines(plain))])


def _workbook(path: Path) -> Iterator[Sheet]:
    with open_zip(path) as archive:
        members = set(archive.namelist())
    if _EXCEL in members:
        return xlsx_sheets(path)
    if _OPEN_DOCUMENT in members:
        return ods_sheets(path)
    raise Damaged("is a zip, but neither an OpenDocument nor an Excel (.xlsx) spreadsheet")


def names(joined: str) -> frozenset[str]:
    """Column names written with ``|`` between them."""
    return frozenset(name.strip() for name in joined.split("|"))


class CsvLines:
    """The rows of a CSV, one Line each, and what is wrong with them.

    A quotation mark that is never closed makes a CSV reader swallow the rows that follow it, silently. So a row that
    runs over several lines and either has the wrong number of cells or holds a line that is a full row by itself is
    given back as damaged, and reading goes on at its second line.
    """

    def __init__(self, path: Path) -> None:
        self.windows_lines = 0
        self.width: int | None = None
        self._physical = self._decode(path)
        self._back: deque[tuple[str, bytes]] = deque()
        self._taken: list[tuple[str, bytes]] = []
        self._cut = False
        self._number = 0
        first = [line for line, _ in self._ahead(HEADER_WITHIN)]
        counts = Counter({mark: max((line.count(mark) for line in first), default=0) for mark in ",;|\t"})
        self._delimiter = counts.most_common(1)[0][0]
        self._reader = csv.reader(_Feed(self), delimiter=self._delimiter)

    def _ahead(self, lines: int) -> list[tuple[str, bytes]]:
        self._back.extend(islice(self._physical, lines))
        return list(self._back)

    def _decode(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """Physical lines as text, each as UTF-8 where it is, else as Windows-1252, else UTF-16 where a mark says so."""
        for raw in _physical_lines(path):
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                self.windows_lines += 1
                text = raw.decode("windows-1252", errors="replace")
            yield text, raw

    def take(self) -> str:
        """One physical line for the csv reader; StopIteration at the end of the file or of patience."""
        if len(self._taken) >= MOST_LINES_A_ROW:
            self._cut = True
            raise StopIteration
        line = self._back.popleft() if self._back else next(self._physical)
        self._taken.append(line)
        return line[0]

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        while True:
            self._taken, self._cut, problem = [], False, None
            try:
                cells = next(self._reader)
            except csv.Error as error:
                cells, problem = [], f"cannot be read as CSV ({error})"
            if not self._taken:
                raise StopIteration
            self._number += 1
            if len(self._taken) > 1 and (problem or self._cut or self._swallowed(cells)):
                self._back.extendleft(reversed(self._taken[1:]))
                del self._taken[1:]
                cells = next(csv.reader([self._taken[0][0]], delimiter=self._delimiter), [])
                problem = "has a quotation mark that is not closed"
            raw = b"".join(raw for _, raw in self._taken).rstrip(b"\r\n")
            if problem is None and not any(cell and not cell.isspace() for cell in cells):
                continue
            problem = problem or self._ragged(cells)
            if problem and self.width and len(cells) < self.width and not self._taken[-1][1].endswith((b"\n", b"\r")):
                problem = CUT_SHORT
            return Line(self._number, cells, raw, problem)

    def _ragged(self, cells: list[str]) -> str | None:
        if self.width is None or len(cells) == self.width:
            return None
        if len(cells) > self.width and not any(cell.strip() for cell in cells[self.width :]):
            return None
        return f"has {len(cells)} cells where the header has {self.width}"

    def _swallowed(self, cells: list[str]) -> bool:
        if self.width is None:
            return False
        if self._ragged(cells):
            return True
        following = (line for line, _ in self._taken[1:])
        return self.width >= 4 and any(
            line.count(self._delimiter) >= self.width - 1
            and len(next(csv.reader([line], delimiter=self._delimiter), [])) == self.width
            for line in following
        )


class _Feed:
    """An iterator that may end and go on again: lines given back are read after an apparent end of the file."""

    def __init__(self, lines: CsvLines) -> None:
        self._lines = lines

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        return self._lines.take()


def _physical_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
        stream.seek(0)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            yield from (line.encode() for line in _utf16(path))
            return
        if head.startswith(b"\xef\xbb\xbf"):
            stream.seek(3)
        if b"\r" in head and b"\n" not in head:  # the line ends of old Macintosh exports
            yield from (line + b"\n" for line in stream.read(MOST_BYTES).split(b"\r"))
            return
        while line := stream.readline(MOST_LINE_BYTES):
            if len(line) == MOST_LINE_BYTES:
                raise Damaged(f"has a line of more than {MOST_LINE_BYTES:,} bytes")
            yield line


def _utf16(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-16", newline="") as stream:
            yield from stream
    except UnicodeError as problem:
        raise Damaged(f"says that it is UTF-16 and is not ({problem})") from problem


def plain_name(name: str) -> str:
    """A column's name without case, spaces and marks, so that ``Care Home?`` finds ``Care home?``."""
    return re.sub(r"[^a-z0-9%]", "", name.lower())


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as its publisher lays it out.

    ``columns`` are those that are read, each with the other names it has gone by; ``keys`` those of them without which
    the table cannot be told or read; ``optional`` those that some editions have, whose absence says nothing.
    ``unread`` are known columns that are left out on purpose.
    """

    name: str
    keys: tuple[str, ...]
    columns: Mapping[str, Sequence[str]]
    optional: Collection[str] = ()
    unread: Collection[str] = ()

    def missing(self, plain: Collection[str]) -> list[str]:
        """The keys that a row of names, as ``plain_name`` gives them, does not hold."""
        return [key for key in self.keys if not {plain_name(n) for n in (key, *self.columns.get(key, ()))} & set(plain)]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet from its header on.

    ``columns`` are the names to read by, in order; ``absent`` the expected ones that are missing; ``preamble`` what
    stood above the header.
    """

    sheet: str
    layout: Layout
    columns: tuple[str, ...]
    absent: tuple[str, ...]
    lines: Iterator[Line]
    preamble: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoTable:
    """A sheet in which no known header was found: what its first rows say, how wide it is, what was looked for."""

    preamble: tuple[str, ...]
    width: int
    reason: str


def find_table(sheet: Sheet, layouts: Sequence[Layout]) -> Table | NoTable:
    """Find the header of a sheet: the first row that holds all keys of a layout; layouts are tried in their order.

    A column is found by its exact name, by an earlier name, or by its name without case and marks; any other column
    keeps the name it has.
    """
    preamble: list[str] = []
    width = 0
    nearest = (len(layouts[0].keys), layouts[0], list(layouts[0].keys))
    for line in islice(sheet.lines, HEADER_WITHIN):
        names = [" ".join(cell.removeprefix("\ufeff").removeprefix("ï»¿").split()) for cell in line.cells]
        while names and not names[-1]:
            names.pop()
        width = max(width, len(names))
        plain = {plain_name(name) for name in names}
        for layout in layouts:
            missing = layout.missing(plain)
            if not missing:
                columns, absent = _name_columns(names, layout.columns)
                if isinstance(sheet.lines, CsvLines):
                    sheet.lines.width = len(names)
                absent = tuple(name for name in absent if name not in layout.optional)
                return Table(sheet.name, layout, columns, absent, sheet.lines, tuple(preamble))
            if len(missing) < len(layout.keys):
                nearest = min(nearest, (len(missing), layout, missing), key=lambda entry: entry[0])
        preamble.append(" ".join(names))
    where = f'sheet "{sheet.name}" has' if sheet.name else "it has"
    lacking = ", ".join(f'"{name}"' for name in nearest[2])
    return NoTable(
        tuple(preamble),
        width,
        f"{where} no header row in its first {HEADER_WITHIN} rows; for {nearest[1].name} it lacks {lacking}",
    )


def tables_of(sheets: Iterable[Sheet], layouts: Sequence[Layout]) -> Iterator[Table]:
    """The table of every sheet that has one, as ``find_table`` finds it. Raises SourceChanged where none has.

    A publisher who parts a list by kind or by letter puts its parts on sheets of their own.
    """
    reason: str | None = "it has no sheet"
    for sheet in sheets:
        found = find_table(sheet, layouts)
        if isinstance(found, Table):
            reason = None
            yield found
        elif reason is not None:
            reason = found.reason
    if reason is not None:
        raise SourceChanged(reason)


def _name_columns(names: list[str], known: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found: dict[int, str] = {}
    exact = {name: at for at, name in reversed(list(enumerate(names)))}
    for column, earlier in known.items():
        at = next((exact[name] for name in (column, *earlier) if name in exact), None)
        if at is not None:
            found[at] = column
    plain = {plain_name(name): at for at, name in reversed(list(enumerate(names))) if at not in found}
    for column, earlier in known.items():
        if column not in found.values():
            at = next((plain[p] for p in map(plain_name, (column, *earlier)) if p in plain), None)
            if at is not None and at not in found:
                found[at] = column
    columns: list[str] = []
    for at, name in enumerate(names):
        chosen = found.get(at, name or f"(column {at + 1} without a name)")
        columns.append(chosen if chosen not in columns else f"{chosen} (column {at + 1})")
    return tuple(columns), tuple(column for column in known if column not in found.values())
