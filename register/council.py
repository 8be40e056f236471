"""The council's own figures: vacancies and residents by home, from CSV files that people make by hand.

Two layouts of vacancies are read: the import shape (one row per home and bed type, ``template("vacancies")``), and
the record-level export of the Capacity Tracker, whose columns Skills for Care's data engineering names. A file may be
separated by commas or pipes and may begin with a byte-order mark. A row that cannot be read goes to quarantine with
row, column, what was found and what was expected; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from register.identifiers import BadIdentifier, care_inspectorate_id, cqc_id, scheme
from register.intake import IntakeProblem
from register.records import Delivery, Fault, Observation, Record, ResidentsRecord, VacancyRecord, raw_digest

Item = Delivery | Observation | Fault

#: Bed types of the Capacity Tracker (DHSC metric codes and tables released on request).
BED_TYPES = (
    "general_residential",
    "dementia_residential",
    "general_nursing",
    "dementia_nursing",
    "learning_disability_residential",
    "learning_disability_nursing",
    "mental_health_residential",
    "mental_health_nursing",
    "transitional",
    "ypd_young_physically_disabled",
    "community_care",
    "total",
)
_STATES = ("occupied", "vacant_reserved", "vacant_accepting_admissions", "vacant_not_admittable")
_ADMITTING = frozenset({"yes", "y", "true", "1", "open", "accepting", "accepting admissions", "open to admissions"})
_NOT_ADMITTING = frozenset(
    {"no", "n", "false", "0", "closed", "not accepting", "not accepting admissions", "closed to admissions"}
)
_IDS = ("cqclocationid", "locationid", "cqcid", "home", "homeid")

_TEMPLATES = {
    "vacancies": (
        "cqc_location_id,bed_type,maximum_capacity,occupied,vacant_reserved,vacant_accepting_admissions,"
        "vacant_not_admittable,last_updated_utc\n"
        "EX-00001,general_nursing,24,20,1,2,1,2025-05-31T09:30:00Z\n"
        "EX-00001,dementia_residential,16,15,0,1,0,2025-05-31T09:30:00Z\n"
    ),
    "residents": (
        "cqc_location_id,need,people,counted_on\n"
        "EX-00001,nursing/older people,17,2025-05-31\n"
        "EX-00001,residential/dementia,12,2025-05-31\n"
    ),
}


class CouncilFileProblem(IntakeProblem):
    """A file that cannot be read at all. The message names the file, the cause and what to do."""


class _BadValue(ValueError):
    """A value that is not what its column wants: column, what was found, what was expected."""

    def __init__(self, column: str, found: str, expected: str) -> None:
        super().__init__(expected)
        self.column, self.found, self.expected = column, found, expected


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file by normalised column name (small letters and digits only). ``columns`` gives their names."""

    number: int
    cells: dict[str, str]
    columns: dict[str, str]
    digest: str
    too_long: bool

    def text(self, *names: str) -> str:
        """The first of some columns that is there, stripped; empty where none is."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")

    def column(self, *names: str) -> str:
        """A column's name as the file writes it."""
        return next((self.columns[name] for name in names if name in self.columns), names[0])

    def count(self, name: str) -> int | None:
        """A whole number from 0 up; ``None`` for an empty cell."""
        found = self.text(name)
        if not found:
            return None
        if not re.fullmatch(r"\d{1,6}(\.0+)?", found.replace(",", "")):
            raise _BadValue(self.column(name), found, "a whole number, 0 or more")
        return int(float(found.replace(",", "")))

    def day(self, today: date, *names: str) -> date | None:
        """A day not after ``today``, as ISO 8601 (a time of day may follow) or dd/mm/yyyy; ``None`` where empty."""
        found = self.text(*names)
        if not found:
            return None
        expected = "a day like 2025-05-31 or 31/05/2025, not in the future"
        try:
            if match := re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})\b", found):
                day = date(int(match[3]), int(match[2]), int(match[1]))
            else:
                day = datetime.fromisoformat(found).date()
        except ValueError:
            raise _BadValue(self.column(*names), found, expected) from None
        if day > today:
            raise _BadValue(self.column(*names), found, expected)
        return day

    def home(self) -> str:
        """The home's id with its register."""
        found = self.text(*_IDS)
        if not found:
            raise _BadValue(self.column(*_IDS), "", "a home's id like 1-319143351")
        head = scheme(found)
        bare = found.removeprefix(f"{head}:") if head else found
        try:
            if head == "ci" or re.match(r"(?i)CS\d", bare):
                return care_inspectorate_id(bare)
            if head in ("ciw", "rqia"):
                return f"{head}:{bare.strip()}"
            return cqc_id(bare)
        except BadIdentifier:
            raise _BadValue(self.column(*_IDS), found, "a home's id like 1-319143351") from None


def template(what: str) -> str:
    """An example file, invented, to copy: ``what`` is "vacancies" or "residents"."""
    return _TEMPLATES[what]


def read_vacancies(path: Path, today: date) -> Iterator[Item]:
    """The list, records and faults of a file of vacancies. ``as_at`` is the newest day in it, ``today`` if it has none.

    The list never claims to be whole: a home that files nothing is not a home that is gone.
    Raises CouncilFileProblem for a file that is no CSV or lacks the columns.
    """
    rows = _read(path)
    columns = rows[0].columns if rows else {}
    export = "maxcapacity" in columns or "declaredvacancies" in columns
    if not export:
        _need(path, columns, {"cqclocationid": _IDS, "bedtype": ("bedtype",)}, "vacancies")
    read = _export_row if export else _vacancy_row
    yield from _items(path, "council/vacancies", rows, today, read)


def read_residents(path: Path, today: date, *, check_need: Callable[[str], object] | None = None) -> Iterator[Item]:
    """The list, records and faults of a file of residents: how many people with which need live in which home.

    ``check_need`` raises ValueError, with what is expected, for a need that nobody knows.
    Raises CouncilFileProblem for a file that is no CSV or lacks the columns.
    """
    rows = _read(path)
    wanted = {"cqclocationid": _IDS, "need": ("need",), "people": ("people",)}
    _need(path, rows[0].columns if rows else {}, wanted, "residents")

    def read(row: _Row, today: date) -> tuple[ResidentsRecord, date | None, _BadValue | None]:
        home, need, people = row.home(), row.text("need"), row.count("people")
        counted = row.day(today, "countedon")
        if not need:
            raise _BadValue(row.column("need"), "", "a need")
        if check_need is not None:
            try:
                check_need(need)
            except ValueError as problem:
                raise _BadValue(row.column("need"), need, str(problem)) from None
        if people is None:
            raise _BadValue(row.column("people"), "", "a whole number, 0 or more")
        record = ResidentsRecord(id=f"{home}/{need}", location_id=home, need=need, people=people, counted_on=counted)
        return record, counted, None

    yield from _items(path, "council/residents", rows, today, read)


_Reader = Callable[[_Row, date], tuple[VacancyRecord | ResidentsRecord, date | None, _BadValue | None]]


def _items(path: Path, feed: str, rows: Sequence[_Row], today: date, read: _Reader) -> Iterator[Item]:
    """Every row as a record, or as a fault with its place in the file."""
    items: list[Observation | Fault] = []
    days = []
    for row in rows:
        try:
            if row.too_long:
                raise _BadValue("(whole row)", "", "no more values than there are columns: is a comma not in quotes?")
            record, day, unread = read(row, today)
        except _BadValue as bad:
            items.append(_fault(feed, path.name, row, bad))
            continue
        if unread is not None:
            items.append(_fault(feed, path.name, row, unread, record))
        if day is not None:
            days.append(day)
        items.append(Observation(feed=feed, record=record, raw_digest=row.digest, origin=path.name, row=row.number))
    yield Delivery(feed=feed, as_at=max(days, default=today), complete=False, origin=path.name)
    yield from items


def _vacancy_row(row: _Row, today: date) -> tuple[VacancyRecord, date | None, None]:
    """A row of the import shape: one home, one bed type, each state of its beds in a column of its own."""
    home = row.home()
    bed_type = re.sub(r"[^a-z]+", "_", row.text("bedtype").casefold()).strip("_")
    if bed_type not in BED_TYPES:
        raise _BadValue(row.column("bedtype"), row.text("bedtype"), f"one of {', '.join(BED_TYPES)}")
    counts = {name: row.count(name.replace("_", "")) for name in ("maximum_capacity", *_STATES)}
    day = row.day(today, "lastupdatedutc", "lastupdated", "lastupdatedbst")
    record = VacancyRecord(
        id=f"{home}/{bed_type}",
        location_id=home,
        bed_type=bed_type,
        maximum_capacity=counts["maximum_capacity"],
        occupied=counts["occupied"],
        vacant_reserved=counts["vacant_reserved"],
        vacant_accepting_admissions=counts["vacant_accepting_admissions"],
        vacant_not_admittable=counts["vacant_not_admittable"],
        updated_on=day,
    )
    _check_sum(row, record)
    return record, day, None


def _export_row(row: _Row, today: date) -> tuple[VacancyRecord, date | None, _BadValue | None]:
    """A row of the Capacity Tracker's export: one home, all bed types together, empty beds in one column.

    Beds of a home that is not accepting admissions are empty but nobody can be offered them. Where the home's word
    on that is missing or new to us, its vacancies stay unknown.
    """
    home = row.home()
    vacancies = row.count("declaredvacancies")
    said = row.text("isacceptingadmissions", "admissionstatus")
    word = said.casefold()
    unread = None
    accepting = not_admittable = None
    if vacancies == 0:
        accepting = not_admittable = 0
    elif vacancies is not None and word in _ADMITTING:
        accepting, not_admittable = vacancies, 0
    elif vacancies is not None and word in _NOT_ADMITTING:
        accepting, not_admittable = 0, vacancies
    elif vacancies is not None:
        expected = f"a word that says whether the home admits: one of {', '.join(sorted(_ADMITTING | _NOT_ADMITTING))}"
        unread = _BadValue(row.column("isacceptingadmissions", "admissionstatus"), said, expected)
    day = row.day(today, "lastupdatedutc", "lastupdatedbst")
    record = VacancyRecord(
        id=f"{home}/total",
        location_id=home,
        bed_type="total",
        maximum_capacity=row.count("maxcapacity"),
        occupied=row.count("usedbeds"),
        vacant_accepting_admissions=accepting,
        vacant_not_admittable=not_admittable,
        updated_on=day,
    )
    _check_sum(row, record)
    return record, day, unread


def _check_sum(row: _Row, record: VacancyRecord) -> None:
    """More beds in their states than there are beds is an error of typing: nobody is sent to such a bed."""
    total = sum(getattr(record, name) or 0 for name in _STATES)
    if record.maximum_capacity is not None and total > record.maximum_capacity:
        column = row.column("maximumcapacity", "maxcapacity")
        expected = f"at least {total}, the sum of the occupied and vacant beds"
        raise _BadValue(column, str(record.maximum_capacity), expected)


def _fault(feed: str, origin: str, row: _Row, bad: _BadValue, kept: Record | None = None) -> Fault:
    """A fault that names row, column, what was found and what was expected; with ``kept``, only the field is lost."""
    what = f'"{bad.found[:60]}"' if bad.found else "nothing"
    return Fault(
        feed=feed,
        origin=origin,
        row=row.number,
        field=bad.column,
        found=bad.found[:60] or None,
        reason=f"found {what}, expected {bad.expected}",
        loses_row=kept is None,
        record_id=kept.id if kept else None,
    )


def _read(path: Path) -> list[_Row]:
    """The rows of a file that are not blank. Raises CouncilFileProblem."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as problem:
        raise CouncilFileProblem(f"cannot read {path.name}: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise CouncilFileProblem(
            f"cannot read {path.name}: it is not a CSV file in UTF-8; a spreadsheet must be saved as CSV UTF-8 first."
        ) from None
    if "\x00" in text or raw.startswith(b"PK"):
        raise CouncilFileProblem(f"cannot read {path.name}: it is not a text file; save the sheet as CSV first.")
    first = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="|" if first.count("|") > first.count(",") else ",")
    try:
        header = [name.strip() for name in next(lines, [])]
        keys = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in header]
        rows = []
        for cells in lines:
            if any(cell.strip() for cell in cells):
                values = {key: cell.strip() for key, cell in zip(keys, cells, strict=False) if key}
                names = dict(zip(keys, header, strict=True))
                too_long = any(cell.strip() for cell in cells[len(header) :])
                rows.append(_Row(lines.line_num, values, names, raw_digest("\x1f".join(cells).encode()), too_long))
    except csv.Error as problem:
        raise CouncilFileProblem(f"cannot read {path.name}: line {lines.line_num} is no CSV ({problem}).") from None
    if not rows:
        raise CouncilFileProblem(f"cannot read {path.name}: it holds no rows below its header.")
    return rows


def _need(path: Path, columns: dict[str, str], wanted: Mapping[str, Sequence[str]], what: str) -> None:
    """Refuse a file that lacks a column, under any of the names it may have."""
    missing = [name for name, names in wanted.items() if not any(one in columns for one in names)]
    if missing:
        found = ", ".join(name for name in columns.values() if name) or "none"
        names = {"cqclocationid": "cqc_location_id", "bedtype": "bed_type"}
        raise CouncilFileProblem(
            f"cannot read {path.name}: column {names.get(missing[0], missing[0])} is missing (columns found: {found}); "
            f"see longstop load {what} --template."
        )
