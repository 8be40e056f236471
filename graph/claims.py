"""What one link of the network claims, in words, and the record, day and rule that the claim rests on.

A reader who doubts a link finds here which list said so, on which day, in which file and row, and by which rule two
records were held to speak of one thing. No words of HM Land Registry's rows are repeated but the title's number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.natures import Share
from graph.ownership import EdgeKind, Network, name_of
from register.snapshot import Control, Evidence, HomeTitle, Officer, Owner, Snapshot, Title


@dataclass(frozen=True, slots=True)
class Claim:
    """One link as a sentence. ``words`` stand between the two names; ``record`` is the id of the record, where it has
    one; ``evidence`` may be empty: then nothing is known of where it comes from. ``certain`` is False of a link that
    waits for a person's judgement. ``weak``: a failure of the holder does not reach what is held by this link alone
    (less than half for certain; an officer; a link that waits).
    """

    kind: EdgeKind
    holder: str
    holder_name: str
    held: str
    held_name: str
    words: str
    rule: str
    record: str | None
    evidence: tuple[Evidence, ...]
    share: Share | None = None
    certain: bool = True
    weak: bool = False

    @property
    def sentence(self) -> str:
        """Who does what to whom."""
        return f"{self.holder_name} {self.words} {self.held_name}"

    @property
    def rests_on(self) -> str:
        """The list, its day, the file and row, the digest of the raw record, and the rule, as one sentence."""
        if not self.evidence:
            return f"no record; {self.rule}"
        one = self.evidence[0]
        row = f", row {one.row}" if one.row is not None else ""
        return f"{one.feed} as at {one.as_at.isoformat()}, {one.origin}{row}, record {one.raw_digest[:12]}; {self.rule}"


def claim_of(snapshot: Snapshot, network: Network, holder: str, held: str, facts: Mapping[str, Any]) -> Claim:
    """What one edge of the network claims; ``facts`` are the edge's own."""
    kind: EdgeKind = facts["kind"]
    words, rule, record, evidence = _PARTS[kind](snapshot, network, held, facts)
    stake, link = facts.get("stake"), facts.get("link")
    certain = not isinstance(link, HomeTitle) or link.state == "accepted"
    return Claim(
        kind,
        holder,
        name_of(network, holder),
        held,
        name_of(network, held),
        words,
        rule,
        record,
        evidence,
        stake.economic if stake else None,
        certain,
        not certain or kind == "officer" or (stake is not None and not stake.majority),
    )


def claims_between(
    snapshot: Snapshot, network: Network, starts: Iterable[str], ends: Iterable[str], kinds: frozenset[str]
) -> tuple[Claim, ...]:
    """Every link on a way from one of ``starts`` to one of ``ends`` along ``kinds``, from the top down."""
    starts = set(starts)
    nodes = _reached(network.succ, starts, kinds).keys() & _reached(network.pred, ends, kinds).keys()
    links = [
        (holder, held, key, facts)
        for holder in nodes
        for _, held, key, facts in network.out_edges(holder, keys=True, data=True)
        if held in nodes and facts["kind"] in kinds
    ]
    tops = nodes - {held for _, held, _, _ in links} or nodes & starts
    depth = _reached(network.succ, tops, kinds)
    links.sort(key=lambda one: (depth.get(one[0], 0), one[:3]))
    return tuple(claim_of(snapshot, network, holder, held, facts) for holder, held, _, facts in links)


def claim_document(claim: Claim) -> dict[str, Any]:
    """A claim as JSON."""
    return {
        "kind": claim.kind,
        "from": claim.holder,
        "from_name": claim.holder_name,
        "to": claim.held,
        "to_name": claim.held_name,
        "sentence": claim.sentence,
        "share": str(claim.share) if claim.share else None,
        "certain": claim.certain,
        "weak": claim.weak,
        "record": claim.record,
        "rule": claim.rule,
        "rests_on": claim.rests_on,
    }


def _reached(beside: Mapping[str, Any], starts: Iterable[str], kinds: frozenset[str]) -> dict[str, int]:
    """Whatever is reached from the starts along some kinds, by how many links at least."""
    found = {node: 0 for node in sorted(starts) if node in beside}
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        for other, links in beside[node].items():
            if other not in found and any(facts["kind"] in kinds for facts in links.values()):
                found[other] = found[node] + 1
                waiting.append(other)
    return found


_Parts = tuple[str, str, str | None, tuple[Evidence, ...]]


def _controls(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    control: Control = facts["control"]
    stake = facts["stake"]
    via = f" ({' and '.join(stake.ways)})" if stake.ways else ""
    if stake.economic:
        words = f"holds {stake.economic} of the shares{via} of"
    elif stake.votes:
        words = f"holds {stake.votes} of the votes{via} in"
    else:
        words = f"has significant control{via}, of no stated share, of"
    rule = control.party.rule
    if control.name_of_number:
        rule += f"; the register's name of that number is {control.name_of_number}"
    return words, rule, control.record.id, control.evidence


def _registered(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    rule = "the company number that the regulator gives for the provider"
    return "is the company that is registered as the provider", rule, held, snapshot.providers[held].evidence


def _operates(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    current = snapshot.homes[held].current
    return "runs", "the home's current registration names the provider", current.id, current.evidence


def _owns(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    owner: Owner = facts["owner"]
    title: Title = network.nodes[held]["title"]
    entry = next((one for one in title.entries if owner.proprietor in (one.record.proprietors or ())), title.entries[0])
    words = "holds the lease with title" if facts["kind"] == "leases" else "owns the freehold with title"
    if not title.tenure:
        words = "owns, by a tenure not given, title"
    return words, owner.party.rule, entry.record.id, entry.evidence


def _stands_on(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    link: HomeTitle = facts["link"]
    rule = f"{link.record.method}: {link.record.reason}"
    if link.judgement is not None:
        rule = f"a person's judgement of {link.judgement.judged:%Y-%m-%d}: {link.judgement.why}"
    words = "is the title of the building of" if link.state == "accepted" else "may be the title of the building of"
    return words, rule, link.record.id, link.evidence


def _officer(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    officer: Officer = facts["officer"]
    return f"is {officer.record.role.replace('-', ' ')} of", officer.party.rule, officer.record.id, officer.evidence


def _lends(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    charge = facts["charge"]
    record = charge.record
    over = "over everything it has" if record.all_assets else "fixed" if record.fixed else "of a kind not stated"
    since = f" of {record.created_on.isoformat()}" if record.created_on else ""
    words = f"is named in the outstanding charge{since} ({over}) given by"
    return words, f"the lender's name as filed: {facts['filed']}", record.id, charge.evidence


def _brand(snapshot: Snapshot, network: Network, held: str, facts: Mapping[str, Any]) -> _Parts:
    current = snapshot.homes[held].current
    return (
        "is the brand under which the regulator lists",
        "the home's current registration",
        current.id,
        current.evidence,
    )


_PARTS = {
    "controls": _controls,
    "registered": _registered,
    "operates": _operates,
    "owns": _owns,
    "leases": _owns,
    "stands_on": _stands_on,
    "officer": _officer,
    "lends": _lends,
    "brand": _brand,
}
