"""Validation: data against shapes, and a report that says what is wrong, where, and what to do.

Two engines stand behind it: our compiler from shapes to SPARQL, and pyshacl, which no other package imports.
This package never fetches anything (a store elsewhere is asked only when its address is given), never changes
the data, keeps no state between calls, and decides neither exit codes nor HTTP statuses.
"""

from __future__ import annotations

from poca_kg.validate.compiler.endpoint import EndpointSource
from poca_kg.validate.incremental import RECORD_FILE, Record
from poca_kg.validate.reading import find_files, read_rules
from poca_kg.validate.renderings.json_text import render_json
from poca_kg.validate.renderings.report_graph import render_turtle
from poca_kg.validate.renderings.table import RENDERINGS, Rendering
from poca_kg.validate.renderings.text import render_text, summary
from poca_kg.validate.renderings.view import View
from poca_kg.validate.report import Report, Result, Severity
from poca_kg.validate.run import validate_endpoint, validate_files, validate_graph, validate_store
from poca_kg.validate.selection import Engine
from poca_kg.validate.shapes import Shapes, read_shapes
from poca_kg.validate.since import Checked, Since, StoreChecker, StoredGraph, read_record

__all__ = [
    "RECORD_FILE",
    "RENDERINGS",
    "Checked",
    "EndpointSource",
    "Engine",
    "Record",
    "Rendering",
    "Report",
    "Result",
    "Severity",
    "Shapes",
    "Since",
    "StoreChecker",
    "StoredGraph",
    "View",
    "find_files",
    "read_record",
    "read_rules",
    "read_shapes",
    "render_json",
    "render_text",
    "render_turtle",
    "summary",
    "validate_endpoint",
    "validate_files",
    "validate_graph",
    "validate_store",
]
