"""A few invented titles, boards and charges, added to a small register, for tests of landlords and lenders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from small_ownership import number
from small_register import ON

from register.parties import party_of_officer, party_of_proprietor
from register.records import ChargeRecord, LinkRecord, OfficerRecord, Proprietor, TitleRecord
from register.records.property import LinkState, Untraced
from register.snapshot import Evidence, HomeTitle, Officer, Owner, Snapshot, Sourced, Title, Trace

LAND = Evidence("hmlr/ccod", ON, "CCOD_FULL_2025_07.csv", 11, "b" * 64, 3)
TRACED = Evidence("tracing/links", ON, "computed", None, "c" * 64, 4)
FILED = Evidence("companies_house/charges", ON, "an answer of the API", None, "d" * 64, 5)


def proprietor(who: int | str, country: str | None = None) -> Proprietor:
    """An invented company by its number, or a body from abroad by name."""
    if isinstance(who, int):
        return Proprietor(
            name=f"Exercise {who}", number=f"99{who:06d}", category="Limited Company or Public Limited Company"
        )
    return Proprietor(name=who, country=country)


def title(which: int, *owners: Proprietor, tenure: str = "Freehold", more_owners: bool = False) -> Title:
    """A title; its owners from here stand in one list, those from abroad in the other."""
    entries, parties = [], []
    for source, some in (
        ("ccod", tuple(one for one in owners if not one.country)),
        ("ocod", tuple(one for one in owners if one.country)),
    ):
        if some:
            name, more = f"hmlr:EXT{which}", more_owners or None
            record = TitleRecord(
                id=f"{source}:EXT{which}", title=name, tenure=tenure, proprietors=some, more_owners=more
            )
            entries.append(Sourced(record, (LAND,)))
            parties += [Owner(one, party_of_proprietor(record, turn, {})) for turn, one in enumerate(some)]
    return Title(f"hmlr:EXT{which}", tuple(entries), tuple(parties))


def stands(home: int, which: int, state: LinkState = "accepted") -> HomeTitle:
    """A home on a title."""
    record = LinkRecord(
        id=f"link:exercise:EX-{home}/EXT{which}", location=f"exercise:EX-{home}", title=f"hmlr:EXT{which}", state=state,
        method="by hand", reason="name and postcode agree", score=0.99,
    )  # fmt: skip
    return HomeTitle(state, record.title, record, (TRACED,))


def traced(*links: HomeTitle, untraced: Untraced | None = None) -> Trace:
    """What a search came to: by its links, or the reason for none."""
    states = {link.state for link in links}
    outcome = "accepted" if "accepted" in states else "waiting" if states else "untraced"
    return Trace(outcome, untraced, None, links, (TRACED,))  # type: ignore[arg-type]


def charge(
    company: int, lender: str, which: int = 1, *, status: str = "outstanding", satisfied: date | None = None,
    everything: bool | None = None, particulars: str | None = None, created: date | None = date(2020, 1, 1),
) -> Sourced[ChargeRecord]:  # fmt: skip
    """A charge that an invented company gave."""
    record = ChargeRecord(
        id=f"charge:99{company:06d}/{which}", company=number(company), status=status, persons_entitled=(lender,),
        created_on=created, satisfied_on=satisfied, all_assets=everything, fixed=not everything,
        particulars=particulars,
    )  # fmt: skip
    return Sourced(record, (FILED,))


def seat(
    company: int, who: str, role: str = "director", *, resigned: date | None = None, appointed: date | None = None
) -> Officer:
    """Somebody on an invented company's board."""
    record = OfficerRecord(
        id=f"officer:99{company:06d}/{who}", company=number(company), role=role, name=f"Exercise {who}",
        person_mark=f"{who:0<64}", appointed_on=appointed, resigned_on=resigned,
    )  # fmt: skip
    return Officer(record, (FILED,), party_of_officer(record))


def with_property(
    base: Snapshot,
    *titles: Title,
    traces: Mapping[int, Trace] | None = None,
    charges: tuple[Sourced[ChargeRecord], ...] = (),
    officers: tuple[Officer, ...] = (),
) -> Snapshot:
    """A register with these titles, what the search for each home's building came to, charges and boards."""
    owed: dict[str, list[Sourced[ChargeRecord]]] = {}
    for one in charges:
        owed.setdefault(one.record.company, []).append(one)
    seats: dict[str, list[Officer]] = {}
    for seated in officers:
        seats.setdefault(seated.record.company, []).append(seated)
    return replace(
        base,
        titles={one.id: one for one in sorted(titles, key=lambda one: one.id)},
        traces={f"exercise:EX-{home}": trace for home, trace in sorted((traces or {}).items())},
        charges={one: tuple(owed[one]) for one in sorted(owed)},
        officers={one: tuple(seats[one]) for one in sorted(seats)},
    )
