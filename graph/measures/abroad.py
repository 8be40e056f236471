"""How much is owned from abroad: the buildings, and those who stand behind the providers."""

from __future__ import annotations

from graph.landlords import jurisdiction_of
from graph.measures.ground import Ground
from graph.measures.jurisdictions import PLACES, UNITED_KINGDOM, place_of
from graph.measures.tally import NO, UNKNOWN, YES, Answer, tally
from graph.ownership import above
from register.snapshot import Home

#: Ends beyond which somebody unknown may stand, abroad or not.
_OPEN_ENDS = frozenset({"untraced", "not in the data", "protected", "fund or partnership", "trust"})


def landlord_abroad(ground: Ground) -> tuple[Answer, ...]:
    """Whether an owner of the home's superior title is incorporated outside the United Kingdom."""
    return tally(
        ground.homes, ground.on, lambda home: _any(ground, home, lambda place: place != UNITED_KINGDOM), order=_ORDER
    )


def landlord_on_list(ground: Ground) -> tuple[Answer, ...]:
    """Whether an owner of the home's superior title is incorporated in a place on the list of havens."""
    return tally(ground.homes, ground.on, lambda home: _any(ground, home, ground.havens.__contains__), order=_ORDER)


def landlord_place(ground: Ground) -> tuple[Answer, ...]:
    """Where the owner of the superior title is incorporated, by group; the furthest from here of several owners."""

    def place(home: Home) -> str:
        found = {place_of(one) for one in _places(ground, home)}
        known = found - {"not known"}
        abroad = [one for one in PLACES[1:5] if one in known]
        if abroad:
            return abroad[0]
        return "not known" if "not known" in found or not known else "United Kingdom"

    return tally(ground.homes, ground.on, place, order=PLACES, unknown=("not known",))


def owner_abroad(ground: Ground) -> tuple[Answer, ...]:
    """Whether a body on any path of a quarter or more above the provider is registered outside the United Kingdom.

    "No" is said only where every path ends at somebody and every body on it has a known place.
    """
    told: dict[str, str] = {}

    def answer(home: Home) -> str:
        node = home.current.record.provider_id
        if node is None or node not in ground.network:
            return UNKNOWN
        if node not in told:
            told[node] = _of_provider(ground, node)
        return told[node]

    return tally(ground.homes, ground.on, answer, order=_ORDER)


_ORDER = (YES, NO, UNKNOWN)


def _places(ground: Ground, home: Home) -> list[str | None]:
    """Where the owners of the superior title are registered; [None] where they are not known."""
    holding = ground.holdings[home.id]
    if holding.state != "traced" or not holding.superior:
        return [None]
    return [jurisdiction_of(ground.network, one.party) for one in holding.superior]


def _any(ground: Ground, home: Home, counts: object) -> str:
    places = _places(ground, home)
    if any(place is not None and counts(place) for place in places):  # type: ignore[operator]
        return YES
    return UNKNOWN if None in places else NO


def _of_provider(ground: Ground, provider: str) -> str:
    network = ground.network
    bodies = [one for one in above(network, [provider]) if network.nodes[one]["kind"] in ("company", "body")]
    places = [jurisdiction_of(network, one) for one in bodies]
    if any(place is not None and place != UNITED_KINGDOM for place in places):
        return YES
    if None in places or any(end.kind in _OPEN_ENDS for end in ground.ends[provider]):
        return UNKNOWN
    return NO
