"""GraphML for Gephi, yEd and networkx: every node and link with what can be said in plain words and numbers."""

from __future__ import annotations

from pathlib import Path

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.chain_document import evidence_of, rule_of
from graph.control import ties_above
from graph.ownership import Network, name_of
from register.snapshot import Snapshot


def write(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write the network; how many nodes and links. A share that is not stated is absent, which is not nought."""
    plain = nx.MultiDiGraph(on=snapshot.on.isoformat(), register=snapshot.digest, invented=snapshot.invented)
    for node in sorted(network):
        facts: dict[str, str | int] = {"label": name_of(network, node), "kind": network.nodes[node]["kind"]}
        if node in snapshot.homes and (beds := snapshot.homes[node].beds(snapshot.on)) is not None:
            facts["beds"] = beds
        plain.add_node(node, **facts)
    for node in sorted(network):
        for turn, tie in enumerate(ties_above(network, node)):
            link: dict[str, str | float | bool] = {"kind": tie.kind, "rule": rule_of(tie)}
            if tie.stake is not None:
                link["natures"] = ", ".join(one.slug for one in tie.stake.interests)
                link["majority"] = tie.stake.majority
                if tie.economic is not None:
                    link |= {"share": str(tie.economic)}
                    link |= {"share_from": tie.economic.minimum * 100, "share_to": tie.economic.maximum * 100}
            if evidence := evidence_of(snapshot, tie):
                link |= {"list": evidence[0].feed, "as_at": evidence[0].as_at.isoformat()}
            plain.add_edge(tie.holder, node, key=f"{node}#{turn}", **link)
    nx.write_graphml_xml(plain, to, named_key_ids=True)
    return int(plain.number_of_nodes() + plain.number_of_edges())
