"""Which companies matter to the register: those that run care homes, their landlords, and those above either."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, select

from register.database import reading
from register.identifiers import BadIdentifier, charity_number
from register.models import ControlVersion, LocationVersion, ProviderVersion, table_of
from register.parties import uk_company_number
from register.records import ControlRecord
from register.wanted_landlords import landlords


def companies_that_matter(engine: Engine) -> frozenset[str]:
    """``gb-coh:…`` of every provider that was ever registered for a care home, and of what is known to control them.

    With them the owners of the titles on which homes stand or may stand, and those above these.
    The chain is as long as what was loaded before says; whoever reads the public lists must go on from there.
    Raises DatabaseProblem.
    """
    provider, location, control = (table_of(one) for one in (ProviderVersion, LocationVersion, ControlVersion))
    free_text = ("registration_number", "country_registered", "place_registered", "legal_authority", "legal_form")
    with reading(engine) as connection:
        runs_homes = select(location.c.provider_id).where(location.c.care_home)
        found = set(
            connection.execute(
                select(provider.c.company)
                .where(provider.c.company.is_not(None), provider.c.id.in_(runs_homes))
                .distinct()
            ).scalars()
        )
        found |= landlords(connection)
        above: dict[str, set[str]] = {}
        for row in connection.execute(
            select(control.c.company, control.c.kind, *(control.c[name] for name in free_text)).where(
                control.c.superseded_by.is_(None), control.c.registration_number.is_not(None)
            )
        ):
            filed = dict(zip(free_text, row[2:], strict=True))
            number = uk_company_number(ControlRecord(id="", company=row[0], kind=row[1], **filed))
            if number:
                above.setdefault(row[0], set()).add(number)
    fresh = set(found)
    while fresh:
        fresh = {number for company in fresh for number in above.get(company, ())} - found
        found |= fresh
    return frozenset(found)


def charities_that_matter(engine: Engine) -> frozenset[str]:
    """``gb-chc:…`` of every provider that was ever registered for a care home and gives a charity's number.

    Numbers of Scotland and Northern Ireland are left out: they are of other registers. Raises DatabaseProblem.
    """
    provider, location = table_of(ProviderVersion), table_of(LocationVersion)
    with reading(engine) as connection:
        runs_homes = select(location.c.provider_id).where(location.c.care_home)
        written = connection.execute(
            select(provider.c.charity).where(provider.c.charity.is_not(None), provider.c.id.in_(runs_homes)).distinct()
        ).scalars()
        found = set()
        for number in written:
            with suppress(BadIdentifier):
                found.add(charity_number(number))
    return frozenset(found)
