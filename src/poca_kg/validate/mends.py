"""What the reference engine reads wrongly in a shapes graph, put in a way that it reads right.

Each mend is a known mistake of pyshacl 0.40.1 or of rdflib 7.6 below it; tests/validate holds them fast.
"""

from __future__ import annotations

from collections.abc import Mapping

from rdflib import Graph, Literal
from rdflib.namespace import SH

from poca_kg.errors import ShapesError
from poca_kg.store.lexer import Kind, tokenise
from poca_kg.validate.compiler.prebinding import write_out
from poca_kg.validate.compiler.sparql import declared_prefixes
from poca_kg.validate.paths import as_term

__all__ = ["mend_rules"]


def mend_rules(copy: Graph) -> None:
    """Change a copy of a shapes graph that is for the engine alone.

    It does not follow ``owl:imports`` from ``sh:prefixes`` (SHACL, section 5.2.1) and knows but one prefix of
    those of one namespace, so names in queries are written out. It takes any true boolean for ``sh:uniqueLang
    true``, where the standard wants that very literal (section 4.4.4).

    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . [] sh:uniqueLang '1'^^sh:boolean ."
    >>> copy = Graph().parse(data=text)
    >>> mend_rules(copy)
    >>> len(copy)
    0
    """
    for predicate in (SH.select, SH.ask):
        for node, text in list(copy.subject_objects(predicate)):
            try:
                spaces = declared_prefixes(copy, as_term(node))
            except ShapesError:
                continue
            copy.set((node, predicate, Literal(_without_names(str(text), spaces))))
    for shape, wish in list(copy.subject_objects(SH.uniqueLang)):
        if not isinstance(wish, Literal) or str(wish) != "true":
            copy.remove((shape, SH.uniqueLang, wish))


def _without_names(text: str, spaces: Mapping[str, str]) -> str:
    """Return a query in which the names of some namespaces are whole IRIs."""
    pieces, done, before = [], 0, ""
    for token in tokenise(text):
        prefix = token.text.partition(":")[0]
        if token.kind is Kind.NAME and before != "PREFIX" and prefix in spaces:
            pieces += [text[done : token.start], write_out(token.text, spaces)]
            done = token.start + len(token.text)
        before = token.word
    return "".join([*pieces, text[done:]])
