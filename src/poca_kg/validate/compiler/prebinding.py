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
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from poca_kg.errors import ShapesError
from poca_kg.store.lexer import Kind, Token, tokenise

__all__ = ["ConstraintQuery", "read_constraint_query", "refuse_forbidden", "write_out"]

_NEVER = {"MINUS", "VALUES", "SERVICE"}
_GRAPHS = {"GRAPH", "FROM"}
_PREBOUND = {"this", "shapesGraph", "currentShape", "PATH"}
_CUTTING = {"LIMIT", "OFFSET"}
_ENDS_OF_TRIPLES = {"FILTER", "OPTIONAL", "BIND", "UNION"}
_DEEPEST = 60
_ESCAPE = re.compile(r"\\(.)")
_ADVICE = "see SHACL, section 5.2.1 and appendix A"


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
    reader = _Reader(tokenise(text), path_may_be_empty)
    reader.read()
    start = reader.tokens[reader.first].start
    return ConstraintQuery(
        text,
        start,
        openings=tuple(sorted(reader.openings)),
        paths=tuple(_place(token) for token in reader.tokens if _variable(token) == "PATH"),
        names=tuple(
            _place(token) for token in reader.tokens if token.kind is Kind.NAME and token.start > start
        ),
        blanks=_blanks(reader.tokens),
        own_prefixes=_own_prefixes(reader.tokens[: reader.first]),
        doubts=tuple(dict.fromkeys(reader.doubts)),
        has_empty_path=reader.has_empty_path,
    )


def _place(token: Token) -> tuple[int, int]:
    return token.start, token.start + len(token.text)


def _blanks(tokens: Sequence[Token]) -> tuple[tuple[int, int, str], ...]:
    """Return a variable that the query does not have for each labelled blank node."""
    known = {_variable(token) for token in tokens}
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


def refuse_forbidden(tokens: Iterable[Token], bound: Set[str] = frozenset()) -> None:
    """Refuse what SHACL forbids in a query with pre-bound variables (appendix A), and what we do not support.

    Parameters
    ----------
    bound
        Variables that are bound beforehand, beside those that always are.

    Raises
    ------
    ShapesError
        Without the shape, which the caller knows.
    """
    before = ""
    for token in tokens:
        if token.word in _NEVER:
            raise ShapesError(f"the query of a constraint has {token.word}", advice=_ADVICE)
        if token.word in _GRAPHS:
            advice = "ask the data as the one graph that they are"
            raise ShapesError(f"the query of a constraint has {token.word}", advice=advice)
        name = _variable(token)
        if before == "AS" and name in _PREBOUND | bound:
            raise ShapesError(f"the query binds ${name}, which is bound beforehand", advice=_ADVICE)
        if name == "shapesGraph":
            advice = "ask without $shapesGraph: shapes and data are kept apart"
            raise ShapesError("the query asks the shapes graph, which is not supported", advice=advice)
        before = token.word


@dataclass(eq=False)
class _Level:
    """What is known of ``$this`` in one group, as it is read from left to right."""

    bound: bool
    filters_bound: bool = False
    needs: bool = False
    in_filters: bool = False
    mentions: bool = False

    def looks(self) -> None:
        """Take down that something looks at ``$this``."""
        self.mentions = True
        self.needs = self.needs or not self.bound


@dataclass(eq=False)
class _Reader:
    """Reads the groups of a query, in one pass; ``first`` is the index of SELECT."""

    tokens: Sequence[Token]
    path_may_be_empty: bool
    first: int = 0
    openings: list[int] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    has_empty_path: bool = False
    _depth: int = 0

    def read(self) -> None:
        refuse_forbidden(self.tokens)
        for name in ("currentShape", "failure"):
            if any(_variable(token) == name for token in self.tokens):
                self.doubts.append(f"it uses ${name}")
        words = [token.word for token in self.tokens]
        forms = [word for word in words if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")]
        if not forms or forms[0] != "SELECT":
            raise ShapesError("sh:select holds no SELECT query", advice=_ADVICE)
        self.first = words.index("SELECT")
        self._select(self.first, nested=False)

    def _select(self, at: int, *, nested: bool) -> int:
        """Read a SELECT from its keyword; return the index behind it (that of the ``}`` of a nested one)."""
        opening = self._where(at)
        head = self.tokens[at:opening]
        self._check_projection(head, nested=nested)
        end = self._group(opening, _Level(bound=False), always=True)
        tail = end
        depth = 0
        while tail < len(self.tokens) and (depth or self.tokens[tail].text != "}"):
            depth += {"{": 1, "}": -1}.get(self.tokens[tail].text, 0)
            tail += 1
        self._check_modifiers(head, self.tokens[end:tail])
        return tail

    def _where(self, at: int) -> int:
        for index in range(at, len(self.tokens)):
            if self.tokens[index].text == "{":
                return index
        raise ShapesError("the query of a constraint has no WHERE clause", advice=_ADVICE)

    def _check_projection(self, head: Sequence[Token], *, nested: bool) -> None:
        returned = {_variable(token) for token in head}
        if "this" not in returned and (nested or not any(token.text == "*" for token in head)):
            where = "a nested SELECT" if nested else "SELECT"
            raise ShapesError(f"{where} in the query of a constraint does not return $this", advice=_ADVICE)

    def _check_modifiers(self, head: Sequence[Token], tail: Sequence[Token]) -> None:
        words = [token.word for token in tail]
        if _CUTTING & set(words):
            self.doubts.append("it cuts its results off (LIMIT or OFFSET)")
        if "EXISTS" in {*words, *(token.word for token in head)}:
            self.doubts.append("it has EXISTS outside of WHERE")

    def _group(self, at: int, level: _Level, *, always: bool = False) -> int:
        """Read a group from its ``{``; return the index behind its ``}``."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ShapesError("the query of a constraint is nested too deep", advice="simplify it")
        index = at + 1
        if index < len(self.tokens) and self.tokens[index].word == "SELECT":
            level.mentions, level.bound = True, True
            index = self._select(index, nested=True)
        else:
            level.bound = level.bound or always
            index = self._elements(index, level)
            if always or level.needs or (level.in_filters and not (level.bound or level.filters_bound)):
                self.openings.append(self.tokens[at].start + 1)
        self._depth -= 1
        return index + 1

    def _elements(self, index: int, level: _Level) -> int:
        """Read what stands in a group; return the index of its ``}``."""
        while index < len(self.tokens) and self.tokens[index].text != "}":
            word = self.tokens[index].word
            if self.tokens[index].text == "{":
                index = self._nested(index, level, _Level(bound=False))
            elif word == "OPTIONAL" and self._opens(index + 1):
                index = self._optional(index + 1, level)
            elif word == "BIND":
                index, mentions = self._brackets(index + 1)
                if mentions:
                    level.looks()
            elif word == "FILTER":
                index = self._filter(index + 1, level)
            else:
                index = self._triples(index, level)
        return index

    def _opens(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index].text == "{"

    def _nested(self, index: int, level: _Level, inner: _Level) -> int:
        end = self._group(index, inner)
        level.mentions = level.mentions or inner.mentions
        return end

    def _optional(self, index: int, level: _Level) -> int:
        """Read what OPTIONAL opens: its filters see what it is optional to, all else in it does not."""
        inner = _Level(bound=False, filters_bound=True)
        end = self._group(index, inner)
        if inner.mentions:
            level.looks()
        return end

    def _filter(self, index: int, level: _Level) -> int:
        """Read a constraint; return the index behind it."""
        if self.tokens[index].word == "NOT":
            index += 1
        if self.tokens[index].word == "EXISTS":
            inner = _Level(bound=True)
            end = self._group(index + 1, inner)
            level.in_filters = level.in_filters or inner.mentions
        else:
            while index < len(self.tokens) and self.tokens[index].text not in ("(", "}"):
                index += 1
            end, mentions = self._brackets(index)
            level.in_filters = level.in_filters or mentions
        level.mentions = level.mentions or level.in_filters
        return end

    def _brackets(self, index: int) -> tuple[int, bool]:
        """Read an expression in brackets; return the index behind it and whether it looks at ``$this``."""
        depth, mentions = 0, False
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.text == "{":
                inner = _Level(bound=True)
                index = self._group(index, inner)
                mentions = mentions or inner.mentions
                continue
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            mentions = mentions or _variable(token) == "this"
            index += 1
            if depth <= 0:
                break
        return index, mentions

    def _triples(self, index: int, level: _Level) -> int:
        """Read triples up to what ends them; they bind ``$this`` unless a path in them may be empty."""
        mentions, may_be_empty = False, False
        start = index
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.text in ("{", "}") or (token.word in _ENDS_OF_TRIPLES and index > start):
                break
            mentions = mentions or _variable(token) == "this"
            is_path = _variable(token) == "PATH" and self.path_may_be_empty
            may_be_empty = may_be_empty or is_path or (token.kind is Kind.MARK and token.text in ("*", "?"))
            index += 1
        if mentions:
            level.mentions = True
            if may_be_empty:
                self.has_empty_path = True
                level.looks()
            else:
                level.bound = True
        return index


def _variable(token: Token) -> str:
    """Return the name of a variable, empty for what is none."""
    return token.text[1:] if token.kind is Kind.VARIABLE else ""
