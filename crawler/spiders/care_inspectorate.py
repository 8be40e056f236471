"""Scotland: the Care Inspectorate's datastore. One CSV a month with every registered service, in Windows-1252.

Columns that end in a financial year are renamed every April, and names drift (``ManagerName``, ``Manager_Name``).
Capacity is ``Registered_Places``; ``TotalBeds`` comes from the annual return and is empty for a third of homes.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

from scrapy import Request
from scrapy.http import Response

from crawler.links import links_of
from crawler.reading import Item, Reading, Row, read_table
from crawler.spider import RegisterSpider
from crawler.tables import Layout, SourceChanged, Table, names, open_sheets, tables_of
from crawler.values import count, day_in, organisation_name, separate
from register.identifiers import care_inspectorate_id, postcode, uprn
from register.records import Delivery, LocationRecord, ProviderRecord

SERVICES, PROVIDERS = "care_inspectorate/services", "care_inspectorate/providers"

SERVICE = Layout(
    "the datastore",
    ("CSNumber", "CareService", "Registered_Places", "SP_number"),
    {
        "CSNumber": ("CaseNumber",),
        "CareService": (),
        "Subtype": (),
        "AdditionalSubtypes": (),
        "ServiceType": ("Service Type",),
        "ServiceName": (),
        "Address_line_1": (),
        "Address_line_2": (),
        "Address_line_3": (),
        "Address_line_4": (),
        "Service_town": (),
        "Service_Postcode": (),
        "ChopUPRN": (),
        "SP_number": (),
        "ServiceProvider": ("Service_Provider",),
        "ServiceStatus": (),
        "DateReg": (),
        "CareHome_Main_Area_of_Care": (),
        "Care_Home_All_Areas_of_Provision": (),
        "Council_Area_Name": (),
        "Health_Board_Name": (),
        "Registered_Places": (),
        "Client_group": (),
        "MinGrade": (),
        "Publication_of_Latest_Grading": (),
    },
    ("AdditionalSubtypes", "ChopUPRN"),
)
#: Managers' names, telephone numbers and e-mail addresses: dropped on load.
PERSONAL = frozenset({"Manager_Name", "ManagerName", "Service_Phone_Number", "Eforms_email_address"})
#: Known and read by nobody yet: staff, deprivation, bedrooms, single grades, complaints, requirements.
LEFT_OUT = names(
    "Combined_Service_|CaseNumber_Combined|Provided_by_Local_Authority|Date_Reg|SIMD_rank|"
    "SIMD2020_Decile|Datazone|Integration_Authority_Name|CHP_Name|TotalBeds|SingleBedrooms|"
    "BedsInDoubleRooms|BedsInBedroomsFor3OrMore|NumberStaff|PublicList|RAD_SAT_Score|RADScore|"
    "GradeSpread|MaxGrade|Year_Month_latest_grade|Last_inspection_Date"
)
#: Columns renamed every year, and families of single grades.
_EVERY_YEAR = re.compile(
    r"(Dec\d\d_Annual_Return_Submitted|(Complaints_upheld|Complnt_upheld_or_partially_?|Enforcements_issued|"
    r"any_requirements|count any reqs)[_ ]\d{4}|(first|second|third|fourth|fifth|sixth|seventh|eighth)_"
    r"(date|case|recs|reqs)_\d{4}|KQ_\w+|Quality_of_\w+|Comb_Eval_\w+|\w+_change|SIMD\w*|"
    r"\(column \d+ without a name\))",
    re.IGNORECASE,
)
#: Registered but not operating: the Care Inspectorate's word for a service that looks after nobody now.
DORMANT = "inactive"
STATUSES = frozenset({"active", DORMANT, "proposing to cancel"})
CARE_HOME = "care home service"
#: A body and never a person stands behind a service of these sectors.
BODIES = frozenset({"local authority", "health board", "voluntary or not for profit"})
SECTORS = BODIES | {"private"}
GRADES = frozenset("123456")


class CareInspectorate(RegisterSpider):
    """The page of the datastore, then the file it links to, which may be one page further on."""

    name = "care_inspectorate"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the page."""
        yield self.get(self.run.page, self.parse_page, hops=1)

    def parse_page(self, response: Response, hops: int) -> Iterator[Request]:
        """Follow the link to the CSV, or to the page of the datastore that has it."""
        link = find_datastore(response.body, response.url)
        if link.lower().endswith((".csv", ".csv.gz")):
            yield self.get_file(link, self.parse_file)
        elif hops:
            yield self.get(link, self.parse_page, hops=hops - 1)
        else:
            raise SourceChanged(f"{response.url} links to no .csv of the datastore")

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read the file."""
        items = parse_published(self.save(response), today=self.run.today, as_at=self.run.as_at)
        yield from self.as_far_as_known(response, items)


def find_datastore(page: bytes, address: str) -> str:
    """The address of the newest datastore CSV on a page, else of the page that has it. Raises SourceChanged."""
    named = links_of(page, address)
    files = [
        (day_in(name) or date.min, link)
        for link, name in named.items()
        if re.search(r"\.csv(\.gz)?$", name, re.IGNORECASE) and re.search(r"mdsf|datastore", name, re.IGNORECASE)
    ]
    if files:
        return max(files)[1]
    pages = [(day_in(name) or date.min, link) for link, name in named.items() if name.lower().startswith("datastore-")]
    if pages:
        return max(pages)[1]
    raise SourceChanged(f"{address} has no link to the datastore (a .csv named MDSF or datastore)")


def parse_published(path: Path, *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """Every service and provider in the datastore's CSV (gzipped or not; a workbook will do).

    The day is ``as_at``, else the one in the file's name, else ``today``. Raises SourceChanged or Damaged.
    """
    origin = path.name
    listed = as_at or day_in(origin) or today
    with open_sheets(path) as sheets:
        services, providers = Reading(SERVICES, origin, listed), Reading(PROVIDERS, origin, listed)
        yield Delivery(feed=SERVICES, as_at=listed, complete=True, origin=origin)
        yield Delivery(feed=PROVIDERS, as_at=listed, complete=True, origin=origin)
        told: set[str] = set()
        for table in tables_of(sheets, [SERVICE]):
            rows = ServiceRows(table, providers, told)
            yield from read_table(table, services, rows, key=("CSNumber", care_inspectorate_id))


class ServiceRows:
    """A row of the datastore: a service, and its provider where it is not among those ``told`` already."""

    def __init__(self, table: Table, providers: Reading, told: set[str]) -> None:
        self._except = (
            PERSONAL | LEFT_OUT | {"ServiceProvider"} | {name for name in table.columns if _EVERY_YEAR.fullmatch(name)}
        )
        self._providers = providers
        self._told = told

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's records. Raises UnreadableField without a number or a kind of service."""
        service = row.take_id("CSNumber", care_inspectorate_id)
        kind = row.take("CareService", str).strip()
        provider = row.take_identifier("SP_number", care_inspectorate_id)
        sector = row.choice("ServiceType", SECTORS)
        if provider is not None and provider not in self._told:
            self._told.add(provider)
            name = row.take_text("ServiceProvider")
            kept = name if sector is not None and sector.lower() in BODIES else organisation_name(name)
            yield from self._providers.observe(ProviderRecord(id=provider, name=kept), row.raw, row.number)
        status = row.choice("ServiceStatus", STATUSES)
        record = LocationRecord(
            id=service,
            provider_id=provider,
            nation="Scotland",
            care_home=kind.lower() == CARE_HOME,
            status=status,
            registered_on=row.take_day("DateReg"),
            service_types=(kind,),
        )
        if record.care_home:
            record = self._home(row, record, sector)
        yield from row.reading.observe(record, row.raw, row.number)

    def _home(self, row: Row, record: LocationRecord, sector: str | None) -> LocationRecord:
        subtype, additional = row.take_text("Subtype"), row.take_text("AdditionalSubtypes") or ""
        main, areas = row.take_text("CareHome_Main_Area_of_Care"), row.take_text("Care_Home_All_Areas_of_Provision")
        bands = (subtype, *(a.strip() for a in additional.split(";")), main, *separate(areas or "", ()))
        lines = (row.take_text(f"Address_line_{number}") for number in range(1, 5))
        grade = row.choice("MinGrade", GRADES)
        graded = row.take_day("Publication_of_Latest_Grading")
        home = LocationRecord(
            id=record.id,
            provider_id=record.provider_id,
            name=row.take_text("ServiceName"),
            nation="Scotland",
            care_home=True,
            status=record.status,
            registered_on=record.registered_on,
            dormant=None if record.status is None else record.status.lower() == DORMANT,
            beds=row.take_optional("Registered_Places", count),
            service_types=record.service_types,
            bands=tuple(dict.fromkeys(band for band in bands if band)) or None,
            client_group=row.take_text("Client_group"),
            sector=sector,
            address=tuple(line for line in lines if line) or None,
            town=row.take_text("Service_town"),
            postcode=row.take_identifier("Service_Postcode", postcode),
            uprn=row.take_identifier("ChopUPRN", uprn),
            authority=row.take_text("Council_Area_Name"),
            region=row.take_text("Health_Board_Name"),
            rating=grade,
            rated_on=graded if grade else None,
        )
        row.nothing_left(except_for=self._except)
        return home
