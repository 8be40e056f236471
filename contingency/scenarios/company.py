"""A company fails: the homes that it is itself registered to run close, and those under it are watched.

Only the registered provider's own failure is business failure in law (Care and Support (Business Failure) Regulations,
SI 2015/301, regulation 2). A parent's insolvency is not the provider's: in April 2019 two holding companies of Four
Seasons went into administration, and every home ran on. So nothing closes downwards along a chain.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from contingency.scenarios.choice import Failure, Watched, read_id, standing
from graph.ownership import Network, build_network, name_of
from register.snapshot import Snapshot

_FAILING_KINDS = frozenset({"company", "body"})


def affected(snapshot: Snapshot, names: Sequence[str]) -> Failure:
    """Homes of the providers with one of these company numbers; watched: homes further down. Raises UnknownName."""
    network = build_network(snapshot)
    known = [node for node, kind in network.nodes(data="kind") if kind in _FAILING_KINDS]
    ids = tuple(sorted({read_id(name, known, "company") for name in names}))
    providers = [p for p in snapshot.providers.values() if p.record.company in ids]
    closing = standing(snapshot.homes[home] for provider in providers for home in provider.homes)
    watched = _watched(snapshot, network, ids, {home.id for home in closing})
    titles = " and ".join(sorted({name_of(network, company) for company in ids}))
    if closing:
        sentence = f"{titles} can no longer run its care homes"
    else:
        sentence = (
            f"{titles} fails: it is itself registered for no care home, so none closes by that "
            "(SI 2015/301: the registered provider must fail)"
        )
    if watched:
        run_by = len({one.provider for one in watched})
        sentence += f"; {len(watched):,} homes of {run_by:,} providers under it only have to be watched"
    return Failure(ids, sentence, closing, watched)


def _watched(snapshot: Snapshot, network: Network, ids: Sequence[str], closing: set[str]) -> tuple[Watched, ...]:
    """Homes under the companies by any entry of control, and whether more than half is held all the way."""
    half = nx.subgraph_view(network, filter_edge=lambda a, b, key: _by_half(network, a, b, key))
    under = set().union(*(nx.descendants(network, company) for company in ids))
    controlled = set().union(*(nx.descendants(half, company) for company in ids))
    homes = standing(snapshot.homes[node] for node in under if node in snapshot.homes and node not in closing)
    return tuple(
        Watched(
            home,
            home.current.record.provider_id,
            "its provider is controlled at more than half by what fails"
            if home.id in controlled
            else "what fails holds part of its provider, or significant control of it",
        )
        for home in homes
    )


def _by_half(network: Network, holder: str, held: str, key: str) -> bool:
    stake = network.edges[holder, held, key].get("stake")
    return stake is None or bool(stake.majority)
