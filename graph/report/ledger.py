"""The records behind a report, numbered in the order in which they are first cited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from graph.claims import Claim, claim_of
from graph.landlords import Holding
from graph.ownership import EdgeKind, Network
from printing.layout import Cell, Column, Table
from printing.wording import listed
from register.snapshot import Evidence, Snapshot

COLUMNS = (
    Column("No.", 7, numeric=True),
    Column("What it says", 52),
    Column("Record", 26),
    Column("List", 24, only="sheet"),
    Column("As at", 12, only="sheet"),
    Column("File", 30, only="sheet"),
    Column("Row", 8, numeric=True, only="sheet"),
    Column("SHA-256 of the raw record", 20, only="sheet"),
    Column("List, day, file, row and digest", 52, only="page"),
    Column("Rule", 56),
)


def rests_on(claims: Iterable[Claim]) -> str:
    """The lists and rules that some claims rest on, as one sentence: what stands beside a claim in words."""
    some = list(claims)
    days: dict[date, set[str]] = {}
    for one in (one for claim in some for one in claim.evidence[:1]):
        days.setdefault(one.as_at, set()).add(one.feed)
    lists = [f"{listed(sorted(feeds))} as at {day.isoformat()}" for day, feeds in sorted(days.items())]
    rules = sorted({claim.rule for claim in some if claim.kind not in ("stands_on", "operates")})
    methods = sorted({claim.rule.partition(":")[0] for claim in some if claim.kind == "stands_on"})
    words = "; ".join(lists) or "no record"
    if rules:
        words += f"; {'; '.join(rules[:3])}{'; and other rules' if len(rules) > 3 else ''}"
    return f"{words}; building: {' and '.join(methods)}" if methods else words


class Ledger:
    """Claims with their records, each once. ``cite`` gives the numbers that a table prints beside a claim."""

    def __init__(self, snapshot: Snapshot, network: Network) -> None:
        self.snapshot, self.network = snapshot, network
        self._numbers: dict[tuple[object, ...], int] = {}
        self._rows: list[tuple[Cell, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def cite(self, claims: Iterable[Claim]) -> str:
        """The numbers of some claims: "3, 17"."""
        return ", ".join(str(one) for one in sorted({self._claim(claim) for claim in claims}))

    def cite_record(self, sentence: str, record: str, evidence: Iterable[Evidence], rule: str) -> str:
        """The number of a record that is no link: the outcome of a search."""
        return str(self._number((sentence, record), sentence, record, tuple(evidence), rule))

    def edges(self, holder: str, held: str, *kinds: EdgeKind) -> list[Claim]:
        """What the links of some kinds from one node to another claim, in order."""
        found: dict[str, dict[str, Any]] = self.network.get_edge_data(holder, held) or {}
        return [
            claim_of(self.snapshot, self.network, holder, held, found[key])
            for key in sorted(found)
            if found[key]["kind"] in kinds
        ]

    def runs(self, home: str) -> list[Claim]:
        """Who runs a home, and which company that provider is."""
        provider = self.snapshot.homes[home].current.record.provider_id
        if provider is None or provider not in self.network:
            return []
        company = self.snapshot.providers[provider].record.company if provider in self.snapshot.providers else None
        registered = self.edges(company, provider, "registered") if company else []
        return [*self.edges(provider, home, "operates"), *registered]

    def building(self, holding: Holding, *, of: str | None = None) -> list[Claim]:
        """Whose the building is: its titles' owners (``of``: only that one) and why the home stands on the titles.

        A title that waits for a person's judgement is not among them: whoever owns it would be named beside a home
        that may not be on it.
        """
        claims: list[Claim] = []
        for one in (*holding.freehold, *holding.leasehold):
            if of is None or one.party == of:
                claims += self.edges(one.party, one.title.id, "owns", "leases")
                claims += self.edges(one.title.id, holding.home, "stands_on")
        return claims

    def search(self, holding: Holding) -> str:
        """The record of a search for a home's building that found nobody; empty where there was no search."""
        trace = self.snapshot.traces.get(holding.home)
        if trace is None:
            return ""
        reason = holding.reason or holding.state
        sentence = f"the search for the building of {self.snapshot.homes[holding.home].current.record.name}: {reason}"
        return self.cite_record(sentence, f"trace of {holding.home}", trace.evidence, holding.detail or reason)

    def table(self) -> Table:
        """Every record cited so far."""
        return Table(
            caption="The records: list, day, file, row and rule behind each numbered claim",
            columns=COLUMNS,
            rows=tuple(self._rows),
            sheet="Records",
            note="Step one: the number beside a claim leads to its row here. Step two: the row names the publisher's "
            "own list, its day, the file and the row, and the digest by which that row can be checked. A rule says how "
            "two records were held to speak of one thing; “inferred” means that no record says so.",
            empty="Nothing in this report rests on a single record.",
            records=True,
        )

    def _claim(self, claim: Claim) -> int:
        key = (claim.kind, claim.holder, claim.held, claim.record, claim.words)
        record = claim.record if claim.record and not claim.record.startswith("person:") else ""
        return self._number(key, claim.sentence, record or "", claim.evidence, claim.rule)

    def _number(
        self, key: tuple[object, ...], sentence: str, record: str, evidence: tuple[Evidence, ...], rule: str
    ) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._rows) + 1
            first = evidence[0] if evidence else None
            others = f" (and {len(evidence) - 1} more)" if len(evidence) > 1 else ""
            row = f", row {first.row}" if first and first.row is not None else ""
            words = "no record"
            if first:
                words = (
                    f"{first.feed} as at {first.as_at.isoformat()}, {first.origin}{row}, "
                    f"{first.raw_digest[:12]}…{others}"
                )
            self._rows.append(
                (
                    str(len(self._rows) + 1),
                    sentence,
                    record,
                    f"{first.feed}{others}" if first else "no record",
                    first.as_at if first else "",
                    first.origin if first else "",
                    "" if first is None or first.row is None else first.row,
                    first.raw_digest if first else "",
                    words,
                    rule,
                )
            )
        return self._numbers[key]
