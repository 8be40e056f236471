"""The ownership report: whose the buildings are, who stands behind whom, and what record each claim rests on."""

from graph.report.build import Built, build_report
from graph.report.scope import Scope, UnknownScope, scope_of
from graph.report.write import REPORT_FORMATS, write_ownership_report

__all__ = ["REPORT_FORMATS", "Built", "Scope", "UnknownScope", "build_report", "scope_of", "write_ownership_report"]
