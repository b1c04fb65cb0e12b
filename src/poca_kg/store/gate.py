"""What a query is, and whether it may go to the engine at all.

Refused before the engine sees it: SERVICE and LOAD (the engine would go to the network), escapes that could
spell them, and texts so deeply nested or so long that the engine's parser or planner would not survive them.
The limits are those at which the engine has been seen to be safe in a thread with a usual stack. All of it
rests on the lexer, so what is no token of SPARQL, or could be parted into tokens in two ways, is refused too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from itertools import islice

from poca_kg.errors import LimitError, QuerySyntaxError, RemoteAccessError
from poca_kg.store.glance import form_at_a_glance
from poca_kg.store.hints import Advice, advise
from poca_kg.store.lexer import Kind, Token, iter_tokens
from poca_kg.store.readings import CLOSERS, OPENERS, as_the_engine_reads, glued
from poca_kg.store.syntax import syntax_error
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = [
    "MOST_CHAINED",
    "MOST_NESTED",
    "MOST_TOKENS",
    "QueryForm",
    "check_query",
    "check_update",
    "form_of",
    "plain_form",
    "query_form",
]

MOST_TOKENS = 50_000
MOST_NESTED = 128
MOST_CHAINED = 250

_PREFIX_OPERATORS = frozenset({"!", "+", "-", "^", "^^"})
_CHAINING_MARKS = frozenset(
    {"+", "-", "*", "/", "||", "&&", "|", "^", "=", "!=", "<", ">", "<=", ">=", "!", ".", ";", "~", "{", "{|"}
)
_TERMS = frozenset({Kind.IRI, Kind.NAME, Kind.NUMBER, Kind.STRING, Kind.VARIABLE, Kind.BLANK})
_BEFORE_BRACKETS = frozenset({Kind.WORD, Kind.NAME, Kind.IRI})  # FILTER(...), STR(...), ex:function(...)
_SHORT = 2048
_REMEMBERED = 64


class QueryForm(Enum):
    """The four forms of a query."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_triples(self) -> bool:
        """Whether the answer is a graph rather than rows or a truth value."""
        return self in (QueryForm.CONSTRUCT, QueryForm.DESCRIBE)


_FORMS = {form.value: form for form in QueryForm}


def check_query(text: str) -> tuple[Token, ...]:
    """Return the tokens of a query that may go to the engine; those of short queries are remembered.

    Raises
    ------
    RemoteAccessError
        For SERVICE or LOAD outside comments, strings and IRIs.
    LimitError
        For more than 50 000 tokens, 128 levels of nesting, or 250 operators or groups chained in one group.
    QuerySyntaxError
        For what is no token of SPARQL, for an escape outside strings and IRIs, for a ``<`` that can be read
        in two ways, or for a text that holds NUL or half a character.
    """
    return _check_short_query(text) if len(text) <= _SHORT else _check_query(text)


def check_update(text: str) -> tuple[Token, ...]:
    """Return the tokens of an update that may go to the engine; it may hold any number of triples."""
    tokens = _check_words(text, tuple(iter_tokens(text)))
    _check_nesting(tokens, most_chained=None)
    return tokens


def query_form(text: str) -> QueryForm:
    """Return the form of a query that may go to the engine.

    >>> query_form("PREFIX ex: <http://example.org/> ASK { ex:select ?p ?o }")
    <QueryForm.ASK: 'ASK'>

    Raises
    ------
    QuerySyntaxError
        If the text starts with none of the four forms; and whatever :func:`check_query` raises.
    """
    return plain_form(text) or form_of(text, check_query(text))


def plain_form(text: str) -> QueryForm | None:
    """Return the form of a query that is so plain that no token of it need be looked at, else ``None``.

    :func:`check_query` lets such a query through, and there is no FROM in it.
    """
    return _FORMS.get(form_at_a_glance(text))


def form_of(text: str, tokens: Sequence[Token]) -> QueryForm:
    """Return the form of a query whose tokens :func:`check_query` gave."""
    start = _after_prologue(tokens)
    if start < len(tokens) and tokens[start].word in QueryForm.__members__:
        return QueryForm[tokens[start].word]
    index, advice = advise(tokens, start, "", PREFIXES)
    raise syntax_error(text, tokens, index, advice)


def _after_prologue(tokens: Sequence[Token]) -> int:
    """Return the index of the first token behind BASE, PREFIX and VERSION declarations."""
    index = 0
    while index < len(tokens):
        word = tokens[index].word
        if word not in ("BASE", "PREFIX", "VERSION"):
            break
        index = min(index + (3 if word == "PREFIX" else 2), len(tokens))
    return index


def _check_query(text: str) -> tuple[Token, ...]:
    tokens = tuple(islice(iter_tokens(text), MOST_TOKENS + 1))
    if len(tokens) > MOST_TOKENS:
        raise LimitError(
            f"the query has more than {MOST_TOKENS} tokens", advice="ask for less, or for one part at a time"
        )
    tokens = _check_words(text, tokens)
    _check_nesting(tokens, most_chained=MOST_CHAINED)
    return tokens


_check_short_query = lru_cache(maxsize=_REMEMBERED)(_check_query)


def _check_words(text: str, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens as the engine reads them, if none of them is one that it must not see."""
    _check_characters(text, tokens)
    tokens = as_the_engine_reads(text, tokens, PREFIXES)
    _check_remote(tokens)
    return tokens


def _check_characters(text: str, tokens: Sequence[Token]) -> None:
    for index, token in enumerate(tokens):
        if "\0" in token.text or any("\ud800" <= character <= "\udfff" for character in token.text):
            raise QuerySyntaxError(
                "the text holds NUL or half a character",
                line=token.line,
                column=token.column,
                advice="send UTF-8 text",
            )
        if token.kind is not Kind.UNKNOWN:
            continue
        if token.text == "\\" and text[token.start + 1 : token.start + 2] in {"u", "U"}:
            advice = Advice("an escape stands outside strings and IRIs", "write the character itself")
            raise syntax_error(text, tokens, index, advice)
        raise syntax_error(text, tokens, *advise(tokens, index, "", PREFIXES))


def _check_remote(tokens: Sequence[Token]) -> None:
    """Refuse SERVICE and LOAD wherever the engine may see them."""
    depth = 0
    for before, token, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        for keyword, at_a_name in (("SERVICE", _before_a_group), ("LOAD", _starts_an_operation)):
            if glued(token, keyword) and (token.kind is Kind.WORD or at_a_name(depth, before, after)):
                raise RemoteAccessError(
                    f"{keyword} in line {token.line}, column {token.column}: "
                    "no query leaves this graph for another address",
                    advice="ask the other endpoint yourself and join the answers",
                )


def _before_a_group(depth: int, before: Token | None, after: Token | None) -> bool:
    """Whether a name stands where SERVICE may be glued to it: within a pattern, and before a group."""
    named = before is not None and before.word == "GRAPH"
    return depth > 0 and not named and after is not None and after.text == "{"


def _starts_an_operation(depth: int, before: Token | None, after: Token | None) -> bool:
    """Whether a name stands where LOAD may be glued to it: as the whole of an update's operation."""
    begins = before is None or before.text == ";" or before.kind in (Kind.IRI, Kind.STRING)
    ends = after is None or after.text == ";" or after.word == "INTO"
    return depth == 0 and begins and ends


def _check_nesting(tokens: Iterable[Token], *, most_chained: int | None) -> None:
    chained, levels, run = [0], [""], 0
    before: Token | None = None
    for token in tokens:
        text = token.text if token.kind is Kind.MARK else ""
        run = run + 1 if text in _PREFIX_OPERATORS else 0
        if _chains(token, before, levels[-1]):
            chained[-1] += 1
        elif len(chained) > 1 and glued(token, "AS"):
            chained[-2] += 1  # one more named expression of SELECT, GROUP BY or BIND
        if most_chained is not None and max(chained[-2:]) > most_chained:
            raise _too_complex(f"chains more than {most_chained} operators or patterns in one group", token)
        if text in OPENERS:
            chained.append(0)
            levels.append(text)
        elif text in CLOSERS and len(chained) > 1:
            chained.pop()
            levels.pop()
        elif token.word == "DESCRIBE" and len(levels) == 1:
            levels = ["("]  # what it describes stands side by side, like the members of a list
        if len(chained) - 1 + run > MOST_NESTED:
            raise _too_complex(f"nests more than {MOST_NESTED} levels deep", token)
        before = token


def _chains(token: Token, before: Token | None, level: str) -> bool:
    """Whether a token adds one more link to the chain of its group."""
    if token.kind is Kind.MARK and token.text in _CHAINING_MARKS:
        return True
    if token.text == "," and token.kind is Kind.MARK:
        return level != "("
    if before is None:
        return False
    if level == "(":
        follows = before.kind in _TERMS or before.text in CLOSERS
        stands = token.kind in _TERMS or token.text in OPENERS
        called = token.text == "(" and before.text not in CLOSERS
        return follows and stands and not called
    return token.text == "(" and before.kind in _BEFORE_BRACKETS


def _too_complex(what: str, token: Token) -> LimitError:
    return LimitError(
        f"the query {what} (line {token.line}, column {token.column})", advice="split it into several queries"
    )
