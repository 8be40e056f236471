"""Measures of ownership: each by homes and by beds, with what is not known counted, dated, and carried to the page."""

from graph.measures.catalogue import MEASURES, measure_all
from graph.measures.ground import Ground, ground_of
from graph.measures.jurisdictions import BadList, HavenList, haven_list
from graph.measures.tally import Answer, Bounds, Count, Measure

__all__ = [
    "MEASURES",
    "Answer",
    "BadList",
    "Bounds",
    "Count",
    "Ground",
    "HavenList",
    "Measure",
    "ground_of",
    "haven_list",
    "measure_all",
]
