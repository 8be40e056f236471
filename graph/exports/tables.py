"""The open tables: one for each noun, every row of a record with the list, the day and the raw record behind it.

Of HM Land Registry's lists there are only derived facts: which title a home was found to stand on, and who owns it. No
address, price or district of a title is here, nor the sentence on how two addresses were compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from graph.answers import Ownership
from graph.exports.naming import PublicIds
from graph.landlords import Holding, Landlord
from graph.measures.catalogue import measure_all
from graph.measures.ground import ground_of
from graph.natures import reason_of, stake_of
from graph.ownership import Network
from register.parties import Party
from register.records import (
    AccountsRecord,
    ChargeRecord,
    CharityRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    NoticeRecord,
    OfficerRecord,
    ProviderRecord,
    Record,
)
from register.snapshot import Evidence, Snapshot

Value = str | int | float | bool | date | None
Kind = Literal["string", "integer", "number", "boolean", "date"]
Row = tuple[Value, ...]
_KINDS: dict[type, Kind] = {str: "string", int: "integer", float: "number", bool: "boolean", date: "date"}
#: Left out of what is copied field by field: marks made of months of birth (decision 5); free text that may hold
#: addresses of titles or names of people; what is written better in a column of its own.
_LEFT_OUT = frozenset({"person_mark", "particulars", "title", "links", "natures", "officer"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what its values are, and what they mean where the name does not say it."""

    name: str
    kind: Kind = "string"
    says: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``rows`` makes them anew at each call, in order of the first column, one at a time."""

    name: str
    says: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]


_EVIDENCE = (
    Column("feed", says="the list that the row rests on, as <source>/<list>"),
    Column("as_at", "date", "the day of the first list that held the row so"),
    Column("raw_sha256", says="SHA-256 of the publisher's raw record"),
)


def tables_of(snapshot: Snapshot, network: Network) -> tuple[Table, ...]:
    """Every table of a register, in order of name."""
    made = _Tables(snapshot, network)
    return tuple(sorted(made.all(), key=lambda table: table.name))


class _Tables:
    def __init__(self, snapshot: Snapshot, network: Network) -> None:
        self._snapshot, self._network = snapshot, network
        self._ids = PublicIds(snapshot)
        self._ground = ground_of(Ownership(snapshot, network))
        self._holdings, self._landlords = self._ground.holdings, self._ground.landlords

    def all(self) -> Iterator[Table]:
        """The tables, in no order."""
        on, snapshot = self._snapshot.on, self._snapshot
        yield Table("homes", "Care homes, ended ones included: ask status.", HOMES, self._homes)
        yield _copied("providers", "Those registered to run homes.", ProviderRecord, snapshot.providers.values)
        yield _copied("companies", "Companies of the register of companies.", CompanyRecord, snapshot.companies.values)
        yield Table("control", "Entries of registers of people with significant control.", CONTROL, self._control)
        yield Table("officers", "Appointments to boards, past ones included.", OFFICERS, self._officers)
        for name, says, kind, held in (
            ("charges", "Charges that companies gave to lenders.", ChargeRecord, snapshot.charges),
            ("insolvencies", "Insolvency cases of companies.", InsolvencyRecord, snapshot.insolvencies),
            ("accounts", "Accounts as tagged in filings; whole pounds.", AccountsRecord, snapshot.accounts),
            ("notices", "Notices of corporate insolvency in the Gazette.", NoticeRecord, snapshot.notices),
        ):
            yield _copied(name, says, kind, lambda held=held: (one for some in held.values() for one in some))  # type: ignore[misc]
        yield _copied("charities", "Charities among those registered.", CharityRecord, snapshot.charities.values)
        yield Table("buildings", f"Whose building each open home is in, on {on}.", BUILDINGS, self._buildings)
        yield Table("links", "Homes and the titles they stand on, where that was accepted.", LINKS, self._links)
        yield Table("landlords", "Who owns buildings of homes that others run.", LANDLORDS, self._landlord_rows)
        yield Table("lenders", "Lenders by the name in charges outstanding.", LENDERS, self._lenders)
        yield Table("measures", "Questions asked of every home; answers add up to the total.", MEASURES, self._measures)

    def _homes(self) -> Iterator[Row]:
        for home in self._snapshot.homes.values():
            record, place = home.current.record, home.current.place
            provider = self._snapshot.providers.get(record.provider_id or "")
            yield (
                home.id, record.name, home.status, _joined(r.id for r in home.registrations), record.provider_id,
                provider.record.company if provider else None, record.brand_id, place.nation, place.authority,
                place.authority_name, _joined(record.address), record.town, record.postcode, record.uprn,
                place.latitude, place.longitude, place.precision, home.beds(self._snapshot.on),
                _joined(record.service_types), record.rating, record.rated_on, record.registered_on,
                record.deregistered_on, *_evidence(home.current.evidence),
            )  # fmt: skip

    def _control(self) -> Iterator[Row]:
        on = self._snapshot.on
        for _, entries in sorted(self._snapshot.controls.items()):
            for entry in entries:
                stake, shares = stake_of(entry.record.natures), _shares(entry.record)
                statement = entry.record.statement
                yield (
                    *_fields(entry.record, _CONTROL), *self._party(entry.party), _joined(entry.record.natures),
                    *shares, stake.majority, _joined(stake.ways), reason_of(statement) if statement else None,
                    entry.active(on), entry.name_of_number, *_evidence(entry.evidence),
                )  # fmt: skip

    def _officers(self) -> Iterator[Row]:
        for officers in self._snapshot.officers.values():
            for one in officers:
                party = self._party(one.party)
                yield (*_fields(one.record, _OFFICER), *party, one.active(self._snapshot.on), *_evidence(one.evidence))

    def _party(self, party: Party) -> Row:
        return party.kind, self._ids.of_party(party), party.rule

    def _buildings(self) -> Iterator[Row]:
        for holding in self._holdings.values():
            trace = self._snapshot.traces.get(holding.home)
            waiting = len({one.title.id for one in holding.waiting})
            yield (
                holding.home, holding.provider, holding.company, holding.state, holding.reason, holding.occupation,
                _joined(holding.landlords), _joined(holding.between), len(_titles(holding)), waiting,
                holding.more_owners, *_evidence(trace.evidence if trace else ()),
            )  # fmt: skip

    def _links(self) -> Iterator[Row]:
        for holding in self._holdings.values():
            for one in (*holding.freehold, *holding.leasehold):
                judged = one.link.judgement
                yield (
                    f"{holding.home}/{one.title.id}/{one.party}", holding.home, one.title.id, one.title.tenure,
                    one.party, one.name, one.owner.party.rule, one.itself, one.link.record.method,
                    one.link.record.score, judged is not None, *_evidence(one.link.evidence),
                )  # fmt: skip

    def _landlord_rows(self) -> Iterator[Row]:
        for one in sorted(self._landlords, key=lambda landlord: landlord.id):
            yield _landlord(one)

    def _lenders(self) -> Iterator[Row]:
        for one in sorted(self._ground.lenders, key=lambda lender: lender.id):
            yield (
                one.id, one.name, _joined(one.names), _joined(one.capacities), len(one.charges), len(one.companies),
                len(one.homes), one.beds_known, one.beds_unknown_homes, len(one.all_assets_homes), len(one.watched),
                one.company, one.rule,
            )  # fmt: skip

    def _measures(self) -> Iterator[Row]:
        for one in measure_all(self._ground):
            for answer in one.answers:
                yield (
                    f"{one.id}/{answer.word}", one.id, one.title, answer.word, answer.known, answer.count.homes,
                    answer.count.beds, answer.count.beds_unknown, one.total.homes, one.total.beds, one.basis,
                    one.formula, one.source, _joined(one.rests_on), one.as_at,
                )  # fmt: skip


def _copied(name: str, says: str, kind: type[Record], held: Callable[[], Iterable[Any]]) -> Table:
    """A table of one kind of record, field by field."""
    fields = _columns(kind)

    def rows() -> Iterator[Row]:
        for one in held():
            yield (*_fields(one.record, fields), *_evidence(one.evidence))

    return Table(name, says, (*fields, *_EVIDENCE), rows)


def _columns(kind: type[Record], without: Iterable[str] = ()) -> tuple[Column, ...]:
    """The fields of a record as columns; a list becomes one text."""
    hints = get_type_hints(kind)
    left_out = _LEFT_OUT.union(without)
    return tuple(Column(name, _kind(hints[name])) for name in kind.__struct_fields__ if name not in left_out)


def _kind(annotated: Any) -> Kind:
    options = [one for one in get_args(annotated) if one is not NoneType] if isinstance(annotated, UnionType) else []
    one = options[0] if options else annotated
    return "string" if get_origin(one) is not None else _KINDS[one]


def _fields(record: Record, columns: Iterable[Column]) -> Row:
    values = (getattr(record, column.name) for column in columns)
    return tuple(_joined(value) if isinstance(value, tuple) else value for value in values)


def _joined(some: Sequence[str] | Iterable[str] | None) -> str | None:
    """A list as one text; None for an empty one, which is not known or not there."""
    return " | ".join(some or ()) or None


def _evidence(evidence: Sequence[Evidence]) -> Row:
    return (evidence[0].feed, evidence[0].as_at, evidence[0].raw_digest) if evidence else (None, None, None)


def _shares(record: ControlRecord) -> Row:
    stake = stake_of(record.natures)
    found: list[Value] = []
    for share in (stake.economic, stake.votes):
        found += [None, None, None] if share is None else [share.minimum * 100, share.maximum * 100, str(share)]
    return tuple(found)


def _titles(holding: Holding) -> set[str]:
    return {one.title.id for one in (*holding.freehold, *holding.leasehold)}


def _landlord(one: Landlord) -> Row:
    return (
        one.id, one.name, one.jurisdiction, len(one.homes), one.beds_known, one.beds_unknown_homes,
        _joined(one.homes), _joined(one.tenants), len(one.titles), _joined(one.between), one.rule,
    )  # fmt: skip


_PARTY = (
    Column("party_kind", says="whom the entry speaks of: person, company, body, protected (by law) or nobody"),
    Column("party", says="the id under which they are published; one id, one party"),
    Column("party_rule", says="how that was told: recorded as a number, or inferred"),
)
_CONTROL = _columns(ControlRecord)
_OFFICER = _columns(OfficerRecord)
_HOME_SAYS = {
    "registrations": "ids of all its registrations, earliest first",
    "beds": "registered beds on the day, never a sum over registrations; empty: not known",
    "precision": "how well the coordinates fix the building",
}
HOMES = (
    Column("id"), Column("name"), Column("status"),
    Column("registrations", says="ids of all its registrations, earliest first"),
    Column("provider"), Column("company"), Column("brand"), Column("nation"), Column("authority"),
    Column("authority_name"), Column("address"), Column("town"), Column("postcode"), Column("uprn"),
    Column("latitude", "number", "degrees, WGS 84"), Column("longitude", "number", "degrees, WGS 84"),
    Column("precision", says="how well the coordinates fix the building"),
    Column("beds", "integer", "registered beds on the day, never a sum over registrations; empty: not known"),
    Column("service_types"), Column("rating"), Column("rated_on", "date"), Column("registered_on", "date"),
    Column("deregistered_on", "date"), *_EVIDENCE,
)  # fmt: skip
CONTROL = (
    *_CONTROL, *_PARTY,
    Column("natures", says="natures of control, in the register's own words"),
    Column("share_from", "number", "per cent; the register gives bands, never a figure"),
    Column("share_to", "number", "per cent"),
    Column("share", says="the band of shares in words; empty: none filed, which is not nought"),
    Column("votes_from", "number", "per cent"),
    Column("votes_to", "number", "per cent"),
    Column("votes", says="the band of votes in words"),
    Column("majority", "boolean", "more than half of shares, votes or surplus for certain"),
    Column("via", says="how it is held, where not directly: as trustees, as a firm"),
    Column("reason", says="why nobody is named, by BODS 0.4's codes"),
    Column("active", "boolean", "in force on the day"),
    Column("name_of_number", says="the register's name of the number filed, where it differs from the name filed"),
    *_EVIDENCE,
)  # fmt: skip
OFFICERS = (*_OFFICER, *_PARTY, Column("active", "boolean", "in office on the day"), *_EVIDENCE)
BUILDINGS = (
    Column("home"), Column("provider"), Column("company"),
    Column("state", says="traced, waiting (for a person), untraced or not searched"),
    Column("untraced_reason"), Column("occupation", says="owner-occupied, leased or unknown"),
    Column("landlords"), Column("between", says="who leases from a landlord and is not the provider"),
    Column("titles_accepted", "integer"), Column("titles_waiting", "integer"),
    Column("more_owners", "boolean", "the title has owners of a kind that the lists leave out"), *_EVIDENCE,
)  # fmt: skip
LINKS = (
    Column("id"), Column("home"), Column("title", says="title number, for asking HM Land Registry"), Column("tenure"),
    Column("owner"), Column("owner_name"), Column("owner_rule", says="how the owner was told"),
    Column("owner_is_provider", "boolean"), Column("method", says="rule or model that joined home and title"),
    Column("score", "number", "0 to 1"), Column("judged_by_a_person", "boolean"), *_EVIDENCE,
)  # fmt: skip
LANDLORDS = (
    Column("id"), Column("name"), Column("jurisdiction", says="where it is registered; empty: not given"),
    Column("homes", "integer"), Column("beds_known", "integer"), Column("beds_unknown_homes", "integer"),
    Column("home_ids"), Column("tenants"), Column("titles", "integer"),
    Column("between", says="homes in which it only holds a lease between landlord and provider"), Column("rule"),
)  # fmt: skip
LENDERS = (
    Column("id"), Column("name"), Column("names_filed"), Column("capacities"), Column("charges", "integer"),
    Column("companies", "integer"), Column("homes", "integer", "directly exposed"), Column("beds_known", "integer"),
    Column("beds_unknown_homes", "integer"), Column("all_assets_homes", "integer"),
    Column("homes_watched", "integer", "that only hang on a company that gave a charge"),
    Column("company", says="the one company of this name: an inference"), Column("rule"),
)  # fmt: skip
MEASURES = (
    Column("id"), Column("measure"), Column("title"), Column("answer"),
    Column("known", "boolean", "false: the answer is that it is not known"), Column("homes", "integer"),
    Column("beds", "integer"), Column("beds_unknown_homes", "integer"), Column("total_homes", "integer"),
    Column("total_beds", "integer"), Column("basis"), Column("formula"), Column("source"), Column("rests_on"),
    Column("as_at", "date", "the oldest of the lists that it rests on"),
)  # fmt: skip
