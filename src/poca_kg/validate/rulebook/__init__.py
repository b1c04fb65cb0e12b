"""The rulebook: what each shape checks, why, and a good and a bad example of it.

It reads the ontology and writes text. It checks nothing, opens no store and knows nothing of HTTP.
"""

from __future__ import annotations

from poca_kg.validate.rulebook.entry import Entry, Example, Line, Shown
from poca_kg.validate.rulebook.reading import Rulebook, read_rulebook
from poca_kg.validate.rulebook.writing import as_json, as_markdown, as_text, as_turtle, looks_at

__all__ = [
    "Entry",
    "Example",
    "Line",
    "Rulebook",
    "Shown",
    "as_json",
    "as_markdown",
    "as_text",
    "as_turtle",
    "looks_at",
    "read_rulebook",
]
