"""Which companies own the buildings of care homes, as far as titles have been read and linked with homes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Engine, select

from register.database import reading
from register.holdings import Questions, read_judgements
from register.judgements import IS_COMPANY, STANDS_ON
from register.models import CompanyVersion, LinkVersion, TitleVersion, table_of
from register.parties import companies_by_name, party_of_proprietor, plain_company_name
from register.records import Proprietor, TitleRecord

#: Before the name of a landlord from abroad that no number is known of, where companies to look for are named.
ABROAD = "abroad:"


def landlords(connection: Connection) -> set[str]:
    """The companies that own a title which is linked with a home: by rule, or waiting for a person to say so.

    A link that a person has refused is none. An owner without a number is a company of Companies House's where its name
    and country are those of one that the register knows.
    """
    judged = read_judgements(connection)
    found = {company for (kind, _, company), said in judged.items() if kind == IS_COMPANY and said.verdict == "same"}
    by_name = _by_name(connection)
    for record in _linked(connection, judged):
        parties = (party_of_proprietor(record, turn, by_name) for turn in range(len(record.proprietors or ())))
        found |= {party.id for party in parties if party.kind == "company" and party.id}
    return found


def landlords_from_abroad(engine: Engine) -> frozenset[str]:
    """``abroad:`` and the plain name of every owner from abroad of a title which is linked with a home.

    Titles carry no number of the Register of Overseas Entities, so that the list of companies is searched by name.
    Raises DatabaseProblem.
    """
    with reading(engine) as connection:
        return frozenset(
            ABROAD + plain_company_name(owner.name)
            for record in _linked(connection, read_judgements(connection))
            if record.id.startswith("ocod:")
            for owner in record.proprietors or ()
        )


def _by_name(connection: Connection) -> dict[tuple[str, str], str]:
    """The companies that the register knows, by plain name and country."""
    company = table_of(CompanyVersion)
    columns = (company.c.id, company.c.name, company.c.country_of_origin, company.c.registered_at_home)
    return companies_by_name(
        (identifier, name, country or home)
        for identifier, name, country, home in connection.execute(
            select(*columns).where(company.c.superseded_by.is_(None)).distinct()
        )
    )


def _linked(connection: Connection, judged: Questions) -> Iterator[TitleRecord]:
    """The titles that are linked with a home, in either list: number and proprietors."""
    link, title = table_of(LinkVersion), table_of(TitleVersion)
    of_titles = {(one, other): said for (kind, one, other), said in judged.items() if kind == STANDS_ON}
    believed = select(link.c.location, link.c.title).where(link.c.superseded_by.is_(None), link.c.valid_to.is_(None))
    linked = {other for (_, other), said in of_titles.items() if said.verdict == "same"}
    for location, number in connection.execute(believed):
        said = of_titles.get((location, number))
        if said is None or said.verdict == "same":
            linked.add(number)
    for row in connection.execute(
        select(title.c.id, title.c.title, title.c.proprietors).where(
            title.c.superseded_by.is_(None), title.c.valid_to.is_(None), title.c.proprietors.is_not(None)
        )
    ):
        if row.title in linked:
            owners = msgspec.json.decode(row.proprietors, type=tuple[Proprietor, ...])
            yield TitleRecord(id=row.id, title=row.title, proprietors=owners)
