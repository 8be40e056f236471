"""The part of a report that it opens with: the chain that failed, drawn, and told link by link with what each rests on.

The drawing folds homes together, so that a hundred of them stay readable; the table beside it folds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contingency.findings import Findings
from contingency.plan_document import Link
from printing.diagram import Arrow, Box, BoxKind, draw_diagram
from printing.layout import Cell, Column, Picture, Section, Table
from printing.wording import clean, count, number, sentence

#: More parties than this are not drawn one by one, and more bundles of homes neither.
MOST_PARTIES, MOST_BUNDLES = 16, 12
#: More links than this do not stand in the opening, where they would push the summary away, but in a section below.
OPENING_LINKS = 12
#: Rows of the whole table of links that the PDF prints, and the page: the workbook holds them all.
PDF_LINKS, PAGE_LINKS = 60, 400


#: Links that are drawn as arrows between parties.
_DRAWN = frozenset({"controls", "lends", "officer"})


@dataclass(slots=True)
class _Bundle:
    """Homes drawn as one box: those of one provider that hang on one party, and close or are only watched."""

    holder: str
    provider: str
    watched: bool
    homes: set[str]


def chain_section(findings: Findings) -> Section | None:
    """The chain that failed; None where only a place was lost, or the plan tells no chain."""
    links = findings.plan.failed.chain
    if not links:
        return None
    closing, watched = len(findings.homes), len(findings.plan.watched)
    words = f"{count(closing, 'home')} would close by this." if closing else "No home closes by this alone."
    if watched:
        words += f" {count(watched, 'home')} would not, and {'has' if watched == 1 else 'have'} to be watched."
    return Section(
        "chain",
        "The chain that failed",
        paragraphs=(f"{words} Each link names the record that it rests on: list, day, file, row, and the rule.",),
        pictures=(_drawing(findings, links),),
        tables=(_link_table(links) if len(links) <= OPENING_LINKS else _first_links(links),),
    )


def links_section(findings: Findings) -> Section | None:
    """The whole chain, link by link; None where the opening holds it all."""
    links = findings.plan.failed.chain
    if len(links) <= OPENING_LINKS:
        return None
    return Section("links", "The chain, link by link", tables=(_link_table(links),))


def _first_links(links: tuple[Link, ...]) -> Table:
    """The top of the chain, for the opening: one link of each kind at least."""
    kinds = {link.kind: turn for turn, link in reversed(list(enumerate(links)))}
    first = sorted(list(dict.fromkeys([*kinds.values(), *range(len(links))]))[:OPENING_LINKS])
    whole = _link_table(links)
    return replace(
        whole,
        caption=f"{number(len(first))} of the chain’s {number(len(links))} links, and what each rests on",
        rows=tuple(whole.rows[turn] for turn in first),
        note="All of them stand under “The chain, link by link” below, and in the workbook’s sheet “Chain”.",
        sheet=None,
    )


def watched_section(findings: Findings) -> Section | None:
    """Homes that do not close by this failure, and have to be watched; None where there are none."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            clean(one.name) or findings.name(one.home),
            one.home,
            clean(findings.home(one.home).provider) or clean(one.provider) or None,
            findings.council(one.home),
            findings.home(one.home).beds,
            sentence(one.why),
        )
        for one in findings.plan.watched
    )
    if not rows:
        return None
    table = Table(
        caption="Homes that do not close by this, and have to be watched",
        columns=(
            Column("Home", 30),
            Column("Register id", 20),
            Column("Provider", 28),
            Column("Authority", 22),
            Column("Registered beds", 10, numeric=True),
            Column("Why", 48),
        ),
        rows=rows,
        sheet="Watched",
        most=100,
        note="Nobody in them is counted among those who must move, and no bed in them is offered.",
    )
    return Section("watched", "Homes to watch", tables=(table,))


def _basis(link: Link) -> str:
    """Whether a register says so, or it was worked out: by address ("stands_on"), or by a name without a number."""
    if not link.certain:
        return "waits for a person"
    return "inferred" if link.kind == "stands_on" or "(inferred)" in link.rule else "recorded"


def _link_table(links: tuple[Link, ...]) -> Table:
    return Table(
        caption="The chain, link by link, and what each link rests on",
        columns=(
            Column("No.", 5, numeric=True),
            Column("Link", 52),
            Column("Basis", 12),
            Column("Rests on", 56),
            Column("Record", 24, only="sheet"),
            Column("From", 20, only="sheet"),
            Column("To", 20, only="sheet"),
        ),
        rows=tuple(
            (
                turn,
                sentence(link.sentence),
                _basis(link),
                sentence(link.rests_on),
                link.record or "none",
                link.holder,
                link.held,
            )
            for turn, link in enumerate(links, start=1)
        ),
        sheet="Chain",
        head=1,
        most=PDF_LINKS,
        page_most=PAGE_LINKS,
    )


def _drawing(findings: Findings, links: tuple[Link, ...]) -> Picture:
    """Parties as boxes, homes in bundles by provider, arrows from whoever holds to what is held."""
    company = {link.held: link.holder for link in links if link.kind == "registered"}
    names = {link.held: link.held_name for link in links} | {link.holder: link.holder_name for link in links}
    failed = {company.get(one, one) for one in (*findings.plan.scenario.ids, *findings.plan.failed.names)}
    bundles = _bundles(findings, links, company)
    arrows = _between_parties(links, {home for one in bundles for home in one.homes}, company)
    parties = {end for arrow in arrows for end in (arrow.holder, arrow.held)} | {one.holder for one in bundles}
    left = 0
    if len(parties) > MOST_PARTIES:
        top = min(failed & parties or {links[0].holder})
        arrows, left, parties = [], len(parties) - 1, {top}
        bundles = _merged(bundles, top)
    boxes = [
        Box(party, clean(names.get(party, party)), _note(party), _kind(party, failed)) for party in sorted(parties)
    ]
    for turn, bundle in enumerate(_folded(bundles)):
        fate = "only watched" if bundle.watched else "would close"
        box = Box(f"homes-{turn:03d}", f"{count(len(bundle.homes), 'home')} of {bundle.provider}", fate, "home")
        boxes.append(box)
        arrows.append(Arrow(bundle.holder, box.id, weak=bundle.watched))
    words = (
        "Black is what failed, green are homes; a dashed arrow is a link that closes nothing by itself. "
        "The table below says the same, link by link."
    )
    if left:
        words += f" {count(left, 'further party', 'further parties')} between them stand in the table only."
    return Picture(draw_diagram(boxes, arrows, "The chain that failed", words, name="chain"), words)


def _bundles(findings: Findings, links: tuple[Link, ...], company: Mapping[str, str]) -> list[_Bundle]:
    """Homes by the party they hang on and by provider, the largest first."""
    homes = {home.affected.home for home in findings.homes}
    watched = {one.home for one in findings.plan.watched}
    owners: dict[str, list[str]] = {}
    for link in links:
        if link.kind in ("owns", "leases"):
            owners.setdefault(link.held, []).append(link.holder)
    found: dict[tuple[str, str, bool], _Bundle] = {}
    for link in links:
        if link.held not in homes | watched or link.kind not in ("operates", "stands_on", "brand"):
            continue
        provider = clean(findings.home(link.held).provider) or "a provider not named"
        for holder in owners.get(link.holder, []) if link.kind == "stands_on" else [link.holder]:
            key = (company.get(holder, holder), provider, link.held in watched)
            found.setdefault(key, _Bundle(*key, set())).homes.add(link.held)
    return [found[key] for key in sorted(found, key=lambda key: (-len(found[key].homes), key))]


def _merged(bundles: list[_Bundle], top: str) -> list[_Bundle]:
    """Too many parties to draw: the homes of each provider straight below what failed."""
    merged: dict[tuple[str, bool], _Bundle] = {}
    for one in bundles:
        key = (one.provider, one.watched)
        merged.setdefault(key, _Bundle(top, *key, set())).homes |= one.homes
    return [merged[key] for key in sorted(merged, key=lambda key: (-len(merged[key].homes), key))]


def _folded(bundles: list[_Bundle]) -> list[_Bundle]:
    """The largest bundles, and one for the rest below each party."""
    if len(bundles) <= MOST_BUNDLES:
        return bundles
    rest: dict[tuple[str, bool], list[_Bundle]] = {}
    for one in bundles[MOST_BUNDLES - 1 :]:
        rest.setdefault((one.holder, one.watched), []).append(one)
    return bundles[: MOST_BUNDLES - 1] + [
        _Bundle(holder, count(len(some), "further provider"), fate, {home for one in some for home in one.homes})
        for (holder, fate), some in sorted(rest.items())
    ]


def _between_parties(links: tuple[Link, ...], homes: set[str], company: Mapping[str, str]) -> list[Arrow]:
    """The links between parties. Titles and homes are folded into the bundles, a provider into its company."""
    return [
        Arrow(company.get(link.holder, link.holder), company.get(link.held, link.held), _words(link), weak=link.weak)
        for link in links
        if link.kind not in ("registered", "operates", "brand", "stands_on", "owns", "leases")
        and link.held not in homes
    ]


def _words(link: Link) -> str:
    return {"controls": link.share or "control", "lends": "charge", "officer": "director"}.get(link.kind, "")


def _note(party: str) -> str:
    scheme = party.partition(":")[0]
    known: Mapping[str, str] = {"lender": "lender, by name only", "person": "person", "cqc-brand": "CQC's brand"}
    return known.get(scheme, party if scheme == "gb-coh" else "")


def _kind(party: str, failed: set[str]) -> BoxKind:
    if party in failed:
        return "failed"
    return "person" if party.startswith(("person:", "officer:")) else "company"
