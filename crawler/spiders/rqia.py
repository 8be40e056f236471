"""Northern Ireland: RQIA's register of services. One workbook, without numbers of any kind in most editions.

A home registered for nursing and for residential care stands in two rows; its places add up. Its id is made from name
and postcode (``register.identifiers.rqia_home_id``): the edition in Northern Ireland's open data has a number behind
each name, the others have none, and a home must be the same one in all of them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scrapy import Request
from scrapy.http import Response

from crawler.links import links_of
from crawler.reading import Item, Reading, Row, UnreadableField, read_table
from crawler.spider import RegisterSpider
from crawler.tables import Layout, SourceChanged, names, open_sheets, tables_of
from crawler.values import count, day_in, organisation_name, text
from register.identifiers import BadIdentifier, is_invented, postcode, rqia_home_id, rqia_provider_id
from register.records import Delivery, LocationRecord, ProviderRecord, raw_digest

SERVICES, PROVIDERS = "rqia/services", "rqia/providers"

SERVICE = Layout(
    "the register of services",
    ("ServiceName", "Postcode", "Category", "Max Approved Places", "ProviderName"),
    {
        "ServiceName": ("Service Name",),
        "AddressLine1": (),
        "AddressLine2": (),
        "Town": (),
        "Postcode": (),
        "Category": ("Service Type",),
        "Max Approved Places": (),
        "Categories of Care": (),
        "ProviderName": ("Provider Name", "Provider"),
    },
    ("AddressLine2",),
)
#: Managers' names and telephone numbers, and in older editions those of a contact: dropped on load.
PERSONAL = names(
    "Tel|Phone|Manager|Current Manager|Contact Forename|Contact Surname|Contact Position|"
    "Conditions(AsOnCertificate)|Conditions (As per Certificate)"
)
#: Known and read by nobody yet; the conditions are free text in which people are named at times.
LEFT_OUT = names("Last Inspected|LastInspected|Email|Website")
NURSING, RESIDENTIAL = "Nursing (NH)", "Residential (RC)"
#: Categories of homes, in lower case, and the setting that each is; told from the codes of care where they are given.
SETTINGS = {
    "nh": NURSING, "nursing": NURSING, "nursing (nh)": NURSING, "nursing home": NURSING, "nursing home (nh)": NURSING,
    "nursing homes": NURSING, "rc": RESIDENTIAL, "residential": RESIDENTIAL, "residential (rc)": RESIDENTIAL,
    "residential care home": RESIDENTIAL, "residential care": RESIDENTIAL, "residential home": RESIDENTIAL,
    "residential care homes": RESIDENTIAL, "residential care home (rc)": RESIDENTIAL,
}  # fmt: skip
#: Categories of services that are no homes for adults, by the words in them.
OTHERS = re.compile(
    r"day care|domiciliary|agency|agencies|children|clinic|hospital|dental|placement|family centre|boarding|laser|"
    r"supported living|\b(dca|dcs|na|ch|ic|ih|rfc|apa|vac)\b",
    re.IGNORECASE,
)


#: The number that one edition has behind a service's name: ``Invented House (021098)``.
_NUMBER = re.compile(r"\s*\(\d{4,8}\)$")


class Rqia(RegisterSpider):
    """The page of the register, then the workbook that it links to."""

    name = "rqia"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the page, or for the workbook where its own address is set."""
        is_file = self.run.page.lower().endswith((".xlsx", ".csv", ".ods"))
        yield self.get_file(self.run.page, self.parse_file) if is_file else self.get(self.run.page, self.parse_page)

    def parse_page(self, response: Response) -> Iterator[Request]:
        """Follow the link to the workbook."""
        yield self.get_file(find_workbook(response.body, response.url), self.parse_file)

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read the workbook."""
        items = parse_published(self.save(response), today=self.run.today, as_at=self.run.as_at)
        yield from self.as_far_as_known(response, items)


def find_workbook(page: bytes, address: str) -> str:
    """The address of the newest register among a page's links to spreadsheets. Raises SourceChanged."""
    named = links_of(page, address)
    found = [
        (day_in(name) or date.min, link)
        for link, name in named.items()
        if re.search(r"\.(xlsx|ods|csv)$", name, re.IGNORECASE) and re.search(r"register|service", name, re.IGNORECASE)
    ]
    if not found:
        raise SourceChanged(f"{address} has no link to the register of services (a spreadsheet named so)")
    return max(found)[1]


def parse_published(path: Path, *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """Every home for adults in RQIA's workbook (a CSV will do), each once.

    The day is ``as_at``, else the one in the file's name, else ``today``. Raises SourceChanged or Damaged.
    """
    origin = path.name
    listed = as_at or day_in(origin) or today
    with open_sheets(path) as sheets:
        services, providers = Reading(SERVICES, origin, listed), Reading(PROVIDERS, origin, listed)
        yield Delivery(feed=SERVICES, as_at=listed, complete=True, origin=origin)
        yield Delivery(feed=PROVIDERS, as_at=listed, complete=True, origin=origin)
        rows = ServiceRows(providers)
        for table in tables_of(sheets, [SERVICE]):
            yield from read_table(table, services, rows, key=("ServiceName", _no_id))
        yield from rows.homes(services)


def _no_id(_: str) -> str:
    """A row that cannot be trusted names no home: its name alone is not enough."""
    raise BadIdentifier("RQIA's rows have no id")


@dataclass(slots=True)
class _Part:
    """One row of a home: its setting, places and codes of care."""

    setting: str
    places: int | None
    codes: tuple[str, ...]
    raw: bytes
    row: int | None


@dataclass(slots=True)
class _Home:
    """A home as its first row gives it, and all its rows."""

    record: LocationRecord
    parts: list[_Part] = field(default_factory=list)


class ServiceRows:
    """Rows of the workbook; homes are told when the last has been read, because a later row may add to an earlier."""

    def __init__(self, providers: Reading) -> None:
        self._providers = providers
        self._told: set[str] = set()
        self._homes: dict[str, _Home] = {}

    def __call__(self, row: Row) -> Iterator[Item]:
        """Keep a home's row; yields its provider. Raises UnreadableField without a category, a name or a postcode."""
        category = row.take("Category", text)
        codes = _codes(row.take_text("Categories of Care"))
        setting = _setting(row, category, codes)
        if setting is None:
            return
        name = _NUMBER.sub("", row.take("ServiceName", text))
        post = row.take("Postcode", lambda value: postcode(text(value)))
        try:
            identifier = rqia_home_id(name, post)
        except BadIdentifier as problem:
            raise UnreadableField("ServiceName", str(problem)) from problem
        row.record_id = identifier
        provider = yield from self._provider(row, invented=is_invented(identifier))
        lines = (row.take_text("AddressLine1"), row.take_text("AddressLine2"))
        part = _Part(setting, row.take_optional("Max Approved Places", count), codes, row.raw, row.number)
        record = LocationRecord(
            id=identifier,
            provider_id=provider,
            name=name,
            nation="Northern Ireland",
            care_home=True,
            status="Registered",
            address=tuple(line for line in lines if line) or None,
            town=row.take_text("Town"),
            postcode=post,
        )
        row.nothing_left(except_for=PERSONAL | LEFT_OUT)
        home = self._homes.setdefault(identifier, _Home(record))
        if any(part.raw == other.raw for other in home.parts):
            row.lost("ServiceName", "stands in the list twice, word for word; it is counted once")
            return
        if home.record.provider_id != provider:
            row.lost("ProviderName", "is another one than in the home's first row, which is followed")
        if any(part.setting == other.setting for other in home.parts):
            row.lost("Category", "the home has two rows of one category; their places are added", category)
        home.parts.append(part)

    def _provider(self, row: Row, *, invented: bool) -> Generator[Item, None, str | None]:
        name = row.take_text("ProviderName")
        if name is None:
            return None
        try:
            identifier = rqia_provider_id(name, invented=invented)
        except BadIdentifier as problem:
            row.lost("ProviderName", str(problem).replace(repr(name), "it"))
            return None
        if identifier not in self._told:
            self._told.add(identifier)
            record = ProviderRecord(id=identifier, name=organisation_name(name))
            yield from self._providers.observe(record, row.raw, row.number)
        return identifier

    def homes(self, reading: Reading) -> Iterator[Item]:
        """Each home once, in the order of the file, with the places of all its rows."""
        several = 0
        for home in self._homes.values():
            several += len(home.parts) > 1
            yield from reading.observe(
                _whole(home), raw_digest(b"\n".join(part.raw for part in home.parts)), home.parts[0].row
            )
        if several:
            reading.once(f"homes in more rows than one, whose places are added: {several:,}", field="Category")
        yield from reading.drain()


def _whole(home: _Home) -> LocationRecord:
    """A home of all its rows. Where one row does not say how many places it has, nobody knows how many there are."""
    places = [part.places for part in home.parts]
    known = [number for number in places if number is not None]
    values = {name: getattr(home.record, name) for name in home.record.__struct_fields__}
    return LocationRecord(
        **values
        | {
            "beds": sum(known) if len(known) == len(places) else None,
            # Sorted: in which order a home's rows stand is no change of the home.
            "service_types": tuple(sorted({part.setting for part in home.parts})),
            "bands": tuple(sorted({code for part in home.parts for code in part.codes})) or None,
        }
    )


def _codes(words: str | None) -> tuple[str, ...]:
    """Codes of care with commas, semicolons or line ends between them: ``NH-I``, ``RC-LD(E)``."""
    parts = (re.sub(r"\s+", "", part).upper() for part in re.split(r"[,;]|\s(?=[A-Za-z]{2,3} ?-)", words or ""))
    return tuple(dict.fromkeys(part for part in parts if part))


def _setting(row: Row, category: str, codes: tuple[str, ...]) -> str | None:
    """Nursing or residential; None where the row is of no home for adults, or cannot be told, which is reported."""
    if (found := SETTINGS.get(category.lower())) is not None:
        return found
    beginnings = {code[:3] for code in codes}
    if not OTHERS.search(category):
        row.reading.once(
            "is a category never seen before; its codes of care say whether it is a home",
            field="Category",
            about=category,
            row=row.number,
            found=category,
        )
    return NURSING if "NH-" in beginnings else RESIDENTIAL if "RC-" in beginnings else None
