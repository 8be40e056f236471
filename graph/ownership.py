"""The network: a Snapshot's homes, providers, companies, other bodies and people, and what ties them together.

An edge runs from whoever holds to what is held: ``controls`` (an entry of a register of control), ``registered``
(a company to the provider that the regulator registered it as) and ``operates`` (a provider to a home). Edges carry
the register's own objects, so that every link can be followed to its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.natures import NO_GAP, reason_of, stake_of
from register.snapshot import Control, Provider, Snapshot

EdgeKind = Literal["controls", "registered", "operates"]
NodeKind = Literal["home", "provider", "company", "body", "person"]
Network: TypeAlias = "nx.MultiDiGraph"
Nodes: TypeAlias = dict[str, dict[str, Any]]
Edges: TypeAlias = list[tuple[str, str, str, dict[str, Any]]]

PROTECTED = "interestedPartyExemptFromDisclosure"
EXEMPT = "subjectExemptFromDisclosure"
#: Homes that have somebody to answer for them; one that has ended is owned by nobody.
STANDING = frozenset({"open", "dormant"})
#: What such an edge carries; networkx copies it for each.
_OPERATES: dict[str, Any] = {"kind": "operates"}
_REGISTERED: dict[str, Any] = {"kind": "registered"}


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a company's register of control names nobody, or not everybody. ``reason`` is BODS 0.4's code."""

    reason: str
    words: str
    control: Control


def build_network(snapshot: Snapshot) -> Network:
    """The network as at the snapshot's day: links that had ended by then, or begin later, are not in it.

    A node carries ``kind`` and ``name``; a home its ``home``, a provider its ``provider``, a company its ``company``
    (None where it is on no list) and its ``gaps``; a body or person the ``control`` that names it first.
    An edge carries ``kind``, and ``controls`` its ``control`` and ``stake``.
    """
    nodes: Nodes = {}
    edges: Edges = []
    _add_care(snapshot, nodes, edges)
    for identifier, company in snapshot.companies.items():
        node = nodes.setdefault(identifier, {"kind": "company"})
        node["name"], node["company"] = company.record.name, company
    _add_controls(snapshot, nodes, edges)
    network = nx.MultiDiGraph(on=snapshot.on, snapshot=snapshot.digest, loaded=bool(snapshot.controls))
    network.add_nodes_from(nodes.items())
    network.add_edges_from(edges)
    return network


def _add_care(snapshot: Snapshot, nodes: Nodes, edges: Edges) -> None:
    """Homes, their providers, and the companies that the regulators say the providers are."""
    for identifier, home in snapshot.homes.items():
        record = home.current.record
        nodes[identifier] = {"kind": "home", "name": record.name, "home": home}
        if record.provider_id and home.status in STANDING:
            edges.append((record.provider_id, identifier, "operates", _OPERATES))
    for identifier, provider in snapshot.providers.items():
        nodes[identifier] = {"kind": "provider", "name": provider.record.name, "provider": provider}
        if company := provider.record.company:
            node = nodes.setdefault(company, {"kind": "company", "name": provider.record.name})
            if provider.record.charity:
                node["charity"] = provider.record.charity
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


def name_of(network: Network, identifier: str) -> str:
    """The name of a node for a person to read; its id where it has none."""
    return str(network.nodes[identifier].get("name") or identifier)


def provider_of(node: Mapping[str, object]) -> Provider | None:
    """The provider that a node is; None for any other."""
    found = node.get("provider")
    return found if isinstance(found, Provider) else None
