"""What a query is, and whether it may go to the engine at all.

Refused before the engine sees it: SERVICE and LOAD (the engine would go to the network), escapes that could
spell them, and texts so deeply nested or so long that the engine's parser or planner would not survive them.
The limits are those at which the engine has been seen to be safe in a thread with a usual stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from poca_kg.errors import LimitError, QuerySyntaxError, RemoteAccessError
from poca_kg.store.hints import Advice, advise
from poca_kg.store.lexer import Kind, Token, iter_tokens, tokenise
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
    "query_form",
]

MOST_TOKENS = 50_000
MOST_NESTED = 128
MOST_CHAINED = 250

_OPENERS = frozenset({"{", "(", "[", "<<", "<<(", "{|"})
_CLOSERS = frozenset({"}", ")", "]", ">>", ")>>", "|}"})
_PREFIX_OPERATORS = frozenset({"!", "+", "-", "^", "^^"})
_CHAINING_MARKS = frozenset(
    {"+", "-", "*", "/", "||", "&&", "|", "^", "=", "!=", "<", ">", "<=", ">=", "!", ".", ";"}
)
_CHAINING_WORDS = frozenset({"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "EXISTS", "VALUES", "GRAPH"})
_TERMS = frozenset({Kind.IRI, Kind.NAME, Kind.NUMBER, Kind.STRING, Kind.VARIABLE, Kind.BLANK})


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


def check_query(text: str) -> tuple[Token, ...]:
    """Return the tokens of a query that may go to the engine.

    Raises
    ------
    RemoteAccessError
        For SERVICE or LOAD outside comments, strings and IRIs.
    LimitError
        For more than 50 000 tokens, 128 levels of nesting, or 250 operators chained in one group.
    QuerySyntaxError
        For an escape outside strings and IRIs, or a text that holds NUL or half a character.
    """
    tokens = _gather(text)
    _check_words(text, tokens)
    _check_nesting(tokens, most_chained=MOST_CHAINED)
    return tokens


def check_update(text: str) -> tuple[Token, ...]:
    """Return the tokens of an update that may go to the engine; it may hold any number of triples."""
    tokens = tokenise(text)
    _check_words(text, tokens)
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
    return form_of(text, check_query(text))


def form_of(text: str, tokens: Sequence[Token]) -> QueryForm:
    """Return the form of a query whose tokens are known already."""
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


def _gather(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for token in iter_tokens(text):
        tokens.append(token)
        if len(tokens) > MOST_TOKENS:
            raise LimitError(
                f"the query has more than {MOST_TOKENS} tokens",
                advice="ask for less, or for one part at a time",
            )
    return tuple(tokens)


def _check_words(text: str, tokens: Sequence[Token]) -> None:
    for index, token in enumerate(tokens):
        if token.word in ("SERVICE", "LOAD"):
            raise RemoteAccessError(
                f"{token.word} in line {token.line}, column {token.column}: "
                "no query leaves this graph for another address",
                advice="ask the other endpoint yourself and join the answers",
            )
        if (
            token.text == "\\"
            and token.kind is Kind.UNKNOWN
            and text[token.start + 1 : token.start + 2] in {"u", "U"}
        ):
            raise syntax_error(
                text,
                tokens,
                index,
                Advice("an escape stands outside strings and IRIs", "write the character itself"),
            )
        if "\0" in token.text or any("\ud800" <= character <= "\udfff" for character in token.text):
            raise QuerySyntaxError(
                "the text holds NUL or half a character",
                line=token.line,
                column=token.column,
                advice="send UTF-8 text",
            )


def _check_nesting(tokens: Sequence[Token], *, most_chained: int | None) -> None:
    chained, levels, run = [0], [""], 0
    before: Token | None = None
    for token in tokens:
        text = token.text if token.kind is Kind.MARK else ""
        run = run + 1 if text in _PREFIX_OPERATORS else 0
        if text in _OPENERS:
            chained.append(0)
            levels.append(text)
        elif text in _CLOSERS and len(chained) > 1:
            chained.pop()
            levels.pop()
        elif _chains(token, before, levels[-1]):
            chained[-1] += 1
        if len(chained) - 1 + run > MOST_NESTED:
            raise _too_complex(f"nests more than {MOST_NESTED} levels deep", token)
        if most_chained is not None and chained[-1] > most_chained:
            raise _too_complex(f"chains more than {most_chained} operators or patterns in one group", token)
        before = token


def _chains(token: Token, before: Token | None, level: str) -> bool:
    """Whether a token adds one more link to the chain of its group."""
    if token.kind is Kind.MARK:
        return token.text in _CHAINING_MARKS or (token.text == "," and level != "(")
    if level == "(" and token.kind in _TERMS and before is not None:
        return before.kind in _TERMS
    return token.word in _CHAINING_WORDS


def _too_complex(what: str, token: Token) -> LimitError:
    return LimitError(
        f"the query {what} (line {token.line}, column {token.column})", advice="split it into several queries"
    )
