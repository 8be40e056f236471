"""Which home stands on which title: addresses compared word by word, a trained model asked where that leaves doubt.

matching = match(homes, titles, kin)                # records in, links and traces out: no database
matching = match_snapshot(snapshot)                 # the same for a register (register.matching.tracing) …
report = publish(snapshot, matching, engine, …)     # … published as a run of the source "tracing"
"""

from register.matching.match import ACCEPTED, WAITING, Claim, Matching, match
from register.matching.second_opinion import MatcherMissing
from register.matching.sides import Kin

__all__ = ["ACCEPTED", "WAITING", "Claim", "Kin", "MatcherMissing", "Matching", "match"]
