"""Which companies own the buildings of care homes, as far as titles have been read and linked with homes."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from register.holdings import read_judgements
from register.judgements import IS_COMPANY, STANDS_ON
from register.models import CompanyVersion, LinkVersion, TitleVersion, table_of
from register.parties import party_of_proprietor, plain_company_name, plain_country
from register.records import Proprietor, TitleRecord


def landlords(connection: Connection) -> set[str]:
    """The companies that own a title which is linked with a home: by rule, or waiting for a person to say so.

    A link that a person has refused is none. An owner from abroad is a company of Companies House's where its name and
    country are those of an overseas entity that the register knows.
    """
    link, title, company = (table_of(one) for one in (LinkVersion, TitleVersion, CompanyVersion))
    judged = read_judgements(connection)
    refused = {
        (one, other) for (kind, one, other), said in judged.items() if kind == STANDS_ON and said.verdict != "same"
    }
    accepted = {(kind, other) for (kind, _, other), said in judged.items() if said.verdict == "same"}
    believed = select(link.c.location, link.c.title).where(link.c.superseded_by.is_(None), link.c.valid_to.is_(None))
    linked = {row.title for row in connection.execute(believed) if (row.location, row.title) not in refused}
    linked |= {thing for kind, thing in accepted if kind == STANDS_ON}
    found = {company for kind, company in accepted if kind == IS_COMPANY}
    if not linked:
        return found
    overseas = {
        (plain_company_name(row.name), country): row.id
        for row in connection.execute(
            select(company.c.id, company.c.name, company.c.country_of_origin, company.c.registered_at_home)
            .where(company.c.superseded_by.is_(None), company.c.id.like("gb-coh:OE%"))
            .order_by(company.c.id.desc())
        )
        if (country := plain_country(row.country_of_origin or row.registered_at_home))
    }
    for row in connection.execute(
        select(title.c.id, title.c.title, title.c.proprietors).where(
            title.c.superseded_by.is_(None), title.c.valid_to.is_(None), title.c.proprietors.is_not(None)
        )
    ):
        if row.title in linked:
            owners = msgspec.json.decode(row.proprietors, type=tuple[Proprietor, ...])
            record = TitleRecord(id=row.id, title=row.title, proprietors=owners)
            parties = (party_of_proprietor(record, turn, overseas) for turn in range(len(owners)))
            found |= {party.id for party in parties if party.kind == "company" and party.id}
    return found
