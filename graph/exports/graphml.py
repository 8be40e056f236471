"""GraphML for Gephi, yEd and networkx: every node and link with what can be said in plain words and numbers.

Each attribute has one type and is absent where nothing is known: a share that is not stated is not nought. A link
between a home and a title that waits for a person to judge it is not here, nor is whoever would hang on it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.exports.naming import PublicIds
from graph.exports.publication import notes
from graph.natures import Share
from graph.ownership import Network, name_of
from register.records import ChargeRecord
from register.snapshot import Control, Evidence, HomeTitle, Officer, Owner, Snapshot, Sourced

#: What XML 1.0 cannot hold, whatever a register may.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Nodes that are of interest only for what hangs on them.
_LEAVES = frozenset({"title", "body", "person", "lender"})
#: Why the two ends of a link are held to be those two, where it is by what is said of the thing held.
_RULES = {
    "operates": "the home's current registration names the provider",
    "registered": "the company number that the regulator gives for the provider",
    "brand": "the brand that the regulator lists the home under",
}
Facts = dict[str, str | int | float | bool]


def write(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write the network; how many nodes and links."""
    ids = PublicIds(snapshot)
    about = {"on": snapshot.on.isoformat(), "register": snapshot.digest, "invented": snapshot.invented}
    plain = nx.MultiDiGraph(**about, about=" ".join(notes(snapshot)))
    ends = {node for holder, held, _ in _links(network) for node in (holder, held)}
    for public, node in sorted((ids.of(node), node) for node in network):
        if node in ends or network.nodes[node]["kind"] not in _LEAVES:
            plain.add_node(public, **_plain(_node(snapshot, network, node)))
    links = sorted(
        ((ids.of(holder), ids.of(held), key, facts) for holder, held, (key, facts) in _links(network)),
        key=lambda link: link[:3],
    )
    for turn, (holder, held, _, facts) in enumerate(links):
        plain.add_edge(holder, held, key=f"link {turn}", **_plain(_link(snapshot, held, facts)))
    nx.write_graphml_xml(plain, to, named_key_ids=True)
    return int(plain.number_of_nodes() + plain.number_of_edges())


def _links(network: Network) -> Iterator[tuple[str, str, tuple[str, Mapping[str, Any]]]]:
    """Every link that counts, with its key and facts."""
    accepted = {
        title
        for title, _, facts in network.edges(data=True)
        if facts["kind"] == "stands_on" and facts["link"].state == "accepted"
    }
    for holder, held, key, facts in network.edges(keys=True, data=True):
        match facts["kind"]:
            case "stands_on" if facts["link"].state != "accepted":
                continue
            case "owns" | "leases" if held not in accepted:
                continue
        yield holder, held, (str(key), facts)


def _node(snapshot: Snapshot, network: Network, node: str) -> Facts:
    facts: Facts = {"label": name_of(network, node), "kind": network.nodes[node]["kind"]}
    if node in snapshot.homes:
        home = snapshot.homes[node]
        facts |= {"status": home.status}
        if (beds := home.beds(snapshot.on)) is not None:
            facts["beds"] = beds
        if (authority := home.current.place.authority) is not None:
            facts["authority"] = authority
    title = network.nodes[node].get("title")
    if title is not None and title.tenure:
        facts["tenure"] = title.tenure
    return facts


def _link(snapshot: Snapshot, held: str, facts: Mapping[str, Any]) -> Facts:
    rule, evidence = _grounds(snapshot, held, facts)
    found: Facts = {"kind": facts["kind"], "rule": rule}
    if evidence:
        found |= {"list": evidence[0].feed, "as_at": evidence[0].as_at.isoformat(), "sha256": evidence[0].raw_digest}
    stake = facts.get("stake")
    if stake is not None:
        found |= {"natures": ", ".join(one.slug for one in stake.interests), "majority": stake.majority}
        found |= _share("share", stake.economic) | _share("votes", stake.votes)
    if facts["kind"] == "stands_on" and facts["link"].record.score is not None:
        found["score"] = float(facts["link"].record.score)
    if facts["kind"] == "officer":
        found["role"] = facts["officer"].record.role
    return found


def _share(name: str, share: Share | None) -> Facts:
    if share is None:
        return {}
    return {name: str(share), f"{name}_from": share.minimum * 100, f"{name}_to": share.maximum * 100}


def _grounds(snapshot: Snapshot, held: str, facts: Mapping[str, Any]) -> tuple[str, tuple[Evidence, ...]]:
    """By which rule the two ends of a link are held to be those two, and the records that it rests on."""
    entry: Control | Officer | None = facts.get("control") or facts.get("officer")
    if entry is not None:
        return entry.party.rule, entry.evidence
    if "owner" in facts:
        owner: Owner = facts["owner"]
        return owner.party.rule, snapshot.titles[held].entries[0].evidence
    if "link" in facts:
        link: HomeTitle = facts["link"]
        return f"addresses compared: {link.record.method}", link.evidence
    if "charge" in facts:
        charge: Sourced[ChargeRecord] = facts["charge"]
        return "the name in the charge, which gives no number of its lender", charge.evidence
    held_record = snapshot.providers[held] if held in snapshot.providers else snapshot.homes[held].current
    return _RULES[facts["kind"]], held_record.evidence


def _plain(facts: Facts) -> Facts:
    """Facts that any reader of XML takes."""
    return {name: _NOT_XML.sub("", value) if isinstance(value, str) else value for name, value in facts.items()}
