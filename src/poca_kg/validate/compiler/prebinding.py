"""SPARQL-based constraints made to answer for all focus nodes at once.

SHACL evaluates the query of a constraint once for each focus node, with ``$this`` *pre-bound*: a row of
VALUES is joined with every basic graph pattern (SHACL, appendix A, "values insertion"). Here the row becomes
a pattern that yields every focus node, and it is joined where it makes a difference: at the start of the
WHERE clause, and at the start of every nested group that looks at ``$this`` before its own triples bind it.
All that SPARQL does between is done row by row or, as ``$this`` has to be returned, group by group; only what
is cut off by LIMIT is left to the reference engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from poca_kg.errors import ShapesError
from poca_kg.store.lexer import Kind, Token, tokenise
from poca_kg.validate.compiler.groups import read_groups, variable_name

__all__ = ["ConstraintQuery", "read_constraint_query", "write_out"]

_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class ConstraintQuery:
    """A SELECT query of a constraint, read and found to be one that SHACL allows.

    Attributes
    ----------
    text
        The query as the shapes graph has it.
    start
        Where SELECT begins, behind the prologue.
    openings
        Where the focus nodes are to be joined: the offsets behind some ``{``, rising.
    paths, names
        Where ``$PATH`` and prefixed names stand: pairs of offsets.
    blanks
        Where labelled blank nodes stand, and the variables that say the same: pairs of offsets and names.
        Two patterns of one query may not share a label, and one constraint may stand in a query twice.
    own_prefixes
        The namespaces that the prologue declares, by their prefixes.
    doubts
        Why the query may not be asked for all focus nodes at once; empty if it may.
    has_empty_path
        Whether a path at ``$this`` may lead from it to itself without a triple.
    """

    text: str
    start: int
    openings: tuple[int, ...]
    paths: tuple[tuple[int, int], ...]
    names: tuple[tuple[int, int], ...]
    blanks: tuple[tuple[int, int, str], ...]
    own_prefixes: Mapping[str, str] = field(hash=False)
    doubts: tuple[str, ...]
    has_empty_path: bool = False

    @property
    def prefixes(self) -> frozenset[str]:
        """The prefixes that the query uses and does not declare itself."""
        used = {self.text[start:end].partition(":")[0] for start, end in self.names}
        return frozenset(used - self.own_prefixes.keys())

    def bound_to(self, focus: str, path: str = "", prefixes: Mapping[str, str] | None = None) -> str:
        """Return the query asked of every focus node, without a prologue: its names are whole IRIs.

        Parameters
        ----------
        focus
            A pattern in SPARQL that binds ``?this`` once to each focus node.
        path
            What stands in place of ``$PATH``: a property path in SPARQL.
        prefixes
            The namespaces of :attr:`prefixes`.

        >>> query = read_constraint_query("SELECT $this { $this a e:C FILTER (isBlank($this)) }")
        >>> query.bound_to("?this ?p ?o", prefixes={"e": "http://e/"})
        'SELECT $this { { ?this ?p ?o } $this a <http://e/C> FILTER (isBlank($this)) }'
        """
        spaces = {**(prefixes or {}), **self.own_prefixes}
        edits = [(offset, offset, f" {{ {focus} }}") for offset in self.openings]
        edits += [(start, end, path) for start, end in self.paths]
        edits += self.blanks
        edits += [(start, end, write_out(self.text[start:end], spaces)) for start, end in self.names]
        pieces, done = [], self.start
        for start, end, text in sorted(edits):
            pieces += [self.text[done:start], text]
            done = end
        return "".join([*pieces, self.text[done:]])


def write_out(name: str, spaces: Mapping[str, str]) -> str:
    r"""Return a prefixed name as a whole IRI.

    >>> write_out(r"e:one\,two", {"e": "http://e/"})
    '<http://e/one,two>'
    """
    prefix, _, local = name.partition(":")
    return f"<{spaces[prefix]}{_ESCAPE.sub(_plain, local)}>"


def _plain(escape: re.Match[str]) -> str:
    return escape[1]


def read_constraint_query(text: str, *, path_may_be_empty: bool = False) -> ConstraintQuery:
    """Return the query of a SPARQL-based constraint, with the places that pre-binding concerns.

    Parameters
    ----------
    path_may_be_empty
        Whether the path that ``$PATH`` stands for leads from a node to itself.

    >>> read_constraint_query("SELECT $this { { FILTER ($this = 1) } ?s ?p $this }").openings
    (14, 16)

    Raises
    ------
    ShapesError
        If SHACL does not allow the query (MINUS, VALUES, SERVICE, a nested SELECT that does not return
        ``$this``, a variable bound anew that is bound beforehand), or it is no SELECT query.
    """
    tokens = tokenise(text)
    groups = read_groups(tokens, path_may_be_empty=path_may_be_empty)
    start = tokens[groups.first].start
    return ConstraintQuery(
        text,
        start,
        openings=groups.openings,
        paths=tuple(_place(token) for token in tokens if variable_name(token) == "PATH"),
        names=tuple(_place(token) for token in tokens if token.kind is Kind.NAME and token.start > start),
        blanks=_blanks(tokens),
        own_prefixes=_own_prefixes(tokens[: groups.first]),
        doubts=groups.doubts,
        has_empty_path=groups.has_empty_path,
    )


def _place(token: Token) -> tuple[int, int]:
    return token.start, token.start + len(token.text)


def _blanks(tokens: Sequence[Token]) -> tuple[tuple[int, int, str], ...]:
    """Return a variable that the query does not have for each labelled blank node."""
    known = {variable_name(token) for token in tokens}
    stem = "blank"
    while any(name.startswith(stem) for name in known):
        stem += "_"
    numbers: dict[str, int] = {}
    found = [token for token in tokens if token.kind is Kind.BLANK]
    return tuple(
        (*_place(token), f"?{stem}{numbers.setdefault(token.text, len(numbers))}") for token in found
    )


def _own_prefixes(prologue: Sequence[Token]) -> dict[str, str]:
    """Return what PREFIX declares; BASE is refused, as the IRIs of a shapes graph are whole."""
    found = {}
    for before, name, iri in zip(prologue, prologue[1:], prologue[2:], strict=False):
        if before.word == "PREFIX":
            found[name.text.rstrip(":")] = iri.text[1:-1]
    if any(token.word == "BASE" for token in prologue):
        raise ShapesError("the query of a constraint has BASE", advice="write IRIs in full")
    return found
