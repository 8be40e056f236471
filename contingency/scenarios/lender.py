"""A lender enforces: the homes whose registered provider, or whose building, it holds a charge on.

Whether a home is lost depends on whether its provider fails or its building goes. So the default is narrow. Affected
are homes whose registered provider itself gave an outstanding charge, and homes whose building stands on a title that
an outstanding charge of the title's owner names. Homes that only hang on a company that gave one (a parent of the
provider, or an owner of the building that charged no title by number) are watched: enforcing against a parent changes
the owner, as in 2019 with Four Seasons, and closes nothing. Watched too are a provider's other homes, where its charge
is fixed on the buildings of some.

An enforcing lender appoints an administrator or a receiver, who usually runs the homes on until they are sold; that
appointment to the registered provider is business failure (SI 2015/301, regulation 2), but the councils' duty begins
only where it can no longer carry on (Care Act 2014, section 48). The scenario asks what follows if nobody runs them on.
"""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, Watched, have, read_id, standing
from graph.answers import Ownership
from graph.claims import claims_between
from graph.lenders import Exposure
from graph.names_of_lenders import lender_named
from graph.ownership import OWNERSHIP, name_of
from printing.wording import count

_DOWN = OWNERSHIP | {"lends", "owns", "leases", "stands_on"}


def affected(ownership: Ownership, names: Sequence[str]) -> Failure:
    """Homes directly exposed to the lenders named, by id or by name as filed. Raises UnknownName."""
    snapshot, network = ownership.snapshot, ownership.network
    known = [node for node, kind in network.nodes(data="kind") if kind == "lender"]
    ids = tuple(sorted({_read(name, known) for name in names}))
    closest: dict[str, Exposure] = {}
    for one in ownership.exposures:
        if one.lender in ids and (one.home not in closest or (one.direct and not closest[one.home].direct)):
            closest[one.home] = one
    homes = standing(snapshot.homes[home] for home, one in closest.items() if one.direct)
    watched = standing(snapshot.homes[home] for home, one in closest.items() if not one.direct)
    titles = tuple(name_of(network, one) for one in ids)
    some = [one for one in ownership.exposures if one.lender in ids]
    everything = len({one.home for one in some if one.direct and one.all_assets})
    are = "is" if len(homes) == 1 else "are"
    sentence = (
        f"{' and '.join(titles)} enforces its charges: {count(len(homes), 'home')} whose provider or building is "
        f"charged {are} affected ({everything:,} under a charge over everything)"
    )
    if homes:
        sentence += (
            "; a receiver or an administrator usually runs such homes on until they are sold: this asks what follows "
            "if nobody does"
        )
    if watched:
        hangs = "hangs" if len(watched) == 1 else "hang"
        sentence += (
            f"; {count(len(watched), 'home')} that only {hangs} on a company that gave a charge {have(len(watched))} "
            "to be watched"
        )
    return Failure(
        ids,
        sentence,
        homes,
        tuple(
            Watched(
                home,
                home.current.record.provider_id,
                _why(closest[home.id], name_of(network, closest[home.id].company)),
            )
            for home in watched
        ),
        titles,
        claims_between(snapshot, network, ids, closest, _DOWN),
        ids,
    )


def _why(one: Exposure, company: str) -> str:
    who, _, on_other = one.how.partition(", ")
    return f"{who}, {company}, gave a charge {on_other}".rstrip()


def _read(name: str, known: Sequence[str]) -> str:
    """A lender's id from what a person typed: the id, or a name as it stands in a charge, capacity and all."""
    named = lender_named(name).id
    return (
        named
        if named in known
        else read_id(name, known, "lender in an outstanding charge", "longstop groups --of lender lists them")
    )
