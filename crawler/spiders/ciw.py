"""Wales: Care Inspectorate Wales's register. One CSV with every registered service and its provider.

The file writes ``None`` where it has nothing, and non-breaking spaces. It gives no overall rating: of the four themes
the lowest is followed, as is done for Scotland's grades.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

from scrapy import Request
from scrapy.http import Response

from crawler.reading import Item, Reading, Row, read_table
from crawler.spider import RegisterSpider
from crawler.tables import Layout, names, open_sheets, tables_of
from crawler.values import count, day_in, organisation_name
from register.identifiers import ciw_id, company_number, postcode
from register.records import Delivery, LocationRecord, ProviderRecord

SERVICES, PROVIDERS = "ciw/services", "ciw/providers"

SERVICE = Layout(
    "the register of services",
    ("Service URN", "Service Type", "Maximum No. of Places", "Provider URN"),
    {
        "Service URN": (),
        "Service Name": (),
        "Service Type": (),
        "Service Sub-Type": ("Service Subtype",),
        "Provision For": (),
        "Service Address Line 1": (),
        "Service Address Line 2": (),
        "Service Address Line 3": (),
        "Service Town/City": ("Service Town",),
        "Service Postcode": (),
        "Local Authority": (),
        "Maximum No. of Places": ("Maximum Number of Places",),
        "Service Ratings": (),
        "Provider URN": (),
        "Provider Name": (),
        "Provider Type": (),
        "Company Number": (),
        "Provider Registration Date": (),
    },
    ("Provision For", "Service Ratings", "Provider Registration Date", "Service Address Line 3"),
)
#: Names of people, telephone numbers and e-mail addresses: dropped on load.
PERSONAL = frozenset(
    {"Responsible Individual Names", "Registered Person Names", "Primary telephone number", "Primary email address"}
)
#: Known and read by nobody yet.
LEFT_OUT = names(
    "Known as|Website|Main Operating Language of Service|Provider No. of Approved Services|Provider Website|"
    "Last Updated On|Registered to deliver childcare offer|Flying Start Provider"
)
#: Columns of a service's row that speak of its provider, read once for each provider.
OF_PROVIDER = frozenset({"Provider Name", "Provider Type", "Company Number", "Provider Registration Date"})
#: The file's words for "nothing".
NONE = frozenset({"None", "none", "N/A", "-"})
CARE_HOME = "care home service"
TYPES = frozenset(
    {
        CARE_HOME, "domiciliary support service", "adult placement service", "childrens day care", "child minder",
        "fostering service", "adoption service", "advocacy service", "secure accommodation service",
        "residential family centre service", "boarding school", "residential special school",
        "further education college",
    }
)  # fmt: skip
CHILDREN = "childrens home"
#: Sub-types of care homes, in lower case, and the group that each names: adults, children, or both (``None``).
SUBTYPES = {
    "adults with nursing": "Adults",
    "adults without nursing": "Adults",
    "adults and children without nursing": None,
    "adults and children with nursing": None,
    CHILDREN: "Children",
}
#: The inspectorate's scale, worst first.
RATINGS = ("requires significant improvement", "requires improvement", "good", "excellent")


class Ciw(RegisterSpider):
    """The one file."""

    name = "ciw"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the file."""
        yield self.get_file(self.run.page, self.parse_file)

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read the file."""
        items = parse_published(self.save(response), today=self.run.today, as_at=self.run.as_at)
        yield from self.as_far_as_known(response, items)


def parse_published(path: Path, *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """Every service and provider in the inspectorate's export (gzipped or not; a workbook will do).

    The day is ``as_at``, else the one in the file's name, else ``today``: the export is made when it is asked for.
    Raises SourceChanged or Damaged.
    """
    origin = path.name
    listed = as_at or day_in(origin) or today
    with open_sheets(path) as sheets:
        services, providers = Reading(SERVICES, origin, listed), Reading(PROVIDERS, origin, listed)
        yield Delivery(feed=SERVICES, as_at=listed, complete=True, origin=origin)
        yield Delivery(feed=PROVIDERS, as_at=listed, complete=True, origin=origin)
        rows = ServiceRows(providers)
        for table in tables_of(sheets, [SERVICE]):
            yield from read_table(table, services, rows, key=("Service URN", ciw_id))


class ServiceRows:
    """A row of the export: a service, and its provider where no earlier row has named it."""

    def __init__(self, providers: Reading) -> None:
        self._providers = providers
        self._told: set[str] = set()

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's records. Raises UnreadableField without a number or a type of service."""
        service = row.take_id("Service URN", ciw_id)
        kind = row.take("Service Type", str).strip()
        if kind.lower() not in TYPES:
            row.reading.once("is a type never seen before; kept as it is", field="Service Type", about=kind, found=kind)
        subtype = row.take_text("Service Sub-Type", none=NONE)
        provider = row.take_identifier("Provider URN", ciw_id, none=NONE)
        if provider is not None and provider not in self._told:
            self._told.add(provider)
            yield from self._providers.observe(_provider(row, provider), row.raw, row.number)
        record = LocationRecord(
            id=service,
            provider_id=provider,
            nation="Wales",
            care_home=kind.lower() == CARE_HOME,
            status="Registered",
            service_types=(kind, subtype) if subtype else (kind,),
        )
        if record.care_home:
            record = _home(row, record, (subtype or "").lower())
        yield from row.reading.observe(record, row.raw, row.number)


def _provider(row: Row, identifier: str) -> ProviderRecord:
    company = row.take_identifier("Company Number", company_number, none=NONE)
    name = row.take_text("Provider Name", none=NONE)
    return ProviderRecord(
        id=identifier,
        # The words for what a provider is are not published: only the name of a body is kept, told by its company
        # number or by its form.
        name=name if company else organisation_name(name),
        ownership_type=row.take_text("Provider Type", none=NONE),
        registered_on=row.take_day("Provider Registration Date"),
        company=company,
    )


def _home(row: Row, record: LocationRecord, subtype: str) -> LocationRecord:
    if subtype and subtype not in SUBTYPES:
        row.reading.once(
            "is a value never seen before; kept as it is", field="Service Sub-Type", about=subtype, found=subtype
        )
    lines = (row.take_text(f"Service Address Line {number}", none=NONE) for number in (1, 2, 3))
    home = LocationRecord(
        id=record.id,
        provider_id=record.provider_id,
        name=row.take_text("Service Name", none=NONE),
        nation="Wales",
        care_home=True,
        status=record.status,
        beds=row.take_optional("Maximum No. of Places", count),
        service_types=record.service_types,
        bands=_provision(row.take_text("Provision For", none=NONE)),
        client_group=SUBTYPES.get(subtype),
        address=tuple(line for line in lines if line) or None,
        town=row.take_text("Service Town/City", none=NONE),
        postcode=row.take_identifier("Service Postcode", postcode, none=NONE),
        authority=row.take_text("Local Authority", none=NONE),
        rating=_lowest(row),
    )
    row.nothing_left(except_for=PERSONAL | LEFT_OUT | OF_PROVIDER)
    return home


def _provision(words: str | None) -> tuple[str, ...] | None:
    """Whom a home is for: words with commas, semicolons or bars between them."""
    parts = (part.strip() for part in re.split(r"[;,|]", words or ""))
    return tuple(dict.fromkeys(part for part in parts if part)) or None


def _lowest(row: Row) -> str | None:
    """The lowest of the ratings in "Well-being: Good; Environment: Requires Improvement", in the file's own word."""
    said = row.take_text("Service Ratings", none=NONE)
    found: list[str] = []
    for part in (said or "").split(";"):
        theme, colon, word = part.rpartition(":")
        word = word.strip()
        if word.lower() in RATINGS:
            found.append(word)
        elif word:
            row.lost("Service Ratings", "holds a rating never seen before", word if colon and theme else part.strip())
    return min(found, key=lambda word: RATINGS.index(word.lower()), default=None)
