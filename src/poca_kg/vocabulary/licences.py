"""Licences that may enter the graph: their SPDX identifiers and their addresses."""

from __future__ import annotations

__all__ = ["LICENCES", "licence_name"]

LICENCES: dict[str, str] = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "LicenseRef-EC-reuse": "https://eur-lex.europa.eu/eli/dec/2011/833/oj",
}
"""The least demanding comes first."""


def licence_name(address: str) -> str:
    """Return the SPDX identifier of a licence by its address, or the address of one that is not ours.

    >>> licence_name("https://creativecommons.org/licenses/by/4.0/")
    'CC-BY-4.0'
    """
    return next((spdx for spdx, known in LICENCES.items() if known == address), address)
