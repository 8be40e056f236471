"""Invented buildings, boards and charges added to a small register, for tests of measures and of the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from small_ownership import LISTED, number
from small_register import ON

from register.parties import party_of_officer, party_of_proprietor
from register.records import ChargeRecord, LinkRecord, OfficerRecord, Proprietor, TitleRecord
from register.snapshot import (
    Evidence,
    FeedState,
    HomeTitle,
    Officer,
    Owner,
    Snapshot,
    Sourced,
    Title,
    Trace,
)

LAND = Evidence("hmlr/ccod", ON, "CCOD_FULL_2025_07.zip", 11, "b" * 64, 3)
TRACED = Evidence("tracing/links", ON, "computed", None, "c" * 64, 4)
BOARD = Evidence("companies_house/officers", ON, "company/officers.json", None, "e" * 64, 5)
#: The address in a title: what no page and no export may ever show.
ADDRESS = "12 Marigold Terrace and land adjoining, Nowhere-on-Sea"


def lists() -> tuple[FeedState, ...]:
    """The lists that such a register rests on."""
    return tuple(
        FeedState(feed, ON, complete=True, origin=f"{feed}.zip", run=run, rows=100, publisher=publisher,
                  licence="Open Government Licence v3.0", attribution=f"Contains data of {publisher}.")
        for run, (feed, publisher) in enumerate(
            [("cqc_api/locations", "Care Quality Commission"), ("companies_house_bulk/control", "Companies House"),
             ("hmlr/ccod", "HM Land Registry"), ("tracing/links", "Longstop (computed)")], start=1)
    )  # fmt: skip


def title_of(
    which: int, owner: int | str, *, country: str | None = None, tenure: str = "Freehold", added: date | None = None
) -> Title:
    """Title ``EX<which>``: owned by an invented company by its number, or by a body of that name from ``country``."""
    identifier = f"hmlr:EX{which:05d}"
    here = country is None
    proprietor = (
        Proprietor(name=f"Exercise {owner}", number=f"99{owner:06d}" if isinstance(owner, int) else None)
        if here
        else Proprietor(name=str(owner), country=country)
    )
    record = TitleRecord(
        id=f"{'ccod' if here else 'ocod'}:EX{which:05d}", title=identifier, tenure=tenure, address=ADDRESS,
        proprietors=(proprietor,), added_on=added,
    )  # fmt: skip
    party = party_of_proprietor(record, 0, {})
    return Title(identifier, (Sourced(record, (LAND,)),), (Owner(proprietor, party),))


def stands(home: int, *titles: Title, state: str = "accepted") -> tuple[str, Trace, tuple[Title, ...]]:
    """The home of that number stands on these titles."""
    identifier = f"exercise:EX-{home}"
    links = tuple(
        HomeTitle(
            state,  # type: ignore[arg-type]
            title.id,
            LinkRecord(id=f"link:EX-{home}/{title.id}", location=identifier, title=title.id, state=state,  # type: ignore[arg-type]
                       method="addresses", reason="house name and street agree", score=0.99),
            (TRACED,),
        )
        for title in titles
    )  # fmt: skip
    return identifier, Trace(state, None, None, links, (TRACED,)), titles  # type: ignore[arg-type]


def lost(home: int, why: str) -> tuple[str, Trace, tuple[Title, ...]]:
    """The home's title was searched for and not found."""
    return f"exercise:EX-{home}", Trace("untraced", why, None, (), (TRACED,)), ()  # type: ignore[arg-type]


def built(snapshot: Snapshot, *found: tuple[str, Trace, tuple[Title, ...]]) -> Snapshot:
    """The register with these buildings, and the lists that it rests on."""
    titles = {title.id: title for _, _, some in found for title in some}
    return replace(
        snapshot,
        titles=dict(sorted(titles.items())),
        traces={home: trace for home, trace, _ in sorted(found, key=lambda one: one[0])},
        feeds=lists(),
    )


def boarded(snapshot: Snapshot, seats: Iterable[tuple[int, str]]) -> Snapshot:
    """The register with directors: (company, name of an invented person)."""
    boards: dict[str, list[Officer]] = {}
    for company, name in seats:
        record = OfficerRecord(
            id=f"officer:99{company:06d}/{name}", company=number(company), role="director", name=f"Director {name}",
            person_mark=f"{name:0<64}", appointed_on=date(2015, 1, 1),
        )  # fmt: skip
        boards.setdefault(number(company), []).append(Officer(record, (BOARD,), party_of_officer(record)))
    return replace(snapshot, officers={one: tuple(boards[one]) for one in sorted(boards)})


def charged(snapshot: Snapshot, *charges: tuple[int, str, bool]) -> Snapshot:
    """The register with outstanding charges: (company, lender, over everything)."""
    given: dict[str, list[Sourced[ChargeRecord]]] = {}
    for turn, (company, lender, everything) in enumerate(charges, start=1):
        record = ChargeRecord(
            id=f"charge:99{company:06d}/{turn}", company=number(company), status="outstanding",
            persons_entitled=(lender,), created_on=date(2019, 1, 1), all_assets=everything, fixed=not everything,
        )  # fmt: skip
        given.setdefault(number(company), []).append(Sourced(record, (LISTED,)))
    return replace(snapshot, charges={one: tuple(given[one]) for one in sorted(given)})
