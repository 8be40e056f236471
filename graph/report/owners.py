"""Who stands behind the providers: groups by each rule, and their chains drawn and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from graph.claims import Claim
from graph.control import ties_above
from graph.groups import RULES, Group
from graph.landlords import beds_of, jurisdiction_of
from graph.measures.ground import Ground
from graph.measures.jurisdictions import UNITED_KINGDOM
from graph.measures.tally import stated
from graph.natures import Stake
from graph.ownership import Network, above, name_of
from graph.report.buildings import place_words
from graph.report.ledger import Ledger, rests_on
from graph.side_by_side import Joiner, joiners
from printing.diagram import Arrow, Box, BoxKind, draw_diagram
from printing.layout import Cell, Column, Picture, Section, Table
from printing.wording import count, number, percentage

#: Groups whose chain is drawn: the largest. Every group's links stand in the workbook.
DRAWN = 12
#: Parties in one drawing at most; a group with more is drawn with the nearest to its homes.
_MOST = 22


def rules_table(ground: Ground) -> Table:
    """The same homes by each rule, side by side: the rules differ, and none is "the" group."""
    inside = {home.id for home in ground.homes}
    rows: list[tuple[Cell, ...]] = []
    for rule, words in RULES.items():
        sizes = [(len(inside & set(group.homes)), group) for group in ground.ownership.groups(rule)]
        found = sorted(((size, group) for size, group in sizes if size), key=lambda one: (-one[0], one[1].id))
        grouped = sum(size for size, _ in found)
        largest = found[0] if found else None
        rows.append(
            (
                rule,
                words,
                len(found),
                sum(size > 1 for size, _ in found),
                grouped,
                len(inside) - grouped,
                largest[1].name if largest else "none",
                largest[0] if largest else 0,
                _joined_by(joiners(ground.ownership, largest[1])) if largest else "",
            )
        )
    return Table(
        caption="Groups by each rule, side by side",
        columns=(
            Column("Rule", 12),
            Column("What it joins", 50),
            Column("Groups", 9, numeric=True),
            Column("With two homes or more", 12, numeric=True),
            Column("Homes in a group", 10, numeric=True),
            Column("Homes in none", 10, numeric=True),
            Column("Largest", 30),
            Column("Its homes", 9, numeric=True),
            Column("Joined most by", 34),
        ),
        rows=tuple(rows),
        sheet="Rules",
        note="Homes in scope only. Joined most by: who ties together, as owner or on boards, what the rule control50 "
        "keeps apart, with how many of its groups and homes in the whole register. One director of strangers can make "
        "one group of them all.",
    )


def _joined_by(found: Sequence[Joiner]) -> str:
    if not found:
        return "nobody apart"
    first = found[0]
    more = f"; and {number(len(found) - 1)} more" if len(found) > 1 else ""
    return f"{first.name}: {count(first.groups, 'group')}, {count(first.homes, 'home')}{more}"


def groups_in(ground: Ground) -> list[tuple[Group, tuple[str, ...]]]:
    """The groups (control50) of the homes in scope with those homes, most beds first, then by id."""
    homes: dict[str, list[str]] = {}
    groups = {}
    for home in ground.homes:
        if group := ground.groups.get(home.id):
            groups[group.id] = group
            homes.setdefault(group.id, []).append(home.id)
    found = [(groups[key], tuple(some)) for key, some in homes.items()]
    return sorted(found, key=lambda one: (-beds_of(ground.network, one[1])[0], one[0].id))


def group_table(ground: Ground, ledger: Ledger, found: Sequence[tuple[Group, tuple[str, ...]]]) -> Table:
    """The groups of the homes in scope: whom they end at, how far up, and whether abroad."""
    whole = sum(home.beds(ground.on) or 0 for home in ground.homes)
    rows: list[tuple[Cell, ...]] = []
    for group, homes in found:
        beds, missing = beds_of(ground.network, homes)
        ends = sorted({end for home in homes for end in ground.ends[home]})
        depths = [chain.depth for home in homes for chain in ground.chains(ground.snapshot.homes[home]).chains]
        abroad = any(end.offshore for end in ends) or any(
            jurisdiction_of(ground.network, one) not in (None, UNITED_KINGDOM)
            for one in _above(ground.network, group.providers)
            if ground.network.nodes[one]["kind"] in ("company", "body")
        )
        kinds = Counter(end.kind for end in ends)
        claims = [*ledger.runs(homes[0]), *_links(ground, ledger, group.providers[:1])[:3]]
        rows.append(
            (
                group_name(ground, group),
                group.id if not group.id.startswith("person:") else "",
                len(providers_of(ground, homes)),
                len(homes),
                stated(beds, missing, len(homes)),
                missing,
                percentage(beds, whole) if whole else "not known",
                ", ".join(f"{kind} ({kinds[kind]})" if kinds[kind] > 1 else kind for kind in sorted(kinds)),
                max(depths, default=0),
                "yes" if abroad else "none known",
                rests_on(claims),
                ledger.cite(claims),
            )
        )
    return Table(
        caption="Groups by the rule control50: whatever is tied by more than half for certain",
        columns=(
            Column("Group, named by whoever stands at its top", 36),
            Column("Id", 20, only="sheet"),
            Column("Providers", 15, numeric=True),
            Column("Homes", 11, numeric=True),
            Column("Beds", 9, numeric=True),
            Column("Homes with beds unknown", 14, numeric=True),
            Column("Share of beds in scope", 13, numeric=True),
            Column("Chains end at", 28),
            Column("Longest chain", 13, numeric=True),
            Column("Somebody abroad above", 16),
            Column("Rests on", 60, under=True),
            Column("Records", 16, refs=True),
        ),
        rows=tuple(rows),
        sheet="Groups",
        note="Inferred from entries in registers of control; links of less than half join no group but are followed to "
        "tell where chains end. Records: those of the first home and the links next to it; the chains below have all.",
        page_most=400,
        most=40,
        empty="No group is known.",
    )


def chain_sections(
    ground: Ground, ledger: Ledger, found: Sequence[tuple[Group, tuple[str, ...]]]
) -> tuple[Section, ...]:
    """Every link above every group, and of the largest groups the chain drawn with its links in a table beside it.

    A group of one home is drawn only where no group has more: its few links stand in the workbook.
    """
    drawn = ([one for one in found if len(one[1]) > 1] or list(found))[:DRAWN]
    parts = []
    for turn, (group, homes) in enumerate(drawn, start=1):
        picture = chain_picture(ground, group, homes, name=f"chain-{turn}")
        table = _chain_table(ground, ledger, group, providers_of(ground, homes))
        heading = group_name(ground, group)
        parts.append(Section(f"chain-{turn}", heading, pictures=(picture,), tables=(table,), inner=True))
    whole = Section(
        "chains",
        "Chains of ownership",
        paragraphs=(
            f"The chains of {count(len(drawn), 'group')} of {number(len(found))}, most beds first, are drawn, holders "
            "above what they hold, those of less than half too. Rounded boxes are people, green ones providers, amber "
            "ones registered abroad; a figure is the band of shares that the register gives, never a single figure; a "
            "dashed line is no majority for certain. The table after each drawing gives every link with its record, "
            "and the rule by which its two ends are held to be those two.",
        ),
        tables=(link_table(ground, ledger, found),),
    )
    return (whole, *parts) if found else ()


def group_name(ground: Ground, group: Group) -> str:
    """A group's name; of a provider who is an individual, or whose name is not kept, that it is."""
    if group.name != group.id:
        return group.name
    return f"a {ground.network.nodes[group.id]['kind']} whose name is not kept ({group.id})"


def chain_picture(ground: Ground, group: Group, homes: Sequence[str], *, name: str) -> Picture:
    """A group's chain as a drawing, with the words that say what it shows."""
    network = ground.network
    providers = providers_of(ground, homes)
    parties = _above(network, providers) | set(providers)
    shown = _nearest(network, providers, parties)
    boxes = [_box(ground, one, homes) for one in sorted(shown)]
    arrows = [
        Arrow(tie.holder, held, _share(tie.stake), weak=tie.stake is not None and not tie.stake.majority)
        for held in sorted(shown)
        for tie in ties_above(network, held)
        if tie.holder in shown
    ]
    left = len(parties) - len(shown)
    words = (
        f"{count(len(homes), 'home')} in scope, run by {count(len(providers), 'provider')}: "
        f"{count(len(boxes), 'party', 'parties')} and {count(len(arrows), 'link')} drawn."
    )
    if left:
        words += f" Not drawn for want of room: {count(left, 'party', 'parties')} further from the homes."
    return Picture(
        draw_diagram(boxes, arrows, f"Who stands behind {group_name(ground, group)}", words, name=name), words
    )


def _chain_table(ground: Ground, ledger: Ledger, group: Group, providers: Sequence[str]) -> Table:
    claims = _links(ground, ledger, providers)
    return Table(
        caption=f"The links above the homes of {group_name(ground, group)}",
        columns=(
            Column("Holder", 34),
            Column("What it does", 46),
            Column("Held", 34),
            Column("Share", 20),
            Column("Rests on", 60, under=True),
            Column("Records", 12, refs=True),
        ),
        rows=tuple(
            (
                claim.holder_name,
                claim.words,
                claim.held_name,
                _share_words(claim),
                claim.rests_on,
                ledger.cite([claim]),
            )
            for claim in claims
        ),
        empty="No link of ownership above these homes is known.",
        most=40,
        page_most=300,
    )


def link_table(ground: Ground, ledger: Ledger, found: Sequence[tuple[Group, tuple[str, ...]]]) -> Table:
    """Every link of ownership above every group's homes: for the workbook, not for a page."""
    rows = tuple(
        (
            group_name(ground, group),
            claim.holder_name,
            claim.words,
            claim.held_name,
            _share_words(claim),
            claim.rests_on,
            ledger.cite([claim]),
        )
        for group, homes in found
        for claim in _links(ground, ledger, providers_of(ground, homes))
    )
    return Table(
        caption="Every link above the homes in scope, group by group",
        columns=(
            Column("Group", 34),
            Column("Holder", 34),
            Column("What it does", 46),
            Column("Held", 34),
            Column("Share", 20),
            Column("Rests on", 60, only="sheet"),
            Column("Records", 12, refs=True),
        ),
        rows=rows,
        sheet="Links",
        empty="No link of ownership above these homes is known.",
        page_most=0,
        most=0,
    )


def _share_words(claim: Claim) -> str:
    return str(claim.share) if claim.share else "not stated" if claim.kind == "controls" else "all"


def providers_of(ground: Ground, homes: Iterable[str]) -> list[str]:
    """Who runs some homes: provider ids in order, each once."""
    return sorted({one for home in homes if (one := ground.holdings[home].provider)})


def _above(network: Network, providers: Iterable[str]) -> set[str]:
    return above(network, [one for one in providers if one in network])


def _links(ground: Ground, ledger: Ledger, providers: Sequence[str]) -> list[Claim]:
    """Every link of ownership above some providers, from the bottom up."""
    parties = _above(ground.network, providers) | set(providers)
    found = [
        claim
        for held in sorted(parties)
        for holder in sorted({one for one in ground.network.predecessors(held) if one in parties})
        for claim in ledger.edges(holder, held, "controls", "registered")
    ]
    return sorted(found, key=lambda one: (one.kind != "registered", one.held_name, one.holder_name, one.record or ""))


def _nearest(network: Network, providers: Sequence[str], parties: set[str]) -> set[str]:
    """As many parties as a drawing holds, level by level from the providers up; providers take half at most."""
    shown: list[str] = sorted(providers, key=lambda one: (-network.out_degree(one), one))[: _MOST // 2]
    for one in shown:
        for holder in sorted(set(network.predecessors(one)) & parties - set(shown)):
            if len(shown) < _MOST:
                shown.append(holder)
    return set(shown)


def _box(ground: Ground, node: str, homes: Sequence[str]) -> Box:
    network = ground.network
    kind = network.nodes[node]["kind"]
    if kind == "provider":
        run = [home for home in homes if ground.holdings[home].provider == node]
        beds, missing = beds_of(network, run)
        unknown = f" ({number(missing)} not known)" if missing else ""
        known = "beds not known" if stated(beds, missing, len(run)) is None else f"{number(beds)} beds{unknown}"
        return Box(node, name_of(network, node), f"runs {count(len(run), 'home')}, {known}", "home")
    if kind == "person":
        return Box(node, name_of(network, node), "a person", "person")
    place = jurisdiction_of(network, node)
    shape: BoxKind = "company" if place in (None, UNITED_KINGDOM) else "abroad"
    return Box(node, name_of(network, node), _place_note(place), shape)


def _place_note(place: str | None) -> str:
    return "place not known" if place is None else "" if place == UNITED_KINGDOM else place_words(place)


def _share(stake: Stake | None) -> str:
    """The band of a link for a drawing: short, without saying which ends are left out; the table beside it does."""
    if stake is None:
        return ""
    share = stake.economic if stake.economic is not None else stake.votes
    if share is None:
        return "control"
    band = f"{100 * share.minimum:g}–{100 * share.maximum:g} %"
    return band if stake.economic is not None else f"votes {band}"
