"""The faces of a report: each a function from a report to a text, all of them in one table.

A rendering says what the report says and nothing else; it knows neither files nor streams, and whatever the
data holds does no harm to who reads it: a terminal, a browser, a parser.
"""

from __future__ import annotations

from poca_kg.validate.renderings.table import RENDERINGS, Rendering
from poca_kg.validate.renderings.view import DEFAULT_VIEW, Paint, View

__all__ = ["DEFAULT_VIEW", "RENDERINGS", "Paint", "Rendering", "View"]
