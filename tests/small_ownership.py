"""A few invented companies, and who controls them, added to a small register, for tests of the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from small_register import ON, a_home, a_snapshot

from register.parties import party_of
from register.records import CompanyRecord, ControlRecord, ProviderRecord
from register.snapshot import Company, Control, Evidence, Home, Provider, Snapshot

LISTED = Evidence("companies_house_bulk/control", ON, "psc-snapshot-2025-07-31.zip", 7, "a" * 64, 2)
SHARES = {
    "quarter": "ownership-of-shares-25-to-50-percent",
    "half": "ownership-of-shares-50-to-75-percent",
    "most": "ownership-of-shares-75-to-100-percent",
    "influence": "significant-influence-or-control",
}
KINDS = {
    "person": "individual-person-with-significant-control",
    "company": "corporate-entity-person-with-significant-control",
    "body": "corporate-entity-person-with-significant-control",
    "legal": "legal-person-person-with-significant-control",
    "secret": "super-secure-person-with-significant-control",
    "statement": "persons-with-significant-control-statement",
    "exempt": "exemptions",
}


def number(which: int) -> str:
    """The id of the invented company of that number."""
    return f"gb-coh:99{which:06d}"


def held(company: int, by: int | str, share: str = "most", kind: str = "company", **fields: object) -> Control:
    """An entry in the register of ``company``: another company by its number, or somebody by name."""
    values: dict[str, object] = {"natures": tuple(SHARES[one] for one in share.split("+")), "name": f"Exercise {by}"}
    if kind == "company":
        values |= {"registration_number": f"99{by:06d}", "place_registered": "Companies House"}
    elif kind == "person":
        values |= {"person_mark": f"{by!s:0<64}"}
    elif kind in ("secret", "statement", "exempt"):
        values = {}
    values |= fields
    record = ControlRecord(
        id=f"psc:99{company:06d}/{kind}-{by}-{share}", company=number(company), kind=KINDS[kind], **values
    )  # type: ignore[arg-type]
    return Control(record, (LISTED,), party_of(record))


def owned(
    *controls: Control,
    runs: Iterable[tuple[int, int]] = ((1, 1),),
    companies: Sequence[CompanyRecord] = (),
    brands: dict[int, str] | None = None,
    providers: Sequence[ProviderRecord] = (),
    on: date = ON,
) -> Snapshot:
    """A register in which company ``a`` of each pair in ``runs`` runs home ``b``, with these entries of control."""
    runs = list(runs)
    homes: list[Home] = [
        a_home(home, provider=f"exercise:EXP-{company}", brand=(brands or {}).get(company)) for company, home in runs
    ]
    base = a_snapshot(*homes)
    own = {one.id: one for one in providers}
    found = {
        identifier: Provider(
            own.get(identifier)
            or ProviderRecord(
                id=identifier,
                name=f"Exercise Provider {which}",
                company=number(int(which)),
                ownership_type="Organisation",
            ),
            one.evidence,
            one.homes,
        )
        for identifier, one in base.providers.items()
        for which in (identifier.rpartition("-")[2],)
    }
    listed: dict[str, list[Control]] = {}
    for control in controls:
        listed.setdefault(control.record.company, []).append(control)
    return replace(
        base,
        on=on,
        providers=found,
        companies={one.id: Company(one, (LISTED,)) for one in sorted(companies, key=lambda one: one.id)},
        controls={
            one: tuple(sorted({c.record.id: c for c in listed[one]}.values(), key=lambda c: c.record.id))
            for one in sorted(listed)
        },
    )
