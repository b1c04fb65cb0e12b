"""The table of renderings: what ``--format``, ``format=`` and content negotiation choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from poca_kg.validate.renderings.github import render_github
from poca_kg.validate.renderings.html_page import render_html
from poca_kg.validate.renderings.json_text import render_json
from poca_kg.validate.renderings.junit import render_junit
from poca_kg.validate.renderings.markdown import render_markdown
from poca_kg.validate.renderings.report_graph import render_turtle
from poca_kg.validate.renderings.sarif import render_sarif
from poca_kg.validate.renderings.text import render_text
from poca_kg.validate.renderings.view import Render

__all__ = ["RENDERINGS", "Rendering"]


@dataclass(frozen=True)
class Rendering:
    """One way to write a report down.

    Attributes
    ----------
    media_type
        Without parameters; texts are UTF-8. Two renderings are plain text, of which the first is meant where
        nobody says which.
    suffix
        Of a file that holds it, with the dot.
    render
        Writes it.
    """

    media_type: str
    suffix: str
    render: Render


RENDERINGS: Mapping[str, Rendering] = MappingProxyType(
    {
        "text": Rendering("text/plain", ".txt", render_text),
        "json": Rendering("application/json", ".json", render_json),
        "ttl": Rendering("text/turtle", ".ttl", render_turtle),
        "junit": Rendering("application/xml", ".xml", render_junit),
        "sarif": Rendering("application/sarif+json", ".sarif", render_sarif),
        "github": Rendering("text/plain", ".txt", render_github),
        "html": Rendering("text/html", ".html", render_html),
        "md": Rendering("text/markdown", ".md", render_markdown),
    }
)
"""Every rendering by its name, the default first."""
