"""CQC's file of deactivated locations: the days on which registrations ended.

A registration that ended is no home that closed. Of the deactivations of older people's homes in England from January
2015 to September 2019 some 37 % were closures (1,221 of more than 3,300; Care Management Matters); the others were sold
or registered anew. Whether a home closed is told from what came after it at its place (``register.succession``).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from crawler.cqc import NONE, RATINGS, provider_name
from crawler.cqc_files import Providers, minimal
from crawler.reading import Item, Row
from crawler.tables import Table
from crawler.values import count, yes
from register.identifiers import company_number, cqc_id, postcode, uprn
from register.records import LocationRecord, ProviderRecord

#: The file's word for a registration that has ended, in lower case.
ENDED = "deregistered"
STATUSES = frozenset({ENDED, "inactive", "deactivated", "de-activated", "archived"})


class DeactivatedRows:
    """A row of the deactivated locations: a registration that has ended, and its provider."""

    key = "Location ID"

    def __init__(self, table: Table, providers: Providers) -> None:
        self._unread, self._providers = frozenset(table.layout.unread), providers

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's records. Raises UnreadableField without a location id."""
        location = row.take_id(self.key, cqc_id)
        provider = row.take_identifier("Provider ID", cqc_id, none=NONE)
        status = row.choice("Location Status", STATUSES, none=NONE)
        beds = row.take_optional("Care homes beds at point location de-activated", count)
        flag = row.take_optional("Care home?", yes)
        record = LocationRecord(
            id=location,
            provider_id=provider,
            nation="England",
            care_home=flag if flag is not None else (True if beds else None),
            # The whole file is of registrations that have ended, whatever word it has for them.
            status="Deregistered",
            registered_on=row.take_day("Location HSCA start date"),
            deregistered_on=row.take_day("Location HSCA End Date"),
        )
        if status is not None and record.deregistered_on is None:
            row.lost("Location HSCA End Date", "is missing: the day of the list is taken for it")
        if provider is not None and not self._providers.told(provider):
            yield from self._providers.tell(self._provider(row, provider), row)
        if not record.care_home:
            yield from row.reading.observe(minimal(record), row.raw, row.number)
            return
        latitude, longitude = row.take_coordinates("Location Latitude", "Location Longitude")
        lines = (row.take_text("Location Street Address"), row.take_text("Location Address Line 2"))
        record = structs.replace(
            record,
            name=row.take_text("Location Name"),
            beds=beds,
            address=tuple(line for line in lines if line) or None,
            town=row.take_text("Location City"),
            county=row.take_text("Location County"),
            postcode=row.take_identifier("Location Postal Code", postcode, none=NONE),
            uprn=row.take_identifier("Location UPRN ID", uprn, none=NONE),
            latitude=latitude,
            longitude=longitude,
            authority=row.take_text("Location Local Authority"),
            region=row.take_text("Location Region"),
            rating=row.choice("Location Latest Overall Rating", RATINGS, none=NONE),
            rated_on=row.take_day("Publication Date"),
            rating_inherited=row.take_optional("Inherited Rating (Y/N)", yes),
            brand_id=row.take_text("Brand ID", none=NONE),
            brand_name=row.take_text("Brand Name", none=NONE),
        )
        row.nothing_left(except_for=self._unread)
        yield from row.reading.observe(record, row.raw, row.number)

    def _provider(self, row: Row, identifier: str) -> ProviderRecord:
        ownership = row.take_text("Provider Ownership Type")
        return ProviderRecord(
            id=identifier,
            name=provider_name(row.take_text("Provider Name"), ownership),
            ownership_type=ownership,
            company=row.take_identifier("Provider Companies House Number", company_number, none=NONE),
            charity=row.take_text("Provider Charity Number", none=NONE),
        )
