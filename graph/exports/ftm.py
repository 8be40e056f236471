"""FollowTheMoney: one entity a line, for Aleph and OpenSanctions' tools, made and checked with their library.

One ``Ownership`` for each entry of a register of control, one ``Directorship`` for each appointment, one ``Debt`` for
each lender of each charge. An entry that names nobody makes no entity: its words stand in the company's notes. Of
titles there is the number, the tenure and the owner, and no address. A home is an ``Organization`` with an
``Address``; who runs it, on which title it stands and who is whose landlord are ``UnknownLink``s, with a role in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.exports.naming import PublicIds
from graph.exports.publication import INVENTED, needs_extra
from graph.landlords import Holding, holdings
from graph.names_of_lenders import lender_named
from graph.natures import ECONOMIC, Share, stake_of
from graph.ownership import Network
from register.parties import country_of, plain_country
from register.records import ControlRecord
from register.snapshot import Company, Control, Evidence, Home, Officer, Owner, Provider, Snapshot

if TYPE_CHECKING:
    from followthemoney.proxy import EntityProxy

_REGISTER = "https://find-and-update.company-information.service.gov.uk/company/"
_SEPARATORS = str.maketrans({":": "-", "/": "-"})


def write(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write every entity as a line of JSON, whoever is spoken of before what is said of them; how many.

    Raises NeedsExtra where the library is not installed.
    """
    count = 0
    with to.open("w", encoding="utf-8", newline="\n") as file:
        for entity in entities(snapshot, network):
            plain = entity.to_dict()
            plain["properties"] = {name: sorted(values) for name, values in plain["properties"].items()}
            file.write(json.dumps(plain, sort_keys=True, ensure_ascii=False) + "\n")
            count += 1
    return count


def entities(snapshot: Snapshot, network: Network) -> Iterator[EntityProxy]:
    """Every entity, each once. Raises NeedsExtra."""
    try:
        from followthemoney import model  # noqa: PLC0415 - an extra
    except ImportError:
        raise needs_extra("FollowTheMoney", "open-data") from None
    return iter(_Entities(snapshot, network, model))


class _Entities:
    """The entities of one export. ``model`` is the library's, which the default installation does not have."""

    def __init__(self, snapshot: Snapshot, network: Network, model: Any) -> None:
        self._snapshot, self._network, self._model = snapshot, network, model
        self._ids, self._holdings = PublicIds(snapshot), holdings(network)
        self._feeds = {feed.feed: feed for feed in snapshot.feeds}
        self._registered: dict[str, list[str]] = {}
        for identifier, provider in snapshot.providers.items():
            if provider.record.company:
                self._registered.setdefault(provider.record.company, []).append(identifier)

    def __iter__(self) -> Iterator[EntityProxy]:
        yield from self._companies()
        yield from self._providers()
        yield from self._parties()
        yield from self._homes()
        yield from self._titles()
        yield from self._lenders()
        for _, entries in sorted(self._snapshot.controls.items()):
            yield from (one for control in entries if (one := self._ownership(control)))
        for _, officers in sorted(self._snapshot.officers.items()):
            yield from (one for officer in officers if (one := self._directorship(officer)))
        yield from self._debts()
        for holding in self._holdings.values():
            yield from self._landlords(holding)

    def _made(self, schema: str, identifier: str, evidence: tuple[Evidence, ...] = (), **values: Any) -> EntityProxy:
        """An entity with what is known; ``evidence`` says who published it and since when it is so."""
        entity: EntityProxy = self._model.make_entity(schema)
        entity.id = identifier
        for name, value in values.items():
            if value is not None:
                _add(entity, name, value)
        if "name" in values and not entity.has("name"):
            _add(entity, "name", identifier)  # a name of blanks or of marks that nobody can see is none
        feed = self._feeds.get(evidence[0].feed) if evidence else None
        if feed is not None:
            _add(entity, "publisher", f"{feed.publisher} ({feed.licence})")
        if evidence:
            _add(entity, "modifiedAt", evidence[0].as_at)
        if self._snapshot.invented:
            _add(entity, "publisher", INVENTED)
        return entity

    def _id(self, node: str) -> str:
        """The id of a node as others write it: OpenCorporates' for a company, else the public id."""
        if node.startswith("gb-coh:"):
            return f"oc-companies-gb-{node.removeprefix('gb-coh:').lower()}"
        found = self._snapshot.providers.get(node)
        if found is not None and found.record.company:
            return self._id(found.record.company)
        return self._ids.of(node).translate(_SEPARATORS)

    def _page(self, company: str, part: str = "") -> str | None:
        """The register's own page; none of an invented company's, which would be somebody else's or nobody's."""
        return None if self._snapshot.invented else f"{_REGISTER}{company.removeprefix('gb-coh:')}{part}"

    def _companies(self) -> Iterator[EntityProxy]:
        """Every company that is listed, controlled, controls, has a board, owes, or is registered to run homes."""
        snapshot = self._snapshot
        wanted = {*snapshot.companies, *snapshot.controls, *snapshot.officers, *snapshot.charges}
        wanted |= {node for node, kind in self._network.nodes(data="kind") if kind == "company"}
        parties = (entry.party for some in snapshot.controls.values() for entry in some)
        wanted |= {party.id for party in parties if party.id is not None and party.id.startswith("gb-coh:")}
        boards = (entry.party for some in snapshot.officers.values() for entry in some)
        wanted |= {party.id for party in boards if party.id is not None and party.id.startswith("gb-coh:")}
        for node in sorted(wanted):
            yield self._company(node, snapshot.companies.get(node))

    def _company(self, node: str, company: Company | None) -> EntityProxy:
        facts = self._network.nodes[node] if node in self._network else {}
        entries = self._snapshot.controls.get(node, ())
        evidence = company.evidence if company else entries[0].evidence if entries else ()
        number = node.removeprefix("gb-coh:")
        named = self._ids.named_by(node)
        name = company.record.name if company else facts.get("name") or (named and named.record.name)
        entity = self._made(
            "Company", self._id(node), evidence, name=name or f"company {number}", registrationNumber=number,
            sourceUrl=self._page(node),
        )  # fmt: skip
        record = company.record if company else None
        abroad = number.startswith(("OE", "FC", "NF", "SF"))
        if not abroad:
            _add(entity, "jurisdiction", "gb")
        elif record is not None:
            self._place(entity, "jurisdiction", record.registered_at_home or record.country_of_origin)
        if record is not None:
            _add(entity, "status", record.status)
            _add(entity, "legalForm", record.category)
            _add(entity, "incorporationDate", record.incorporated_on)
            _add(entity, "dissolutionDate", record.dissolved_on)
            _add(entity, "previousName", [one.rpartition(" (until ")[0] or one for one in record.previous_names or ()])
        _add(entity, "idNumber", self._registered.get(node, []))
        _add(entity, "notes", [f"its register of control says: {gap.words}" for gap in facts.get("gaps", ())])
        return entity

    @staticmethod
    def _place(entity: EntityProxy, name: str, country: str | None) -> None:
        """A country; one that the library does not know stays in the notes, in the words filed."""
        _add(entity, name, country)
        if country and not entity.get(name):
            _add(entity, "notes", f"registered, as filed, in: {country}")

    def _providers(self) -> Iterator[EntityProxy]:
        """Those registered to run homes of whom the regulator gives no company number."""
        for identifier, provider in self._snapshot.providers.items():
            if not provider.record.company:
                yield self._provider(identifier, provider)

    def _provider(self, identifier: str, provider: Provider) -> EntityProxy:
        record = provider.record
        return self._made(
            "LegalEntity", self._id(identifier), provider.evidence,
            name=record.name or f"provider {identifier} (its name is not published)", legalForm=record.ownership_type,
            idNumber=identifier, registrationNumber=record.charity, country="gb",
        )  # fmt: skip

    def _parties(self) -> Iterator[EntityProxy]:
        """People and bodies that registers of control, boards and titles name."""
        seen: set[str] = set()
        for node in sorted(self._named()):
            identifier = self._id(node)
            if identifier not in seen:
                seen.add(identifier)
                yield self._party(node, identifier)

    def _named(self) -> set[str]:
        snapshot = self._snapshot
        found = {one.party.id for some in snapshot.controls.values() for one in some}
        found |= {one.party.id for some in snapshot.officers.values() for one in some}
        for holding in self._holdings.values():
            found |= {one.party for one in (*holding.freehold, *holding.leasehold)}
        return {one for one in found if one is not None and not one.startswith("gb-coh:")}

    def _party(self, node: str, identifier: str) -> EntityProxy:
        entry = self._ids.named_by(node)
        if isinstance(entry, Control | Officer):
            record, kind = entry.record, entry.party.kind
            legal = isinstance(entry, Control) and entry.record.kind.startswith("legal-person")
            schema = "Person" if kind == "person" else "Organization" if legal else "Company"
            entity = self._made(schema, identifier, entry.evidence, name=record.name or f"{kind} of {record.id}")
            if schema != "Person":
                _add(entity, "legalForm", record.legal_form)
                _add(entity, "registrationNumber", record.registration_number)
                filed = country_of(record) if isinstance(record, ControlRecord) else record.country_registered
                self._place(entity, "jurisdiction" if schema == "Company" else "country", filed)
            return entity
        owner: Owner = self._network.nodes[node]["owner"]
        entity = self._made("Company", identifier, name=owner.proprietor.name)
        self._place(entity, "jurisdiction", plain_country(owner.proprietor.country))
        return entity

    def _homes(self) -> Iterator[EntityProxy]:
        for home in self._snapshot.homes.values():
            yield from self._home(home)

    def _home(self, home: Home) -> Iterator[EntityProxy]:
        record, evidence, identifier = home.current.record, home.current.evidence, self._id(home.id)
        street = ", ".join(record.address or ()) or None
        parts = (record.name, street, record.town, record.postcode)
        full = ", ".join(part for part in parts if part)
        yield self._made(
            "Address", f"{identifier}-address", evidence, full=full or home.id, street=street, city=record.town,
            postalCode=record.postcode, region=record.county or record.region, country="gb",
        )  # fmt: skip
        yield self._made(
            "Organization", identifier, evidence, name=record.name or home.id,
            idNumber=[one.id for one in home.registrations], classification="care home", status=home.status,
            country="gb", addressEntity=f"{identifier}-address",
        )  # fmt: skip
        for earlier, later in zip(home.registrations, home.registrations[1:], strict=False):
            before, after = earlier.record.provider_id, later.record.provider_id
            if before and after and self._id(before) != self._id(after):
                yield self._made(
                    "Succession", f"{identifier}-succession-{self._id(later.id)}", later.evidence,
                    predecessor=self._id(before), successor=self._id(after), role="registered provider",
                    date=later.record.registered_on, description=f"of {record.name or home.id} ({home.id})",
                    recordId=f"{earlier.id} {later.id}",
                )  # fmt: skip
        if record.provider_id:
            yield self._made(
                "UnknownLink", f"{identifier}-provider", evidence, subject=self._id(record.provider_id),
                object=identifier, role="registered provider of", startDate=record.registered_on,
                endDate=record.deregistered_on, recordId=record.id,
            )  # fmt: skip

    def _titles(self) -> Iterator[EntityProxy]:
        """Titles that homes were found to stand on: number, tenure and owners."""
        seen: set[str] = set()
        for holding in self._holdings.values():
            for one in (*holding.freehold, *holding.leasehold):
                title, number = self._id(one.title.id), one.title.id.removeprefix("hmlr:")
                if title not in seen:
                    seen.add(title)
                    yield self._made(
                        "RealEstate", title, name=f"title {number}", titleNumber=number, tenure=one.title.tenure,
                        country="gb",
                    )  # fmt: skip
                for suffix, schema, values in (
                    (self._id(one.party), "Ownership", {"owner": self._id(one.party), "asset": title}),
                    (self._id(holding.home), "UnknownLink", {"subject": self._id(holding.home), "object": title}),
                ):
                    if (identifier := f"{title}-{suffix}") not in seen:
                        seen.add(identifier)
                        role = "registered proprietor" if schema == "Ownership" else "stands on"
                        yield self._made(schema, identifier, one.link.evidence, role=role, **values)

    def _lenders(self) -> Iterator[EntityProxy]:
        filed = (
            one
            for some in self._snapshot.charges.values()
            for charge in some
            for one in charge.record.persons_entitled or ()
        )
        named: dict[str, set[str]] = {}
        for one in filed:
            named.setdefault(lender_named(one).id, set()).add(lender_named(one).name)
        for identifier in sorted(named):
            yield self._made(
                "LegalEntity", self._id(identifier), name=min(named[identifier]), notes="known by name alone"
            )

    def _ownership(self, control: Control) -> EntityProxy | None:
        """One entry that names somebody."""
        if control.party.id is None:
            return None
        record, interests = control.record, stake_of(control.record.natures).interests
        return self._made(
            "Ownership", f"{self._id(record.id)}-ownership", control.evidence, owner=self._id(control.party.id),
            asset=self._id(record.company), role=[one.slug.replace("-", " ") for one in interests],
            percentage=[_percentage(one.share) for one in interests if one.share and one.type in ECONOMIC],
            startDate=record.notified_on, endDate=record.ceased_on, ownershipType="beneficial",
            status="active" if control.active(self._snapshot.on) else _ended(record.notified_on, self._snapshot.on),
            recordId=record.id, summary=control.party.rule,
            sourceUrl=self._page(record.company, "/persons-with-significant-control"),
        )  # fmt: skip

    def _directorship(self, officer: Officer) -> EntityProxy | None:
        if officer.party.id is None:
            return None
        record = officer.record
        return self._made(
            "Directorship", f"{self._id(record.id)}-directorship", officer.evidence,
            director=self._id(officer.party.id), organization=self._id(record.company),
            role=record.role.replace("-", " "),
            secretary=record.name if "secretary" in record.role else None, startDate=record.appointed_on,
            endDate=record.resigned_on, recordId=record.id, summary=officer.party.rule,
            status="active" if officer.active(self._snapshot.on) else _ended(record.appointed_on, self._snapshot.on),
            sourceUrl=self._page(record.company, "/officers"),
        )  # fmt: skip

    def _debts(self) -> Iterator[EntityProxy]:
        """One for each lender of each charge; a charge that names no lender is a debt to nobody named."""
        for company, charges in self._snapshot.charges.items():
            for charge in charges:
                record = charge.record
                for turn, filed in enumerate(record.persons_entitled or (None,)):
                    yield self._made(
                        "Debt", f"{self._id(record.id)}-{turn}", charge.evidence, debtor=self._id(company),
                        creditor=self._id(lender_named(filed).id) if filed else None, startDate=record.created_on,
                        endDate=record.satisfied_on, recordId=record.id, description=record.classification,
                        summary=filed and f"{filed}: {record.status or 'status not given'}",
                        sourceUrl=self._page(company, "/charges"),
                    )  # fmt: skip

    def _landlords(self, holding: Holding) -> Iterator[EntityProxy]:
        """Whose building a home is in, where that was accepted and is somebody else's."""
        for landlord in holding.landlords:
            if holding.provider:
                yield self._made(
                    "UnknownLink", f"{self._id(holding.home)}-landlord-{self._id(landlord)}",
                    subject=self._id(landlord), object=self._id(holding.provider),
                    role=f"landlord of the building of {holding.home}",
                )  # fmt: skip


def _add(entity: EntityProxy, name: str, value: Any) -> None:
    """Add what is known to an entity; words longer than the model takes are cut and end in an ellipsis."""
    most = entity.schema.properties[name].type.max_length
    some = value if isinstance(value, list) else [value]
    entity.add(name, [f"{one[: most - 1]}…" if isinstance(one, str) and len(one) > most else one for one in some])


def _percentage(share: Share) -> str:
    """``25–50%``, as users of the format write a band; the role says which ends are taken in."""
    return f"{share.minimum * 100:g}–{share.maximum * 100:g}%"


def _ended(begun: date | None, on: date) -> str:
    """Why what is not active is not: it has ended, or begins later."""
    return "not yet" if begun is not None and begun > on else "ceased"
