"""What the reference engine reads wrongly in a shapes graph, put in a way that it reads right.

Each mend is a known mistake of pyshacl 0.40.1; tests/validate holds them fast.
"""

from __future__ import annotations

from rdflib import Graph, Literal
from rdflib.namespace import OWL, SH

__all__ = ["mend_rules"]


def mend_rules(copy: Graph) -> None:
    """Change a copy of a shapes graph that is for the engine alone.

    It does not follow ``owl:imports`` from ``sh:prefixes`` (SHACL, section 5.2.1), so what is declared there
    is declared again; and it takes any true boolean for ``sh:uniqueLang true``, where the standard wants that
    very literal (section 4.4.4).

    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . [] sh:uniqueLang '1'^^sh:boolean ."
    >>> copy = Graph().parse(data=text)
    >>> mend_rules(copy)
    >>> len(copy)
    0
    """
    for holder in set(copy.objects(None, SH.prefixes)):
        for imported in set(copy.transitive_objects(holder, OWL.imports)):
            for declaration in list(copy.objects(imported, SH.declare)):
                copy.add((holder, SH.declare, declaration))
    for shape, wish in list(copy.subject_objects(SH.uniqueLang)):
        if not isinstance(wish, Literal) or str(wish) != "true":
            copy.remove((shape, SH.uniqueLang, wish))
