"""Chains of ownership as plain values, each link with the record, the day and the rule that it rests on."""

from __future__ import annotations

from typing import Any

from graph.claims import claim_of
from graph.control import Chain, Chains, Rule, Tie
from graph.endings import Ending
from graph.groups import RULES
from graph.natures import Share
from graph.ownership import Network, name_of
from register.snapshot import Evidence, Snapshot


def chains_document(snapshot: Snapshot, network: Network, found: Chains, rule: Rule) -> dict[str, Any]:
    """Everything that stands above one node: ``longstop owners --json``, and what a page is made of."""
    ends = sorted({chain.ending for chain in found.chains})
    return {
        "schema": "longstop/owners/1",
        "snapshot": snapshot.digest,
        "on": snapshot.on.isoformat(),
        "invented": snapshot.invented,
        "id": found.node,
        "name": name_of(network, found.node),
        "kind": network.nodes[found.node]["kind"],
        "rule": {"name": rule, "joins": RULES[rule]},
        "ends": [_ending(network, ending) for ending in ends],
        "chains": [_chain(snapshot, network, chain) for chain in found.chains],
        "cycles": [list(cycle) for cycle in found.cycles],
        "cut": found.cut,
    }


def share_document(share: Share | None) -> dict[str, Any] | None:
    """An interval with its words; None where no share is stated, which is not nought."""
    return None if share is None else {**share.document(), "words": str(share)}


def _ending(network: Network, ending: Ending) -> dict[str, Any]:
    return {
        "kind": ending.kind,
        "id": ending.node,
        "name": name_of(network, ending.node),
        "reason": ending.reason,
        "offshore": ending.offshore,
    }


def _chain(snapshot: Snapshot, network: Network, chain: Chain) -> dict[str, Any]:
    return {
        "share": share_document(chain.economic),
        "controlled": chain.controlled,
        "depth": chain.depth,
        "ending": _ending(network, chain.ending),
        "links": [_tie(snapshot, network, tie) for tie in chain.ties],
    }


def _tie(snapshot: Snapshot, network: Network, tie: Tie) -> dict[str, Any]:
    facts = {"kind": tie.kind, "control": tie.control, "stake": tie.stake}
    claim = claim_of(snapshot, network, tie.holder, tie.held, facts)
    document: dict[str, Any] = {
        "kind": tie.kind,
        "holder": tie.holder,
        "holder_name": name_of(network, tie.holder),
        "held": tie.held,
        "held_name": name_of(network, tie.held),
        "share": share_document(tie.economic),
        "votes": share_document(tie.votes),
        "natures": [],
        "via": [],
        "since": None,
        "record": None,
        "name_of_number": None,
        "rule": claim.rule,
        "evidence": [evidence_document(one) for one in claim.evidence],
    }
    if tie.control is not None and tie.stake is not None:
        record = tie.control.record
        document |= {
            "natures": [one.slug for one in tie.stake.interests],
            "via": list(tie.stake.ways),
            "since": record.notified_on.isoformat() if record.notified_on else None,
            "record": record.id,
            "name_of_number": tie.control.name_of_number,
        }
    return document


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """Where a fact stands: list, day, file, row, SHA-256 of the raw record, run."""
    return {
        "feed": evidence.feed,
        "as_at": evidence.as_at.isoformat(),
        "file": evidence.origin,
        "row": evidence.row,
        "sha256": evidence.raw_digest,
        "run": evidence.run,
    }
