"""The network: a Snapshot's homes, providers, companies, other bodies and people, and what ties them together.

An edge runs from whoever holds to what is held: ``controls`` (an entry of a register of control), ``registered``
(a company to the provider that the regulator registered it as) and ``operates`` (a provider to a home). These three
are ownership (``OWNERSHIP``): chains and groups run along them and along no other.

Beside them stand ``owns`` and ``leases`` (a proprietor to its freehold or leasehold title), ``stands_on`` (a title to
the home on it), ``officer`` (somebody to a company on whose board they sit), ``lends`` (a lender to a company whose
charge is outstanding) and ``brand`` (CQC's brand to a home). A landlord, a lender or a director of a company is not
its owner. Edges carry the register's own objects, so that every link can be followed to its record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.names_of_lenders import lender_named
from graph.natures import NO_GAP, Stake, reason_of, stake_of
from register.records import ChargeRecord
from register.snapshot import Control, Officer, Snapshot

EdgeKind = Literal["controls", "registered", "operates", "owns", "leases", "stands_on", "officer", "lends", "brand"]
#: The kinds of link that make an owner.
OWNERSHIP: frozenset[str] = frozenset({"controls", "registered", "operates"})
Network: TypeAlias = "nx.MultiDiGraph"
Nodes: TypeAlias = dict[str, dict[str, Any]]
Edges: TypeAlias = list[tuple[str, str, str, dict[str, Any]]]
_Beside: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]]

#: Companies House's prefixes for companies that are registered abroad.
OVERSEAS = frozenset({"OE", "FC", "NF", "SF"})
PROTECTED = "interestedPartyExemptFromDisclosure"
EXEMPT = "subjectExemptFromDisclosure"
#: Homes that have somebody to answer for them; one that has ended is owned by nobody.
STANDING = frozenset({"open", "dormant"})
#: What such an edge carries; networkx copies it for each.
_OPERATES: dict[str, Any] = {"kind": "operates"}
_REGISTERED: dict[str, Any] = {"kind": "registered"}
_BRAND: dict[str, Any] = {"kind": "brand"}
#: Roles of officers that give no say in what a company does.
_NO_SEAT = re.compile("secretary|nominee|authorised|receiver|judicial-factor")
#: What Companies House calls a charge that is paid; one that is paid in part is outstanding.
_PAID = frozenset({"fully-satisfied", "satisfied"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a company's register of control names nobody, or not everybody. ``reason`` is BODS 0.4's code."""

    reason: str
    words: str
    control: Control


def build_network(snapshot: Snapshot) -> Network:
    """The network as at the snapshot's day: links that had ended by then, or begin later, are not in it.

    A node carries ``kind`` and ``name``; a home its ``home`` and, where its building was searched for, its ``trace``;
    a provider its ``provider``, a company its ``company`` (None where it is on no list) and its ``gaps``; a body or
    person the ``control``, the ``owner`` (of a title) or the ``officer`` that names it first; a title its ``title``:
    only those that a home stands on, or may stand on, are in the network. An edge carries ``kind``; ``controls`` its
    ``control`` and ``stake``; ``owns`` and ``leases`` their ``owner``; ``stands_on`` its ``link`` (a HomeTitle,
    accepted or waiting); ``officer`` its ``officer``; ``lends`` its ``charge``, the lender's name as ``filed`` and the
    ``capacity`` stated there.
    """
    nodes: Nodes = {}
    edges: Edges = []
    _add_care(snapshot, nodes, edges)
    for identifier, company in snapshot.companies.items():
        node = nodes.setdefault(identifier, {"kind": "company"})
        node["name"], node["company"] = company.record.name, company
    _add_controls(snapshot, nodes, edges)
    _add_charities(snapshot, nodes)
    _add_titles(snapshot, nodes, edges)
    _add_officers(snapshot, nodes, edges)
    _add_charges(snapshot, nodes, edges)
    return _filled(
        nx.MultiDiGraph(on=snapshot.on, snapshot=snapshot.digest, loaded=bool(snapshot.controls)), nodes, edges
    )


def _filled(network: Network, nodes: Nodes, edges: Edges) -> Network:
    """An empty network filled with nodes and keyed edges: what ``add_nodes_from`` and ``add_edges_from`` would make.

    Their tests of each edge's form cost twice as much as all the rest, so the dicts in which networkx keeps a graph
    (those that its subclasses are given to fill) are filled here; a test holds the two equal.
    """
    facts_of, below, above = facts_by_node(network), network._succ, network._pred
    for node, facts in nodes.items():
        facts_of[node], below[node], above[node] = facts, {}, {}
    for holder, held, key, facts in edges:
        for end in (holder, held):
            if end not in facts_of:
                facts_of[end], below[end], above[end] = {}, {}, {}
        links = below[holder].get(held)
        if links is None:
            below[holder][held] = above[held][holder] = {key: facts}
        else:
            links[key] = facts
    return network


def _add_care(snapshot: Snapshot, nodes: Nodes, edges: Edges) -> None:
    """Homes, their providers, and the companies that the regulators say the providers are."""
    for identifier, home in snapshot.homes.items():
        record = home.current.record
        nodes[identifier] = {"kind": "home", "name": record.name, "home": home}
        if record.provider_id and home.status in STANDING:
            nodes.setdefault(record.provider_id, {"kind": "provider", "name": None})  # of whom no list may say more
            edges.append((record.provider_id, identifier, "operates", _OPERATES))
            if record.brand_id:
                brand = f"cqc-brand:{record.brand_id}"
                nodes.setdefault(brand, {"kind": "brand", "name": record.brand_name})
                edges.append((brand, identifier, "brand", _BRAND))
    for identifier, provider in snapshot.providers.items():
        nodes[identifier] = {"kind": "provider", "name": provider.record.name, "provider": provider}
        if company := provider.record.company:
            node = nodes.setdefault(company, {"kind": "company", "name": provider.record.name})
            if provider.record.charity:
                node["charity"] = f"charity number {provider.record.charity}, as the regulator gives it"
            edges.append((company, identifier, "registered", _REGISTERED))


def _add_controls(snapshot: Snapshot, nodes: Nodes, edges: Edges) -> None:
    """Who controls the companies, and where their registers say why they name nobody."""
    on = snapshot.on
    for company, entries in snapshot.controls.items():
        if company not in nodes:
            nodes[company] = {"kind": "company", "name": None}
        for control in entries:
            if not control.active(on):
                continue
            party = control.party
            identifier = party.id
            if identifier is None:
                if gaps := _gaps(control, on):
                    nodes[company]["gaps"] = (*nodes[company].get("gaps", ()), *gaps)
                continue
            record = control.record
            holder = nodes.get(identifier)
            if holder is None:
                nodes[identifier] = {"kind": party.kind, "name": record.name, "control": control}
            elif "company" not in holder and "provider" not in holder:
                _name_once(holder, control)
            facts = {"kind": "controls", "control": control, "stake": stake_of(record.natures)}
            edges.append((identifier, company, record.id, facts))


def _name_once(holder: dict[str, Any], control: Control) -> None:
    """One party is filed under several spellings: the entry with the smallest id names it, whichever is read first."""
    first = holder.get("control")
    if first is None:
        if holder["name"] is None:
            holder["name"], holder["control"] = control.record.name, control
    elif isinstance(first, Control) and control.record.id < first.record.id:
        holder["name"], holder["control"] = control.record.name, control


def _gaps(control: Control, on: date) -> list[Gap]:
    """What one entry that names nobody says on a day: nothing where it is only a declaration of change."""
    record = control.record
    if control.party.kind == "protected":
        return [Gap(PROTECTED, "protected by law", control)]
    if record.statement is not None:
        reason = reason_of(record.statement)
        return [] if reason == NO_GAP else [Gap(reason, record.statement, control)]
    return [
        Gap(EXEMPT, words, control)
        for words, _, interval in (one.rpartition(" ") for one in record.exemptions or ())
        if in_force(interval, on)
    ]


def in_force(interval: str, on: date) -> bool:
    """Whether "2017-04-01/2019-04-01" or "2018-04-01/.." holds on a day: the first taken in, the last left out."""
    since, _, until = interval.partition("/")
    return (since == ".." or date.fromisoformat(since) <= on) and (until == ".." or on < date.fromisoformat(until))


def _add_charities(snapshot: Snapshot, nodes: Nodes) -> None:
    """The companies that are charities by the charities' own register, in which a removed one stands as removed."""
    for identifier, charity in snapshot.charities.items():
        record = charity.record
        if record.company in nodes and record.removed_on is None:
            number = identifier.partition(":")[2]
            nodes[record.company]["charity"] = f"charity number {number} in the Charity Commission's register"


def _add_titles(snapshot: Snapshot, nodes: Nodes, edges: Edges) -> None:
    """The titles that homes stand on, or may stand on, and who owns them."""
    for home, trace in snapshot.traces.items():
        if home not in nodes:
            continue
        nodes[home]["trace"] = trace
        for link in trace.links:
            title = snapshot.titles.get(link.title)
            if title is None:
                continue
            if title.id not in nodes:
                nodes[title.id] = {"kind": "title", "name": title.id.removeprefix("hmlr:"), "title": title}
                kind: EdgeKind = "leases" if (title.tenure or "").casefold() == "leasehold" else "owns"
                for turn, owner in enumerate(title.owners):
                    if owner.party.id is not None:
                        _add_party(nodes, owner.party.id, owner.party.kind, owner.proprietor.name, owner=owner)
                        edges.append((owner.party.id, title.id, f"{kind}/{turn}", {"kind": kind, "owner": owner}))
            edges.append((title.id, home, "stands_on", {"kind": "stands_on", "link": link}))


def _add_officers(snapshot: Snapshot, nodes: Nodes, edges: Edges) -> None:
    """Who sits on the boards of the companies on the day."""
    on = snapshot.on
    for company, officers in snapshot.officers.items():
        for officer in officers:
            party = officer.party
            if party.id is None or not officer.active(on):
                continue
            nodes.setdefault(company, {"kind": "company", "name": None})
            _add_party(nodes, party.id, party.kind, officer.record.name, officer=officer)
            edges.append((party.id, company, officer.record.id, {"kind": "officer", "officer": officer}))


def _add_charges(snapshot: Snapshot, nodes: Nodes, edges: Edges) -> None:
    """To whom the companies owe on the day, by the charges that they have registered."""
    for company, charges in snapshot.charges.items():
        for charge in charges:
            if not outstanding(charge.record, snapshot.on):
                continue
            nodes.setdefault(company, {"kind": "company", "name": None})
            for turn, filed in enumerate(charge.record.persons_entitled or ()):
                if not filed.strip():
                    continue
                lender = lender_named(filed)
                node = nodes.setdefault(lender.id, {"kind": "lender", "name": lender.name})
                node["name"] = min(node["name"], lender.name)
                edges.append(
                    (
                        lender.id,
                        company,
                        f"{charge.record.id}/{turn}",
                        {"kind": "lends", "charge": charge, "filed": filed, "capacity": lender.capacity},
                    )
                )


def outstanding(charge: ChargeRecord, on: date) -> bool:
    """Whether a charge was registered and unpaid on a day; one that is paid in part is unpaid."""
    if charge.created_on is not None and on < charge.created_on:
        return False
    if charge.satisfied_on is not None:
        return on < charge.satisfied_on
    return (charge.status or "") not in _PAID


def _add_party(nodes: Nodes, identifier: str, kind: str, name: str | None, **named_by: object) -> None:
    """A party that a title or a board names; a name from a register of companies or of control goes before."""
    node = nodes.setdefault(identifier, {"kind": kind, "name": None, **named_by})
    if node["name"] is None:
        node["name"] = name


def ownership_links(network: Network) -> Iterator[tuple[str, str, Stake | None]]:
    """Every link of ownership as (holder, held, stake); stake is None where it is all."""
    for holder, below in network.adjacency():
        for held, links in below.items():
            for facts in links.values():
                if facts["kind"] in OWNERSHIP:
                    yield holder, held, facts.get("stake")


def holders_of(network: Network, node: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Who owns a node directly: holder, key and facts of every link; a holder with two links comes twice."""
    for holder, links in _links_into(network)[node].items():
        for key, facts in links.items():
            if facts["kind"] in OWNERSHIP:
                yield holder, key, facts


def held_of(network: Network, node: str) -> list[str]:
    """What a node owns directly, by any link of ownership, in no order."""
    return [
        held
        for held, links in _links_out_of(network)[node].items()
        if any(facts["kind"] in OWNERSHIP for facts in links.values())
    ]


def linked(network: Network, node: str, kind: EdgeKind) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Whoever stands at the other end of the links of one kind into a node, with the link's facts, in order."""
    return _ends(_links_into(network)[node], kind)


def held_by(network: Network, node: str, kind: EdgeKind) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Whatever a node holds by links of one kind, with the link's facts, in order."""
    return _ends(_links_out_of(network)[node], kind)


def board_of(network: Network, company: str) -> dict[str, Officer]:
    """Who sits on a company's board on the day, by party id: of several appointments the one with the smallest id."""
    found: dict[str, Officer] = {}
    for party, facts in linked(network, company, "officer"):
        officer: Officer = facts["officer"]
        if on_board(officer.record.role):
            found.setdefault(party, officer)
    return found


def seats_of(network: Network, party: str) -> list[str]:
    """The companies on whose boards somebody sits on the day, in order; one with two appointments comes twice."""
    seats = held_by(network, party, "officer")
    return [company for company, facts in seats if on_board(facts["officer"].record.role)]


def on_board(role: str) -> bool:
    """Whether an officer of a role (Companies House's ``officer_role``) has a say in what the company does.

    Left out are those who file its papers or take its letters for hundreds of strangers (secretaries, nominees of
    firms that form companies, persons authorised to accept or to represent), and receivers and factors, whom a court
    or a creditor puts in.
    """
    return not _NO_SEAT.search(role)


def above(network: Network, nodes: Iterable[str], *, majority: bool = False) -> set[str]:
    """Everybody who owns one of the nodes, up to the top, the nodes left out unless a ring leads back to them.

    ``majority``: only along links of more than half for certain.
    """
    return _reached(_links_into(network), nodes, majority=majority)


def below(network: Network, nodes: Iterable[str], *, majority: bool = False) -> set[str]:
    """Everything that one of the nodes owns, down to the homes; ``majority`` as in ``above``."""
    return _reached(_links_out_of(network), nodes, majority=majority)


def facts_by_node(network: Network) -> Nodes:
    """What every node carries, as networkx keeps it: for what is asked of a hundred thousand nodes."""
    found: Nodes = network._node
    return found


def _links_into(network: Network) -> _Beside:
    """Node -> holder -> key -> facts, as networkx keeps them: its views of the same cost five times the look-up."""
    found: _Beside = network._pred
    return found


def _links_out_of(network: Network) -> _Beside:
    found: _Beside = network._succ
    return found


def _ends(beside: Mapping[str, Mapping[str, Mapping[str, Any]]], kind: EdgeKind) -> tuple[tuple[str, Any], ...]:
    found = [
        (end, key, facts) for end, links in beside.items() for key, facts in links.items() if facts["kind"] == kind
    ]
    if len(found) > 1:
        found.sort(key=lambda one: one[:2])
    return tuple([(end, facts) for end, _, facts in found])


def _reached(beside: _Beside, nodes: Iterable[str], *, majority: bool) -> set[str]:
    found: set[str] = set()
    waiting = [node for node in nodes if node in beside]
    while waiting:
        for other, links in beside[waiting.pop()].items():
            if other in found:
                continue
            for facts in links.values():
                stake: Stake | None = facts.get("stake")
                if facts["kind"] in OWNERSHIP and (stake is None or not majority or stake.majority):
                    found.add(other)
                    waiting.append(other)
                    break
    return found


def name_of(network: Network, identifier: str) -> str:
    """The name of a node for a person to read; its id where it has none."""
    return str(facts_by_node(network)[identifier].get("name") or identifier)
