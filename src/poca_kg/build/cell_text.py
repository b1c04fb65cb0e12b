"""What the text of a cell may be: visible characters that no spreadsheet runs and no reader overlooks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["MAX_CELL_CHARACTERS", "split_values", "unsafe_parts"]

MAX_CELL_CHARACTERS = 32_767
"""The longest cell, in characters: what the usual spreadsheets hold."""

_NUMBER = re.compile(r"-\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?")
_JOINERS = "\u200c\u200d"
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def unsafe_parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a cell's text, each with advice; nothing for a sound one.

    >>> list(unsafe_parts("=SUM(A1:A9)"))
    [("the cell begins with '=', which a spreadsheet would run as a formula", 'put it in other words')]
    >>> list(unsafe_parts("-3.5")), list(unsafe_parts("-3+cmd"))[0][0]
    ([], "the cell begins with '-', which a spreadsheet would run as a formula")
    """
    if len(text) > MAX_CELL_CHARACTERS:
        yield f"the cell has {len(text)} characters, at most {MAX_CELL_CHARACTERS} are allowed", "shorten it"
        return
    if text[:1] in {"=", "+", "@", "\t"} or (text[:1] == "-" and not _NUMBER.fullmatch(text)):
        yield (
            f"the cell begins with {text[0]!r}, which a spreadsheet would run as a formula",
            "put it in other words",
        )
    elif text != text.strip():
        yield "the cell begins or ends with a blank", "take it out"
    hidden = sorted({character for character in text if _is_invisible(character)} - {"\t"})
    if hidden:
        names = ", ".join(f"U+{ord(character):04X}" for character in hidden)
        yield f"the cell holds an invisible character ({names})", "take it out"
    if "\t" in text[1:]:
        yield "the cell holds a tab", "write a blank"


def split_values(text: str) -> list[str]:
    """Return the values of a cell that may hold several, parted by ``|``; none for an empty cell.

    >>> split_values("s24|s25"), split_values("")
    (['s24', 's25'], [])
    """
    return text.split("|") if text else []


def _is_invisible(character: str) -> bool:
    code = ord(character)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS
