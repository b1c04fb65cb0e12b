"""The groups of a query with pre-bound variables: what SHACL forbids in it, and where ``$this`` is looked at.

A group of SPARQL is evaluated on its own, from its first triple on, before it is joined with what stands
around it. So whatever looks at ``$this`` in a group before the group's own triples bind it needs the focus
nodes joined within: in filters, in BIND, and where OPTIONAL or a path that may be empty does without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from poca_kg.errors import ShapesError
from poca_kg.store.lexer import Kind, Token

__all__ = ["Groups", "read_groups", "refuse_forbidden", "variable_name"]

_NEVER = {"MINUS", "VALUES", "SERVICE"}
_GRAPHS = {"GRAPH", "FROM"}
_PREBOUND = {"this", "shapesGraph", "currentShape", "PATH"}
_CUTTING = {"LIMIT", "OFFSET"}
_ENDS_OF_TRIPLES = {"FILTER", "OPTIONAL", "BIND", "UNION"}
_DEEPEST = 60
_ADVICE = "see SHACL, section 5.2.1 and appendix A"


@dataclass(frozen=True)
class Groups:
    """What is known of the groups of a query.

    Attributes
    ----------
    first
        The index of the token SELECT.
    openings
        The offsets behind each ``{`` where the focus nodes are to be joined, rising.
    doubts
        Why the query may not be asked for all focus nodes at once; empty if it may.
    has_empty_path
        Whether a path at ``$this`` may lead from it to itself without a triple.
    """

    first: int
    openings: tuple[int, ...]
    doubts: tuple[str, ...]
    has_empty_path: bool


def read_groups(tokens: Sequence[Token], *, path_may_be_empty: bool = False) -> Groups:
    """Return what is known of the groups of a SELECT query.

    Parameters
    ----------
    path_may_be_empty
        Whether the path that ``$PATH`` stands for leads from a node to itself.

    >>> from poca_kg.store.lexer import tokenise
    >>> read_groups(tokenise("SELECT $this { { FILTER ($this = 1) } ?s ?p $this }")).openings
    (14, 16)

    Raises
    ------
    ShapesError
        If SHACL does not allow the query, or it is no SELECT query; the caller knows the shape.
    """
    reader = _Reader(tokens, path_may_be_empty)
    reader.read()
    openings, doubts = tuple(sorted(reader.openings)), tuple(dict.fromkeys(reader.doubts))
    return Groups(reader.first, openings, doubts, reader.has_empty_path)


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
        name = variable_name(token)
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
            if any(variable_name(token) == name for token in self.tokens):
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
        returned = {variable_name(token) for token in head}
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
            mentions = mentions or variable_name(token) == "this"
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
            mentions = mentions or variable_name(token) == "this"
            is_path = variable_name(token) == "PATH" and self.path_may_be_empty
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


def variable_name(token: Token) -> str:
    """Return the name of a variable, empty for what is none."""
    return token.text[1:] if token.kind is Kind.VARIABLE else ""
