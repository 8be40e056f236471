"""Who sits on the boards of the county's companies, who lends to them, and which of them failed: all invented.

What is said of a company depends on its number alone, so that it stays as it is from month to month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exercise.companies import IN_ADMINISTRATION, SOLVENT, Companies, Company

#: Lenders as they are really filed: free text, often in the name of a trustee, never with a number.
LENDERS = (
    "Exercise Harbour Bank plc as Security Trustee",
    "Exercise Tidewater Capital LLP",
    "Exercise Ebb Finance S.à r.l. as Collateral Agent",
    "Velmshire Building Society (invented)",
)
#: A secretary that serves many boards, and people who sit on boards of groups that nothing else joins.
SECRETARY = Company("99800099", "EXERCISE SECRETARIES LIMITED")
BUSY = (901, 902, 903)
ADMINISTRATION_BEGAN, WOUND_UP = "2024-04-30", "2023-10-02"
#: A long history: more appointments than one page of the API holds.
_FORMER = 104


def person(number: int) -> dict[str, Any]:
    """A person's name as officers are filed, and the month of birth: the same number is the same person everywhere."""
    first = ("Alex", "Sam", "Robin", "Kim")[number % 4]
    return {
        "name": f"SAMPLE{number:03d}, {first}",
        "date_of_birth": {"month": 1 + number % 12, "year": 1950 + number % 40},
    }


def officers(company: Company, *, large: bool = False) -> Iterator[dict[str, Any]]:
    """A company's appointments, present and past; ``large``: of the county's largest operating company, a long list."""
    digits = int(company.number[2:])
    seats: list[tuple[int, str, str, str | None]] = [(digits % 400, "director", "2016-05-01", None)]
    if digits % 7 in (1, 2, 3):
        seats.append((BUSY[digits % 7 - 1], "director", "2018-02-01", None))
    if digits % 3 == 0:
        seats.append((400 + digits % 90, "director", "2012-01-09", "2017-09-30"))
    if large:
        seats += [(500 + turn, "director", "2010-10-01", "2015-12-31") for turn in range(_FORMER)]
    for turn, (number, role, since, until) in enumerate(seats, start=1):
        yield {
            "address": {"premises": str(number), "address_line_1": "Service Address Row", "postal_code": "ZX1 1AA"},
            "appointed_on": since,
            "country_of_residence": "England",
            **person(number),
            "links": {
                "self": f"/company/{company.number}/appointments/Exercise{company.number}a{turn:03d}",
                "officer": {"appointments": f"/officers/ExercisePerson{number:03d}/appointments"},
            },
            "nationality": "Exerciseish",
            "occupation": "Company Director",
            "officer_role": role,
            "person_number": f"{number:06d}0001",
            **({"resigned_on": until} if until else {}),
        }
    if digits % 5 == 0 and company.number != SECRETARY.number:
        yield {
            "address": {"address_line_1": "1 Example Street", "postal_code": "ZX1 1AA"},
            "appointed_on": "2014-03-03",
            "identification": {
                "identification_type": "uk-limited-company",
                "legal_authority": "Companies Act 2006",
                "legal_form": "Private Limited Company",
                "place_registered": "Companies House",
                "registration_number": SECRETARY.number,
            },
            "links": {
                "self": f"/company/{company.number}/appointments/Exercise{company.number}s001",
                "officer": {"appointments": "/officers/ExerciseSecretary/appointments"},
            },
            "name": SECRETARY.name,
            "officer_role": "corporate-secretary",
        }


def charges(company: Company, titles: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A company's charges, the latest first. ``titles`` are those that it owns: outstanding charges name them."""
    digits = int(company.number[2:])
    for number in range(company.charges, 0, -1):
        done, fixed = number <= company.satisfied, number % 2 == 1
        code = f"{company.number}{number:04d}"
        pledged = ", ".join(titles[number - 1 :: 3])
        words = "all the undertaking and assets of the company"
        yield {
            "charge_code": code,
            "charge_number": number,
            "classification": {"type": "charge-description", "description": "A registered charge"},
            "created_on": f"{2014 + number}-06-30",
            "delivered_on": f"{2014 + number}-07-11",
            "etag": f"{digits:032x}{number:08x}",
            "links": {"self": f"/company/{company.number}/charges/Exercise{code}"},
            "particulars": {
                "type": "brief-description",
                "description": f"The freehold land registered under title numbers {pledged}." if pledged else words,
                "contains_fixed_charge": fixed,
                "contains_floating_charge": not fixed,
                "contains_negative_pledge": True,
                **({} if fixed else {"floating_charge_covers_all": True}),
            },
            "persons_entitled": [{"name": LENDERS[(digits + number) % len(LENDERS)]}],
            "secured_details": {"type": "obligations-secured", "description": "All monies due"},
            "status": "fully-satisfied" if done else "outstanding",
            **({"satisfied_on": f"{2017 + number}-03-01"} if done else {}),
            "transactions": [{"filing_type": "create-charge-with-deed", "delivered_on": f"{2014 + number}-07-11"}],
        }


def insolvency(company: Company) -> dict[str, Any] | None:
    """A company's insolvency cases; None for all but two, of which one is of a solvent company."""
    cases = {
        IN_ADMINISTRATION: ("in-administration", "administration-started-on", ADMINISTRATION_BEGAN),
        SOLVENT: ("members-voluntary-liquidation", "wound-up-on", WOUND_UP),
    }
    if company.number not in cases:
        return None
    kind, event, when = cases[company.number]
    practitioner = {
        "name": "Kim Sample777",
        "address": {"address_line_1": "1 Example Street", "postal_code": "ZX1 1AA"},
        "role": "practitioner",
        "appointed_on": when,
    }
    case = {"type": kind, "number": "1", "dates": [{"type": event, "date": when}], "practitioners": [practitioner]}
    status = "in-administration" if company.number == IN_ADMINISTRATION else "liquidation"
    return {"etag": f"{int(company.number):040x}", "status": [status], "cases": [case]}


def entries(made: Companies) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """The entries of control by company, in order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in made.entries:
        found.setdefault(entry["company_number"], []).append(entry["data"])
    return {company: tuple(some) for company, some in found.items()}
