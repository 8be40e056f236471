"""A few of the county's homes in the formats of Wales and Northern Ireland: the inspectorate's CSV, RQIA's workbook.

Like the northern homes they have no coordinates, and their postcodes cannot be looked up: a reader must count them as
homes without a place. The first three homes in Wales are run by a company that runs
others here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from exercise import homes
from exercise.names import TELEPHONE
from exercise.sheets import Row, Sheet, write_csv, write_xlsx
from exercise.stock import Building, Kind, Provider

#: Care Inspectorate Wales's export, as far as its columns are known.
WELSH = (
    "Service URN", "Service Name", "Known as", "Service Type", "Service Sub-Type", "Provision For",
    "Service Address Line 1", "Service Address Line 2", "Service Address Line 3", "Service Town/City",
    "Service Postcode", "Local Authority", "Primary telephone number", "Primary email address", "Website",
    "Maximum No. of Places", "Main Operating Language of Service", "Service Ratings", "Responsible Individual Names",
    "Registered Person Names", "Provider URN", "Provider Name", "Provider Type", "Provider No. of Approved Services",
    "Provider Registration Date", "Company Number", "Provider Website", "Last Updated On",
    "Registered to deliver childcare offer", "Flying Start Provider",
)  # fmt: skip
#: RQIA's workbook of December 2025.
IRISH = (
    "ServiceName", "AddressLine1", "AddressLine2", "Town", "Postcode", "Tel", "Category", "Max Approved Places",
    "Categories of Care", "Conditions(AsOnCertificate)", "Manager", "ProviderName",
)  # fmt: skip
IRISH_SHEET = "Automated_REP019_WebRegister"
#: Homes of these kinds are written for both nations: RQIA's code of care, without its beginning, and Wales's words.
_FOR = {
    "older people": ("I, {0}-DE", "Older people; Dementia"),
    "older people, nursing": ("I, {0}-DE, {0}-TI", "Older people; Dementia"),
    "learning disability": ("LD, {0}-LD(E)", "Learning disability"),
    "learning disability, nursing": ("LD", "Learning disability"),
    "mental health": ("MP, {0}-MP(E)", "Mental health"),
    "younger physically disabled, nursing": ("PH", "Physical disability"),
}
_THEMES = ("Well-being", "Care and Support", "Environment", "Leadership and Management")


def write_welsh(to: Path, count: int, building: Building, owner: Provider, *, as_at: date, chance: Random) -> None:
    """Write ``count`` homes, three to a provider, as the inspectorate's export; UTF-8 with a byte order mark.

    ``owner`` runs the first three here too, under its own company number, written as a spreadsheet leaves it. One home
    has no rating, and one service is a child minder, of whom nothing may be kept.
    """

    def rows() -> Iterator[Row]:
        yield WELSH
        for turn, kind in enumerate(homes.kinds(count, chance)):
            nursing = "With" if kind.endswith("nursing") else "Without"
            group, place = turn // 3, f"EXW-{9_000_001 + turn}"
            yield _cells(
                WELSH,
                {
                    "Service URN": place,
                    "Service Name": f"{building.town}\u00a0Exercise Plas {turn + 1}",
                    "Service Type": "Care Home Service",
                    "Service Sub-Type": f"Adults {nursing} Nursing",
                    "Provision For": _FOR[kind][1],
                    "Service Address Line 1": f"{turn + 1} Western Road",
                    "Service Address Line 2": "None",
                    "Service Town/City": building.town,
                    "Service Postcode": building.postcode,
                    "Local Authority": f"{building.council.name} (invented)",
                    "Primary telephone number": TELEPHONE,
                    "Maximum No. of Places": str(homes.beds(kind, chance)),
                    "Service Ratings": "" if turn == 1 else "; ".join(f"{theme}: Good" for theme in _THEMES),
                    "Responsible Individual Names": f"Alex Sample{turn:03d}",
                    "Provider URN": f"EXW-P{9_001 + group}",
                    "Provider Name": f"Exercise Western Care {group + 1} Limited" if group else owner.name,
                    "Provider Type": "Organisation",
                    "Provider Registration Date": "01/04/2019 09:00",
                    "Company Number": (owner.company or "None").lstrip("0") if not group else "None",
                    "Last Updated On": f"{as_at:%d/%m/%Y}",
                },
            )
        yield _cells(
            WELSH,
            {
                "Service URN": "EXW-8000001",
                "Service Name": "Kim Sample999",
                "Service Type": "Child Minder",
                "Service Sub-Type": "None",
                "Provider URN": "EXW-P8001",
                "Provider Name": "Kim Sample999",
                "Provider Type": "Individual",
            },
        )

    write_csv(rows(), to)


def write_irish(count: int, building: Building, as_at: date, chance: Random, to: Path) -> None:
    """Write ``count`` homes, three to a provider, as RQIA's workbook. It has no numbers: ids are made by its reader.

    The first nursing home stands in two rows, the second of them for residential care; and one row is of a dentist.
    """

    def rows() -> Iterator[Row]:
        yield IRISH
        kinds: list[Kind] = [*homes.kinds(count - 1, chance), "older people, nursing"]
        twice = kinds.index("older people, nursing")
        for turn, kind in enumerate(kinds):
            yield _irish(building, turn, kind, homes.beds(kind, chance))
            if turn == twice:
                yield _irish(building, turn, "older people", 9)
        dentist = {"ServiceName": "Kim Sample998", "Category": "Independent Hospital - Dental Treatment"}
        yield _cells(IRISH, {**dentist, "ProviderName": "Kim Sample998"})

    write_xlsx([Sheet(IRISH_SHEET, rows())], to, created=as_at)


def _irish(building: Building, turn: int, kind: Kind, places: int) -> Row:
    beginning, category = ("NH", "Nursing (NH)") if kind.endswith("nursing") else ("RC", "Residential (RC)")
    facts: dict[str, str | int] = {
        "ServiceName": f"{building.town} Exercise Lodge {turn + 1} Care Home",
        "AddressLine1": f"{turn + 1} Eastern Road",
        "Town": building.town,
        "Postcode": building.postcode,
        "Tel": TELEPHONE,
        "Category": category,
        "Max Approved Places": places,
        "Categories of Care": f"{beginning}-{_FOR[kind][0].format(beginning)}",
        "Conditions(AsOnCertificate)": f"Suite A: {places // 2} places\nSuite B: {places - places // 2} places",
        "Manager": f"Alex Sample{turn:03d}",
        "ProviderName": f"Exercise Eastern Care {turn // 3 + 1} Limited",
    }
    return _cells(IRISH, facts)


def _cells(header: tuple[str, ...], facts: dict[str, str] | dict[str, str | int]) -> Row:
    return [facts.get(name, "") for name in header]
