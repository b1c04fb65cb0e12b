"""The HTTP door: a SPARQL endpoint and a plain page over one knowledge graph.

:func:`create_app` makes a plain Flask application out of a graph; ``flask --app poca_kg.web`` runs it over
the current one, and so does any WSGI server. The package parses requests in and formats answers out. It
knows no file of the graph and no engine; what writes there are it hands to a
:class:`~poca_kg.store.protocol.Writer`, and what it cannot do is done below it, in the library.
"""

from __future__ import annotations

from poca_kg.web.application import create_app
from poca_kg.web.serving import make_http_server, serve

__all__ = ["create_app", "make_http_server", "serve"]
