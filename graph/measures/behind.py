"""Who is known to stand behind a home: how far up, how it ends, whose the building is, and who is not traced."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graph.control import MOST_CHAINS, Chain
from graph.endings import END_KINDS
from graph.measures.ground import Ground
from graph.measures.tally import UNKNOWN, Answer, tally
from register.snapshot import Home

#: Longer chains than this are one answer.
_LONG = 6
WAITING = "waiting for a person's judgement"
SEVERAL = "ends of several kinds"
#: Why no owner of the building is known, as a report lists it.
UNTRACED = (
    "no title found",
    "owner excluded from the data",
    "lease chain broken",
    "name not matched",
    "nation not covered",
)


def untraced(ground: Ground) -> tuple[Answer, ...]:
    """Whether the owner of the building is known, and the counted reason where not."""

    def answer(home: Home) -> str:
        holding = ground.holdings[home.id]
        if holding.state == "untraced":
            return holding.reason or "name not matched"
        return WAITING if holding.state == "waiting" else holding.state

    words = ("traced", WAITING, *UNTRACED, "not searched")
    return tally(ground.homes, ground.on, answer, order=words, unknown=words[1:])


def same_roof(ground: Ground) -> tuple[Answer, ...]:
    """Whether who owns the building and who runs the home belong together (opco and propco)."""
    return tally(
        ground.homes,
        ground.on,
        lambda home: {"unknown": UNKNOWN}.get(kind := ground.relation(home.id).kind, kind),
        order=("same company", "related", "unrelated", UNKNOWN),
    )


def chain_depth(ground: Ground) -> tuple[Answer, ...]:
    """How many links of ownership the longest chain above the provider has, up to the last known owner."""
    return _depths(ground, max)


def shortest_chain(ground: Ground) -> tuple[Answer, ...]:
    """The same of the shortest chain."""
    return _depths(ground, min)


def chain_notes(ground: Ground) -> tuple[str, ...]:
    """How many rings of companies that own each other stand above homes in scope; and where chains were cut."""
    rings = {ring for home in ground.homes for ring in ground.chains(home).cycles}
    words = [f"Rings of companies that own each other: {len(rings)}."]
    if cut := sum(ground.chains(home).cut for home in ground.homes):
        words.append(
            f"Above {cut} homes stand more than {MOST_CHAINS} chains; one not followed may be longer or shorter."
        )
    return tuple(words)


def _depths(ground: Ground, of: Callable[[Iterable[int]], int]) -> tuple[Answer, ...]:
    """Nothing is known of a home without a provider, nor where nothing has been read of who stands behind it."""

    def depth(home: Home) -> str:
        chains = ground.chains(home).chains
        if home.current.record.provider_id is None or all(_unread(chain) for chain in chains):
            return UNKNOWN
        return _links(of(chain.depth for chain in chains))

    return tally(ground.homes, ground.on, depth, order=(*(_links(one) for one in range(_LONG + 1)), UNKNOWN))


def _unread(chain: Chain) -> bool:
    return not chain.depth and chain.ending.kind == "not in the data"


def ends_at(ground: Ground) -> tuple[Answer, ...]:
    """How the chains above a home end: the one kind, or that there are several."""

    def end(home: Home) -> str:
        kinds = {one.kind for one in ground.ends[home.id]}
        return next(iter(kinds)) if len(kinds) == 1 else SEVERAL

    return tally(
        ground.homes, ground.on, end, order=(*END_KINDS, SEVERAL), unknown=("untraced", "not in the data", "protected")
    )


def _links(depth: int) -> str:
    if depth >= _LONG:
        return f"{_LONG} links or more"
    return "1 link" if depth == 1 else f"{depth} links"
