"""Who owns the county's care companies: chains of holding companies as they are found above real ones, all invented.

What stands above a company depends on its number alone, so that it stays as it is from month to month. Every way in
which a real chain ends is there: a person, a listed company, a fund on the Cayman Islands, a company in Jersey, an
overseas entity, a council, members who cannot be named, somebody protected by law, a ring, and nobody at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from exercise.owners import CHAIN_NAME
from exercise.stock import Landlord, Provider, Stock

SHARES = "ownership-of-shares-{}-percent"
VOTES = "voting-rights-{}-percent"
BOARD = "right-to-appoint-and-remove-directors"
QUARTER, HALF, MOST = "25-to-50", "50-to-75", "75-to-100"
CARE = "87300 - Residential care activities for the elderly and disabled"
HOLDING = "64209 - Activities of other holding companies not elsewhere classified"
LETTING = "68209 - Other letting and operating of own or leased real estate"
#: Landlords from abroad that the Register of Overseas Entities knows. Titles carry no such number.
_OVERSEAS_LANDLORDS = {
    "Exercise Tidewater Property One Limited": "OE980001",
    "Exercise Tidewater Property Two Limited": "OE980002",
    "Exercise Ebb Holdings S.à r.l.": "OE980003",
    "Exercise Neap Investments Limited": "OE980004",
}
#: The first day of the register of people with significant control.
FIRST_DAY = "2016-04-06"
#: The companies above one group stand in a block of numbers of its own: 999xxxx1 to 999xxxx9.
_BLOCK = 10
#: A holding company of the second group has failed; a company in the third group's ring was wound up while solvent.
IN_ADMINISTRATION, SOLVENT = "99900031", "99900042"
_STATUSES = {IN_ADMINISTRATION: "In Administration", SOLVENT: "Liquidation"}


@dataclass(frozen=True, slots=True)
class Company:
    """A row of the list of live companies. ``category`` and ``country`` are the list's own words."""

    number: str
    name: str
    category: str = "Private Limited Company"
    country: str = "United Kingdom"
    status: str = "Active"
    sic: str = HOLDING
    charges: int = 0

    @property
    def satisfied(self) -> int:
        """How many of its charges are satisfied: the earliest third."""
        return self.charges // 3


@dataclass(slots=True)
class Companies:
    """The companies of the county and the entries in their registers of control, in the order of their making."""

    rows: dict[str, Company] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    _turns: Counter[str] = field(default_factory=Counter)

    def add(self, company: Company) -> str:
        """A company, once; its number."""
        self.rows.setdefault(company.number, company)
        return company.number

    def _enter(self, company: str, kind: str, path: str, **data: object) -> None:
        self._turns[company] += 1
        ident = f"Exercise{company}x{self._turns[company]:02d}"
        self.entries.append(
            {
                "company_number": company,
                "data": {
                    "etag": f"{len(self.entries):040x}",
                    "kind": kind,
                    "links": {"self": f"/company/{company}/{path}/{ident}"},
                    **data,
                },
            }
        )

    def person(self, company: str, number: int, *natures: str, notified: str = FIRST_DAY, **more: Any) -> None:
        """An invented person holds the company. The same number is the same person everywhere."""
        kind = (
            "individual-beneficial-owner" if company.startswith("OE") else "individual-person-with-significant-control"
        )
        first, last = ("Alex", "Sam", "Robin", "Kim")[number % 4], f"Sample{number:03d}"
        self._enter(
            company,
            kind,
            "persons-with-significant-control/individual",
            name=f"{first} {last}",
            name_elements={"forename": first, "surname": last},
            date_of_birth={"month": 1 + number % 12, "year": 1950 + number % 40},
            nationality="Exerciseish",
            country_of_residence="England",
            address={"premises": str(number), "address_line_1": "Service Address Row", "postal_code": "ZX1 1AA"},
            natures_of_control=list(natures),
            notified_on=notified,
            **more,
        )

    def held(self, company: str, by: Company, *natures: str, spelt: str | None = None, **more: Any) -> None:
        """Another company of the list holds the company; ``spelt``: its number as the filer wrote it."""
        self.add(by)
        self.body(
            company,
            by.name,
            *natures,
            identification={
                "legal_form": "Private Limited Company",
                "legal_authority": "Companies Act 2006",
                "place_registered": "Companies House",
                "country_registered": "England And Wales",
                "registration_number": spelt or by.number,
            },
            **more,
        )

    def body(self, company: str, name: str, *natures: str, kind: str = "corporate-entity", **more: Any) -> None:
        """A body holds the company; ``identification`` is what was filed of its registration."""
        what = "beneficial-owner" if company.startswith("OE") else "person-with-significant-control"
        self._enter(
            company,
            f"{kind}-{what}",
            f"persons-with-significant-control/{kind}",
            name=name,
            natures_of_control=list(natures),
            **{"notified_on": FIRST_DAY, **more},
        )

    def statement(self, company: str, words: str, **more: Any) -> None:
        """The company's register names nobody, and says why."""
        path = "persons-with-significant-control-statements"
        self._enter(
            company, "persons-with-significant-control-statement", path, statement=words, notified_on=FIRST_DAY, **more
        )

    def protected(self, company: str) -> None:
        """Somebody whose name the law protects holds the company."""
        kind = "super-secure-person-with-significant-control"
        words = "super-secure-persons-with-significant-control"
        self._enter(company, kind, "persons-with-significant-control/super-secure", description=words, ceased=False)

    def listed(self, company: str) -> None:
        """The company's shares are traded, so it keeps no register of control."""
        kind = "psc-exempt-as-trading-on-uk-regulated-market"
        exemption = {"exemption_type": kind, "items": [{"exempt_from": FIRST_DAY}]}
        self.entries.append(
            {
                "company_number": company,
                "data": {
                    "etag": f"{len(self.entries):040x}",
                    "kind": "exemptions",
                    "links": {"self": f"/company/{company}/exemptions"},
                    "exemptions": {kind.replace("-", "_"): exemption},
                },
            }
        )


def _above(block: int, place: int, name: str) -> Company:
    """The ``place``-th company above the ``block``-th group: block 0 is the large chain's."""
    number = f"999{block * _BLOCK + place:05d}"
    return Company(number, f"{name} Limited".upper(), status=_STATUSES.get(number, "Active"))


def companies_of(stock: Stock, as_at: date) -> Companies:
    """Every company of the county's providers and above them, with the entries of control as at a day."""
    made = Companies()
    for provider in sorted(stock.providers.values(), key=lambda one: one.id):
        if provider.company is None:
            continue
        charity = provider.charity is not None
        made.add(
            Company(
                provider.company,
                provider.name.upper(),
                category="PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)" if charity
                else "Private Limited Company",
                status="Active" if provider.deregistered_on is None else "Active - Proposal to Strike off",
                sic=CARE,
                charges=3 if provider.brand else 0,
            )
        )  # fmt: skip
        if provider.brand is not None and provider.brand.id == "EXB1":
            _chain(made, provider.company)
        elif provider.brand is not None:
            _group(made, provider.company, int(provider.brand.id.removeprefix("EXB")), provider.brand.name)
        elif charity:
            made.statement(provider.company, "no-individual-or-entity-with-signficant-control")
        else:
            _small(made, provider, as_at)
    for landlord in sorted({title.landlord for title in stock.titles if title.landlord}, key=lambda one: one.name):
        _landlord(made, landlord)
    return made


def _chain(made: Companies, company: str) -> None:
    """The large chain: operating companies, two holding companies, and a limited partnership on the Cayman Islands."""
    middle, top = (_above(0, place, f"{CHAIN_NAME} {word}") for place, word in ((1, "Midco"), (2, "Topco")))
    made.held(
        company,
        middle,
        SHARES.format(MOST),
        VOTES.format(MOST),
        BOARD,
        spelt=f"{middle.number[:4]} {middle.number[4:]}",
    )
    if any(entry["company_number"] == middle.number for entry in made.entries):
        return
    made.held(middle.number, top, SHARES.format(MOST), VOTES.format(MOST))
    made.person(middle.number, 900, SHARES.format(QUARTER), ceased_on="2019-07-01")
    made.body(
        top.number,
        "Exercise Skyfall LP",
        SHARES.format(MOST) + "-as-firm",
        identification={
            "legal_form": "Limited Partnership",
            "legal_authority": "Exempted Limited Partnership Law",
            "country_registered": "Cayman Islands",
            "place_registered": "Cayman Islands Registrar",
            "registration_number": "EX-990",
        },
        address={"premises": "1", "address_line_1": "Exercise Quay", "country": "Cayman Islands"},
    )


def _group(made: Companies, company: str, number: int, brand: str) -> None:
    """A middling group: one holding company, and what stands above it by the group's number."""
    name = brand.removeprefix("BRAND ")
    holding = _above(number + 1, 1, f"{name} Holdings")
    made.held(company, holding, SHARES.format(MOST), VOTES.format(MOST))
    match number % 6:
        case 0:
            made.person(holding.number, number, SHARES.format(MOST))
        case 1:
            made.listed(holding.number)
        case 2:
            # A quarter to a half of a company that holds three quarters or more: 18.75 to 50 per cent.
            made.person(holding.number, number, SHARES.format(QUARTER), VOTES.format(QUARTER))
            made.person(holding.number, number + 100, SHARES.format(QUARTER) + "-as-trust")
        case 3:
            other = _above(number + 1, 2, f"{name} Ring")
            made.held(holding.number, other, SHARES.format(HALF))
            made.held(other.number, holding, SHARES.format(MOST))
        case 4:
            made.statement(holding.number, "no-individual-or-entity-with-signficant-control")
        case 5:
            made.protected(holding.number)


def _small(made: Companies, provider: Provider, as_at: date) -> None:
    """An owner of one or two homes, by the company's number."""
    company = provider.company or ""
    number = int(company[2:])
    match number % 12:
        case 0:
            made.body(
                company,
                f"Exercise Propco {number} (Jersey) Limited",
                SHARES.format(MOST),
                identification={
                    "legal_form": "Limited Company",
                    "country_registered": "Jersey",
                    "registration_number": "n/a",
                },
            )
        case 1:
            # The overseas entity's number is Companies House's own: the chain goes on to who stands behind it.
            overseas = Company(
                f"OE99{number % 10_000:04d}",
                f"EXERCISE OVERSEAS {number} S.A.",
                "Overseas Entity",
                "LUXEMBOURG",
                "Registered",
            )
            made.add(overseas)
            made.body(
                company,
                overseas.name.title(),
                SHARES.format(MOST),
                identification={"legal_form": "Société Anonyme", "registration_number": overseas.number},
            )
            made.person(overseas.number, number, "ownership-of-shares-more-than-25-percent-registered-overseas-entity")
        case 2:
            made.body(
                company,
                f"{provider.building.council.name} Council (invented)",
                SHARES.format(MOST),
                kind="legal-person",
                identification={"legal_form": "Local Authority", "legal_authority": "Local Government Act 1972"},
            )
        case 3:
            made.statement(company, "psc-exists-but-not-identified")
        case 4:
            # One person behind several companies of different brands: no grouping by provider shows it.
            made.person(company, 1, SHARES.format(HALF))
            made.person(company, number, SHARES.format(QUARTER), notified=f"{as_at.year - 2}-05-01")
        case _:
            made.person(company, number, SHARES.format(MOST), VOTES.format(MOST), BOARD)


def _landlord(made: Companies, landlord: Landlord) -> None:
    """A landlord that is no provider: from here by its number; from abroad as an overseas entity, told by its name.

    Two of them are under one holding company in Jersey, so that they are one landlord to whoever looks up the chain.
    """
    if landlord.company in made.rows:
        return
    if landlord.company is not None:
        made.add(Company(landlord.company, landlord.name.upper(), sic=LETTING, charges=2))
        made.person(landlord.company, 700, SHARES.format(MOST), VOTES.format(MOST))
        return
    number = _OVERSEAS_LANDLORDS.get(landlord.name)
    if number is None:
        return
    made.add(Company(number, landlord.name.upper(), "Overseas Entity", landlord.jurisdiction, "Registered", LETTING))
    share = "ownership-of-shares-more-than-25-percent-registered-overseas-entity"
    if "Tidewater" in landlord.name:
        made.body(
            number,
            "Exercise Tidewater Holdings Limited",
            share,
            identification={"legal_form": "Limited Company", "country_registered": "Jersey"},
        )
    elif "Ebb" in landlord.name:
        made.person(number, 701, share)
    else:
        made.statement(number, "at-least-one-beneficial-owner-unidentified")


def psc_lines(made: Companies, as_at: date) -> Iterator[Mapping[str, Any]]:
    """The snapshot's lines: every entry, then the totals."""
    yield from made.entries
    statements = sum(entry["data"]["kind"].endswith("-statement") for entry in made.entries)
    exemptions = sum(entry["data"]["kind"] == "exemptions" for entry in made.entries)
    yield {
        "data": {
            "kind": "totals#persons-of-significant-control-snapshot",
            "persons_of_significant_control_count": len(made.entries) - statements - exemptions,
            "statements_count": statements,
            "exemptions_count": exemptions,
            "generated_at": f"{as_at.isoformat()}T03:43:03Z",
        }
    }
