"""The compiler: shapes turned into SPARQL 1.1 queries that run where the data is.

It asks a :class:`~poca_kg.validate.compiler.source.Source` and never sees the data itself. It writes nothing,
follows no import, and infers nothing beyond the class hierarchy that SHACL asks for.
"""

from __future__ import annotations

from poca_kg.validate.compiler.source import Source, StoreSource

__all__ = ["Source", "StoreSource"]
