"""A landlord fails and its leases end: every home whose building it owns loses it, however sound its provider is.

Whether a landlord's insolvency ends a lease is a question of law and of the lease; this scenario asks what follows if
it does (forfeiture, disclaimer, or a sale with vacant possession). Homes where the landlord holds a lease on which the
provider's own hangs are in it too. A home whose link to the landlord's title waits for a person's judgement is only
watched: a wrong link must not move anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from contingency.scenarios.choice import Failure, UnknownName, Watched, have, read_id, standing
from graph.answers import Ownership
from graph.claims import claims_between
from graph.groups import RULES, UnknownRule
from graph.landlords import Holding
from graph.ownership import OWNERSHIP, name_of
from printing.wording import count
from register.parties import plain_company_name

WAITING = "it may stand on a title that what fails owns: the link waits for a person's judgement"
_DOWN = frozenset({"owns", "leases", "stands_on"})


def affected(ownership: Ownership, names: Sequence[str], rule: str | None = None) -> Failure:
    """Homes that lose their building; with a ``rule``, of every landlord that it joins to those named.

    Raises UnknownName, also for a rule that joins no landlords.
    """
    snapshot, network = ownership.snapshot, ownership.network
    waiting = {one.party for holding in ownership.holdings.values() for one in holding.waiting if not one.itself}
    known = {landlord.id for landlord in ownership.landlords} | waiting
    ids, landlords = _chosen(ownership, names, known, rule)
    homes: set[str] = set()
    watched: set[str] = set()
    for holding in ownership.holdings.values():
        if landlords & {*holding.landlords, *holding.between}:
            homes.add(holding.home)
        elif any(one.party in landlords and not one.itself for one in holding.waiting):
            watched.add(holding.home)
    losing = standing(snapshot.homes[home] for home in homes)
    titles = tuple(name_of(network, one) for one in ids)
    chain = claims_between(snapshot, network, ids, landlords, OWNERSHIP) if rule is not None else ()
    chain += claims_between(snapshot, network, landlords, homes | watched, _DOWN)
    return Failure(
        ids,
        _sentence(
            " and ".join(titles), landlords, [ownership.holdings[home.id] for home in losing], len(watched), rule
        ),
        losing,
        tuple(
            Watched(home, home.current.record.provider_id, WAITING)
            for home in standing(snapshot.homes[home] for home in watched)
        ),
        titles,
        chain,
        tuple(sorted({*ids, *landlords})),
    )


def _chosen(
    ownership: Ownership, names: Sequence[str], known: set[str], rule: str | None
) -> tuple[tuple[str, ...], set[str]]:
    """The ids as read, and the landlords that they stand for."""
    if rule is None:
        ids = tuple(sorted({_read(ownership, name, known, "landlord") for name in names}))
        return ids, set(ids)
    try:
        heads = ownership.heads(rule)
    except UnknownRule as problem:
        raise UnknownName(
            f"landlords are not joined by the rule {rule}; choose control50, psc25 or affiliated"
        ) from problem
    tops = {heads[one] for one in known}
    members = [node for node, head in heads.items() if head in tops]
    chosen = {heads[_read(ownership, name, members, "landlord, or owner of one,")] for name in names}
    return tuple(sorted(chosen)), {one for one in known if heads[one] in chosen}


def _read(ownership: Ownership, text: str, known: Collection[str], what: str) -> str:
    """A landlord's id from what a person typed: the id, or its name where only one of them bears it."""
    network, wanted = ownership.network, plain_company_name(text)
    bear = [one for one in known if wanted and plain_company_name(name_of(network, one)) == wanted]
    if len(bear) == 1:
        return bear[0]
    return read_id(text, known, what, "longstop groups --of landlord lists them")


def _sentence(names: str, landlords: set[str], losing: list[Holding], watched: int, rule: str | None) -> str:
    tenants = len({holding.provider for holding in losing})
    between = sum(not landlords & {*holding.landlords} for holding in losing)
    if rule is not None:
        names += f" with {count(len(landlords), 'landlord')} joined to it (rule {rule}: {RULES[rule]})"
    loses, sound = ("loses its", "its provider") if len(losing) == 1 else ("lose their", "their providers")
    sentence = (
        f"{names} fails and its leases end: {count(len(losing), 'home')} of {count(tenants, 'provider')} {loses} "
        f"building, sound as {sound} may be"
    )
    if between:
        sentence += f"; in {between:,} of them it leases the building on and does not own it"
    if watched:
        sentence += (
            f"; {count(watched, 'home')} whose link to its titles waits for a person only {have(watched)} to be watched"
        )
    return sentence
