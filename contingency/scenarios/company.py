"""A company fails: the homes that it is itself registered to run close, and those under it are watched.

Only the registered provider's own failure is business failure in law (Care and Support (Business Failure) Regulations,
SI 2015/301, regulation 2). A parent's insolvency is not the provider's: in April 2019 two holding companies of Four
Seasons went into administration, and every home ran on. So nothing closes downwards along a chain. Nor does a home
close because the owner of its building fails, or a lender: the lease stands. What if it does not is another question,
``landlord`` or ``lender``.
"""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, Watched, have, read_id, standing
from graph.answers import Ownership
from graph.claims import claims_between
from graph.ownership import OWNERSHIP, below, name_of
from printing.wording import count
from register.snapshot import Home

_FAILING_KINDS = frozenset({"company", "body"})
_DOWN = OWNERSHIP | {"owns", "leases", "stands_on"}
CONTROLLED = "its provider is controlled at more than half by what fails"
HELD = "what fails holds part of its provider, or significant control of it"
LET = "what fails owns its building, or leases it on: the home runs on as long as its lease stands"
LENT = "its provider or its building is charged to a lender that bears the name of what fails (told by name)"


def affected(ownership: Ownership, names: Sequence[str]) -> Failure:
    """Homes of the providers with one of these company numbers; watched: those further down. Raises UnknownName."""
    snapshot, network = ownership.snapshot, ownership.network
    known = [node for node, kind in network.nodes(data="kind") if kind in _FAILING_KINDS]
    ids = tuple(sorted({read_id(name, known, "company") for name in names}))
    providers = [p for p in snapshot.providers.values() if p.record.company in ids]
    closing = standing(snapshot.homes[home] for provider in providers for home in provider.homes)
    why = _why(ownership, ids)
    for home in closing:
        why.pop(home.id, None)
    watched = tuple(
        Watched(home, home.current.record.provider_id, why[home.id])
        for home in standing(snapshot.homes[home] for home in why)
    )
    titles = tuple(name_of(network, company) for company in ids)
    homes = [home.id for home in (*closing, *(one.home for one in watched))]
    return Failure(
        ids,
        _sentence(" and ".join(sorted(titles)), closing, watched),
        closing,
        watched,
        titles,
        claims_between(snapshot, network, ids, homes, _DOWN),
        ids,
    )


def _sentence(titles: str, closing: tuple[Home, ...], watched: tuple[Watched, ...]) -> str:
    if closing:
        sentence = f"{titles} can no longer run its care homes"
    else:
        sentence = (
            f"{titles} fails: it is itself registered for no care home, so none closes by that "
            "(SI 2015/301: the registered provider must fail)"
        )
    for words, reasons in (
        ("under it", {CONTROLLED, HELD}),
        ("whose building it owns or leases on", {LET}),
        ("that owe a lender of its name", {LENT}),
    ):
        some = [one for one in watched if one.why in reasons]
        if some:
            run_by = len({one.provider for one in some})
            homes = f"{count(len(some), 'home')} of {count(run_by, 'provider')}"
            sentence += f"; {homes} {words} only {have(len(some))} to be watched"
    return sentence


def _why(ownership: Ownership, ids: Sequence[str]) -> dict[str, str]:
    """Why each home that hangs on the companies is watched, the nearest reason: run, then building, then loan."""
    network, homes = ownership.network, ownership.snapshot.homes
    found: dict[str, str] = {}
    lenders = {lender.id for lender in ownership.lenders if lender.company in ids}
    for one in ownership.exposures:
        if one.direct and one.lender in lenders:
            found[one.home] = LENT
    for holding in ownership.holdings.values():
        if {*holding.landlords, *holding.between} & {*ids}:
            found[holding.home] = LET
    found |= dict.fromkeys(below(network, ids) & homes.keys(), HELD)
    return found | dict.fromkeys(below(network, ids, majority=True) & homes.keys(), CONTROLLED)
