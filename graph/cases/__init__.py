"""Failures and sales that happened, as executable history: facts with their sources, and a Snapshot to ask.

A case is one YAML file in this folder. Figures that contradict each other stand side by side and are never settled
here; sums that do not come out are printed with their difference.
"""

from graph.cases.library import BadCase, Case, case_named, case_names, read_case
from graph.cases.reckoning import Reconciled, reconcile
from graph.cases.replay import case_snapshot

__all__ = [
    "BadCase",
    "Case",
    "Reconciled",
    "case_named",
    "case_names",
    "case_snapshot",
    "read_case",
    "reconcile",
]
