"""The county's northern services, and any rows, as the Care Inspectorate's monthly datastore: Windows-1252 CSV.

The real file has neither coordinates nor company numbers, and its postcodes cannot be looked up here: homes loaded
from it have no place, and a reader must count them as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from random import Random

from exercise import homes
from exercise.columns import DATASTORE
from exercise.names import TELEPHONE
from exercise.sheets import write_csv
from exercise.stock import Building

SUBTYPES = {
    "older people": ("Older People", "Older people - frailty"),
    "older people, nursing": ("Older People", "Older people - dementia"),
    "learning disability": ("Learning Disabilities", "Learning difficulties"),
    "learning disability, nursing": ("Learning Disabilities", "Learning difficulties"),
    "mental health": ("Mental Health Problems", "Mental health problems (other than dementia)"),
    "younger physically disabled, nursing": ("Physical and Sensory Impairment", "Physical disability or illness"),
}


def services(count: int, building: Building, chance: Random) -> Iterator[Mapping[str, object]]:
    """``count`` care homes as rows of the datastore, all in the town of ``building``; three homes to a provider.

    One home has no grade, one no total of beds, one provider a name with a comma and an en dash.
    """
    for turn, kind in enumerate(homes.kinds(count, chance)):
        subtype, area = SUBTYPES[kind]
        places, graded = homes.beds(kind, chance), turn != 1
        grades = sorted((chance.randint(3, 5), chance.randint(4, 6))) if graded else ["", ""]
        group = turn // 3
        yield {
            "CSNumber": f"EXS-{200300001 + turn}",
            "CareService": "Care Home Service",
            "Subtype": subtype,
            "ServiceType": "Private",
            "ServiceName": f"{building.town} Exercise House {turn + 1}",
            "Address_line_1": f"{turn + 1} Northern Road",
            "Service_town": building.town,
            "Service_Postcode": building.postcode,
            "ChopUPRN": f"99{9_000_000_000 + turn}",
            "Manager_Name": f"Alex Sample{turn:03d}",
            "Service_Phone_Number": TELEPHONE,
            "SP_number": f"EXS-P{100001 + group}",
            "ServiceProvider": f"Exercise Northern Care {group + 1}, a company – trading as “Exercise”",
            "Provided_by_Local_Authority": "No",
            "ServiceStatus": "Proposing to Cancel" if turn == 2 else "Active",
            "DateReg": "01/04/2002",
            "Date_Reg": "2002_4",
            "TotalBeds": "" if turn == 0 else places,
            "CareHome_Main_Area_of_Care": area,
            "Council_Area_Name": f"{building.council.name} (invented)",
            "Registered_Places": places,
            "Client_group": "Adults",
            "PublicList": "Yes",
            "MinGrade": grades[0],
            "MaxGrade": grades[1],
            "GradeSpread": "Mix" if graded else "",
            "Publication_of_Latest_Grading": "20/03/2026" if graded else "",
        }


def write_datastore(rows: Iterable[Mapping[str, object]], to: Path, *, header: tuple[str, ...] = DATASTORE) -> None:
    """Write rows, given by column name, in the datastore's layout; columns not given are empty.

    Raises ValueError for a column that ``header`` has not, UnicodeEncodeError for what Windows-1252 cannot hold.
    """

    def cells() -> Iterator[list[str]]:
        yield list(header)
        for row in rows:
            if unknown := row.keys() - set(header):
                raise ValueError(f"the datastore has no column {sorted(unknown)[0]!r}")
            yield [str(row.get(name, "")) for name in header]

    write_csv(cells(), to, encoding="windows-1252")
