"""Validation: data against the project's shapes, and a report that says what is wrong, where, and what to do.

The engine is pyshacl, which no other package imports. This package never fetches anything, never changes the
data, keeps no state between calls, and decides neither exit codes nor HTTP statuses.
"""

from __future__ import annotations

from poca_kg.validate.render import render_json, render_text, summary
from poca_kg.validate.report import Report, Result, Severity
from poca_kg.validate.report_graph import render_turtle
from poca_kg.validate.run import validate_files, validate_graph, validate_store
from poca_kg.validate.shapes import Shapes, read_shapes

__all__ = [
    "Report",
    "Result",
    "Severity",
    "Shapes",
    "read_shapes",
    "render_json",
    "render_text",
    "render_turtle",
    "summary",
    "validate_files",
    "validate_graph",
    "validate_store",
]
