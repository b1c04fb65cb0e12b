r"""The form of a query from how it starts, without a look at the rest.

A query is a prologue (BASE and PREFIX) and then the word that names its form (SPARQL 1.1, section 19.8, rules
2 to 6), so one match of a pattern finds it, in a time that does not depend on how long the query is.
"""

from __future__ import annotations

import re

__all__ = ["form_at_the_start"]

_START = re.compile(
    r"""
    (?: [ \t\r\n]++
      | \#[^\r\n]*+
      | <[^<>"{}|^`\\\x00-\x20]*+>
      | [^ \t\r\n<>#"'{}()?$:\\]*+:
      | (?i:PREFIX|BASE) (?=[ \t\r\n#<:])
    )*+
    ( (?i:SELECT|ASK|CONSTRUCT|DESCRIBE) ) (?![^ \t\r\n<#"'{}()?$*\\])
    """,
    re.VERBOSE,
)


def form_at_the_start(text: str) -> str:
    r"""Return the word that names the form of a query, or nothing where it does not start as one.

    That it starts as a query does not make it one.

    >>> form_at_the_start("# a note\nPREFIX ask: <http://e/> select * { }"), form_at_the_start("INSERT")
    ('SELECT', '')
    """
    start = _START.match(text)
    return start[1].upper() if start else ""
