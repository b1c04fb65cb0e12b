"""Advice on mistakes in queries: a small function per mistake, asked in order; the first that knows wins."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from poca_kg.store.lexer import Kind, Token

__all__ = ["Advice", "advise"]

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = frozenset({"INSERT", "DELETE", "CLEAR", "CREATE", "DROP", "ADD", "MOVE", "COPY", "WITH"})
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_KEYWORD_TABLE = """
SELECT ASK CONSTRUCT DESCRIBE PREFIX BASE DISTINCT REDUCED WHERE FROM NAMED GROUP BY HAVING ORDER ASC
DESC LIMIT OFFSET VALUES OPTIONAL GRAPH UNION MINUS FILTER BIND EXISTS NOT AS UNDEF SEPARATOR IN IF BOUND
COALESCE STR LANG LANGMATCHES DATATYPE IRI REGEX REPLACE CONTAINS STRSTARTS STRENDS STRLEN SUBSTR LCASE
UCASE CONCAT ISIRI ISBLANK ISLITERAL ISNUMERIC SAMETERM YEAR MONTH DAY NOW ABS ROUND CEIL FLOOR COUNT SUM
MIN MAX AVG SAMPLE GROUP_CONCAT
"""
_KEYWORDS = tuple(_KEYWORD_TABLE.split())
_TERMS = frozenset({Kind.VARIABLE, Kind.IRI, Kind.NAME, Kind.STRING, Kind.NUMBER, Kind.BLANK})
_CLOSERS = {"{": "}", "(": ")", "[": "]"}
_BAD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?![tbnrfuU\"'\\])")
_OTHER_LANGUAGES = {
    "LIKE": "write FILTER(CONTAINS(?x, \"text\")) or FILTER(REGEX(?x, \"pattern\"))",
    "AND": "write && between conditions, and a full stop between triples",
    "OR": "write || between conditions, and UNION between groups",
    "IS": "write = to compare, or BOUND(?x) to ask whether a value is there",
    "NULL": "write !BOUND(?x) for a value that is not there",
    "TOP": "write LIMIT and a number at the end of the query",
}  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """What is wrong (empty: say which token is unexpected) and how to mend it (empty: nobody knows)."""

    what: str = ""
    how: str = ""


@dataclass(frozen=True)
class _Case:
    tokens: Sequence[Token]
    index: int
    message: str
    prefixes: Mapping[str, str]

    def text(self, offset: int = 0) -> str:
        """Return the token that many places from the mistake: words in capitals, empty outside the query."""
        at = self.index + offset
        if not 0 <= at < len(self.tokens):
            return ""
        return self.tokens[at].word or self.tokens[at].text

    @property
    def kind(self) -> Kind | None:
        return self.tokens[self.index].kind if self.index < len(self.tokens) else None


_Found = tuple[int, Advice] | None


def advise(
    tokens: Sequence[Token], index: int, message: str, prefixes: Mapping[str, str]
) -> tuple[int, Advice]:
    """Return the token to point at and the advice, for a mistake that the engine met at token ``index``."""
    case = _Case(tokens, index, message, prefixes)
    for rule in _RULES:
        found = rule(case)
        if found is not None:
            return found
    return index, Advice()


def _no_token(case: _Case) -> _Found:
    if case.kind is not Kind.UNKNOWN:
        return None
    text = case.text()
    if text.startswith(("'", '"')):
        mark = text[:3] if text[:3] in ("'''", '"""') else text[0]
        how = f"close it with {mark}" + (
            "" if len(mark) == 3 else '; a text over several lines stands in """'
        )
        return case.index, Advice("a string is never closed", how)
    if text == "\\":
        return case.index, Advice(how="escapes such as \\u0041 may stand only within strings and IRIs")
    return case.index, Advice(f"the character {text!r} has no meaning in SPARQL")


def _bad_escape(case: _Case) -> _Found:
    if case.kind is Kind.STRING and _BAD_ESCAPE.search(case.text()):
        how = "write \\\\ for a backslash; \\t \\n \\r \\b \\f \\\" \\' and \\u0041 are the escapes"
        return case.index, Advice("the string holds an escape that SPARQL does not know", how)
    return None


def _update(case: _Case) -> _Found:
    if (
        case.text() in _UPDATES
        and case.kind is Kind.WORD
        and not set(_FORMS) & _words(case.tokens[: case.index])
    ):
        return case.index, Advice(
            "this is an update, not a query", "queries start with SELECT, ASK, CONSTRUCT or DESCRIBE"
        )
    return None


def _unknown_prefix(case: _Case) -> _Found:
    declared = set(case.prefixes)
    for at, token in enumerate(case.tokens[: case.index + 1]):
        if token.kind is not Kind.NAME:
            continue
        prefix = token.text.partition(":")[0]
        if at and case.tokens[at - 1].word == "PREFIX":
            declared.add(prefix)
        elif prefix not in declared:
            near = difflib.get_close_matches(prefix, sorted(declared), n=1)
            how = (
                f"did you mean {near[0]}:?"
                if near
                else f"put PREFIX {prefix}: <...> at the start of the query"
            )
            return at, Advice(f"the prefix {prefix}: is not declared", how)
    return None


def _brackets(case: _Case) -> _Found:
    opened: list[int] = []
    for at, token in enumerate(case.tokens):
        if token.kind is not Kind.MARK:
            continue
        if token.text in _CLOSERS:
            opened.append(at)
        elif token.text in _CLOSERS.values():
            if not opened:
                return at, Advice(
                    f"this {token.text} closes nothing", "take it away, or open the group before it"
                )
            begin = case.tokens[opened.pop()]
            if _CLOSERS[begin.text] != token.text:
                missing = f"{_CLOSERS[begin.text]} is missing before {token.text}"
                return at, Advice(
                    missing, f"the {begin.text} of line {begin.line}, column {begin.column} is still open"
                )
    if opened and case.index >= len(case.tokens):
        begin = case.tokens[opened[-1]]
        how = (
            f"close the {begin.text} of line {begin.line}, column {begin.column} with {_CLOSERS[begin.text]}"
        )
        return case.index, Advice(how=how)
    return None


def _aggregate(case: _Case) -> _Found:
    bare = case.text(-1) in {"SELECT", "DISTINCT"} or (case.text(1) == "(" and case.text(-1).startswith("?"))
    if case.text() in _AGGREGATES and bare:
        return case.index, Advice(how=f"name the result in brackets: SELECT ({case.text()}(...) AS ?name)")
    before = case.tokens[: case.index]
    if case.text() == ")" and "SELECT" in _words(before) and not _in_pattern(before):
        return case.index, Advice(how="an expression in SELECT needs a name: (expression AS ?name)")
    return None


def _not_grouped(case: _Case) -> _Found:
    if "unbound" not in case.message:
        return None
    words = [token.word for token in case.tokens]
    for at, word in enumerate(words):
        if word in _AGGREGATES and at > 1 and words[at - 2] == "FILTER":
            return at, Advice(f"{word} cannot stand in FILTER", "write HAVING behind GROUP BY")
    grouped = {token.text for token in case.tokens[words.index("GROUP") :]} if "GROUP" in words else set()
    depth = 0
    for at in range(words.index("SELECT") + 1 if "SELECT" in words else 0, len(case.tokens)):
        token = case.tokens[at]
        if token.word == "WHERE" or token.text == "{":
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind is Kind.VARIABLE and depth == 0 and token.text not in grouped:
            what = f"{token.text} is neither grouped nor aggregated"
            return at, Advice(what, f"add GROUP BY {token.text}, or write (SAMPLE({token.text}) AS ?name)")
    return None


def _named_twice(case: _Case) -> _Found:
    if case.index < len(case.tokens) and case.text() not in {")", "}"}:
        return None
    seen: set[str] = set()
    start = next((at for at, token in enumerate(case.tokens) if token.text == "{"), len(case.tokens))
    for at in range(start, len(case.tokens)):
        token = case.tokens[at]
        if token.kind is Kind.VARIABLE and token.text in seen and case.tokens[at - 1].word == "AS":
            return at, Advice(
                f"{token.text} has a value here already", "give the result of BIND a name of its own"
            )
        seen.add(token.text)
    return None


def _space_in_iri(case: _Case) -> _Found:
    for at in range(case.index, max(case.index - 8, -1), -1):
        if at < len(case.tokens) and case.tokens[at].text == "<":
            if ">" in _texts(case.tokens[max(at + 1, case.index) : case.index + 8]):
                return at, Advice("this IRI holds a character that none may hold", "encode a blank as %20")
            break
    return None


def _incomplete(case: _Case) -> _Found:
    how = ""
    if case.text(-1) in {"ORDER", "GROUP"}:
        how = f"write {case.text(-1)} BY"
    elif case.text(-1) == "SELECT":
        how = "say what to return: * or some variables"
    elif case.index >= len(case.tokens) and "GROUP" in _words(case.tokens) and "*" in _texts(case.tokens[:4]):
        how = "SELECT * and GROUP BY do not go together: name the variables"
    elif case.text() in {"}", "."}:
        how = "a triple has three parts: subject, predicate, object"
    elif case.text() == ")":
        how = "a value is missing before it"
    return (case.index, Advice(how=how)) if how else None


def _other_language(case: _Case) -> _Found:
    if case.kind is Kind.WORD and case.text() in _OTHER_LANGUAGES:
        return case.index, Advice(how=_OTHER_LANGUAGES[case.text()])
    if case.text() == "=" and case.text(-1) == "=":
        return case.index, Advice(how="write a single = to compare")
    if case.text() == "," and not _in_pattern(case.tokens[: case.index]):
        return case.index, Advice(how="variables of SELECT stand side by side, without commas")
    return None


def _misspelt(case: _Case) -> _Found:
    if case.kind is not Kind.WORD or case.text() in _KEYWORDS or case.text() in {"A", "TRUE", "FALSE"}:
        return None
    near = difflib.get_close_matches(case.text(), _KEYWORDS, n=1, cutoff=0.7)
    if near:
        return case.index, Advice(how=f"did you mean {near[0]}?")
    if not set(_FORMS) & _words(case.tokens[: case.index]):
        return case.index, Advice(how="queries start with SELECT, ASK, CONSTRUCT or DESCRIBE")
    return case.index, Advice(
        how="a name needs its prefix (city:turin), a text its quotation marks, a variable its ?"
    )


def _missing_stop(case: _Case) -> _Found:
    if case.kind in _TERMS and _in_pattern(case.tokens[: case.index]):
        return case.index, Advice(how="is a full stop or a semicolon missing before it?")
    return None


def _in_pattern(before: Sequence[Token]) -> bool:
    """Whether some group has been opened before."""
    return any(token.text == "{" for token in before)


def _words(tokens: Sequence[Token]) -> set[str]:
    return {token.word for token in tokens if token.word}


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.word or token.text for token in tokens]


_RULES: tuple[Callable[[_Case], _Found], ...] = (
    _no_token,
    _bad_escape,
    _update,
    _unknown_prefix,
    _brackets,
    _not_grouped,
    _aggregate,
    _space_in_iri,
    _other_language,
    _misspelt,
    _named_twice,
    _incomplete,
    _missing_stop,
)
