"""Which bed suits which need: hard rules first, in the regulators' own terms. Price and preference come later.

Unknown never passes: a home that does not say whom it serves is offered to nobody, and is counted.
"""

from __future__ import annotations

from functools import lru_cache

from contingency.needs import ACCOMMODATION, Need, Offer, offer_of
from register.records import LocationRecord

#: Ratings from worst to best, in one order for all regulators; the pairing of scales is Longstop's own.
#: CQC: key lines of enquiry, four ratings. Care Inspectorate: grades 1 (unsatisfactory) to 6 (excellent). Care
#: Inspectorate Wales: four ratings. RQIA publishes none.
RATING_ORDER: dict[str, int] = {
    "inadequate": 1,
    "requires significant improvement": 1,
    "requires improvement": 2,
    "good": 3,
    "outstanding": 4,
    "excellent": 4,
    "1": 1,
    "2": 2,
    "3": 2,
    "4": 3,
    "5": 3,
    "6": 4,
}
RATING_FLOORS = ("inadequate", "requires improvement", "good", "outstanding")

#: Capacity Tracker bed types (DHSC metric codes) that a person can move into for good, and whom each is for. The two
#: for short stays (transitional, community care) are counted, and as nobody's setting never offered.
BED_TYPES: dict[str, tuple[str, frozenset[str]]] = {
    "general_residential": ("residential", frozenset({"older", "physical disability", "sensory impairment"})),
    "dementia_residential": ("residential", frozenset({"dementia"})),
    "general_nursing": ("nursing", frozenset({"older", "physical disability", "sensory impairment"})),
    "dementia_nursing": ("nursing", frozenset({"dementia"})),
    "learning_disability_residential": ("residential", frozenset({"learning disability"})),
    "learning_disability_nursing": ("nursing", frozenset({"learning disability"})),
    "mental_health_residential": ("residential", frozenset({"mental health", "substance misuse"})),
    "mental_health_nursing": ("nursing", frozenset({"mental health", "substance misuse"})),
    "ypd_young_physically_disabled": ("either", frozenset({"physical disability"})),
}


def refusal(record: LocationRecord, *, floor: str) -> str | None:
    """Why a home may take nobody: not registered for it, dormant, below the rating floor; None where it may.

    ``floor`` is one of RATING_FLOORS. A home without a rating passes: new homes have none, and the plan counts them.
    """
    if record.activities is not None and not _accommodates(record.activities):
        return "not registered for accommodation with nursing or personal care"
    if record.dormant:
        return "dormant"
    rating = RATING_ORDER.get((record.rating or "").strip().lower())
    if rating is not None and rating < RATING_ORDER[floor]:
        return f"rated below {floor}"
    offer = offer_of(record)
    if not offer.clients:
        return "does not say whom it serves"
    return None


@lru_cache(maxsize=4096)
def _accommodates(activities: tuple[str, ...]) -> bool:
    return ACCOMMODATION in {word.lower() for word in activities}


def suits(need: Need, offer: Offer, pool: str) -> bool:
    """Whether a bed of ``pool`` in a home with this ``offer`` suits a need: setting, client group, age band.

    A bed with nursing is kept for people who need nursing. Where the regulator does not tell nursing from other care
    (Scotland), such a bed suits people from such a home and people who need no nursing; and people from such a home,
    whose need of nursing is not known, are matched with nursing beds elsewhere.
    """
    setting, clients = BED_TYPES.get(pool, (pool, offer.clients))
    return _setting_suits(need, setting) and need.client in clients & offer.clients and _age_suits(need, offer)


def _setting_suits(need: Need, setting: str) -> bool:
    match need.setting:
        case "nursing":
            return setting in {"nursing", "either"}
        case "residential":
            return setting in {"residential", "either", "care home"}
        case "care home":
            return setting in {"care home", "nursing", "either"}


def _age_suits(need: Need, offer: Offer) -> bool:
    if need.age == "adult":  # age not known: any home for adults of that group; to be checked person by person
        return bool(offer.ages & {"65+", "18-64"})
    return need.age in offer.ages


def rating_floor(text: str) -> str:
    """Read ``--min-rating``: one of RATING_FLOORS, case and hyphens forgiven. Raises ValueError naming them."""
    word = text.strip().lower().replace("-", " ").replace("_", " ")
    if word not in RATING_FLOORS:
        raise ValueError(f"{text!r} is not a rating; write one of {', '.join(RATING_FLOORS)}")
    return word
