"""Content negotiation: which of the formats on offer a request likes best (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["MediaRange", "choose", "parse_accept"]

_RANGE = re.compile(r"\s*([\w!#$&.+^*-]+)/([\w!#$&.+^*-]+)\s*", re.ASCII)
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.ASCII | re.IGNORECASE)
_MOST_RANGES = 64
_Chosen = TypeVar("_Chosen")


@dataclass(frozen=True)
class MediaRange:
    """A media range of an Accept header and how much it is liked, from 0 (never) to 1."""

    kind: str
    subkind: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """Return how closely the range fits a media type: 3 named, 2 ``type/*``, 1 ``*/*``, 0 not at all."""
        kind, _, subkind = media_type.partition("/")
        if (self.kind, self.subkind) == (kind, subkind):
            return 3
        if self.subkind != "*":
            return 0
        return {kind: 2, "*": 1}.get(self.kind, 0)


def parse_accept(header: str | None) -> tuple[MediaRange, ...]:
    """Return the media ranges of an Accept header; none at all, or none that can be read, is ``*/*``.

    Those beyond the first 64 are not looked at: no client likes so many formats.

    >>> [(one.kind, one.quality) for one in parse_accept("text/turtle;q=0.5, nonsense, */*;q=0")]
    [('text', 0.5), ('*', 0.0)]
    """
    found = []
    for part in (header or "").split(",", _MOST_RANGES)[:_MOST_RANGES]:
        media_range, *parameters = part.lower().split(";")
        match = _RANGE.fullmatch(media_range)
        if match and not (match[1] == "*" and match[2] != "*"):
            qualities = [_QUALITY.fullmatch(one) for one in parameters if one.strip().startswith("q")]
            quality = float(qualities[0][1]) if qualities and qualities[0] else 1.0
            found.append(MediaRange(match[1], match[2], quality))
    return tuple(found) or (MediaRange("*", "*", 1.0),)


def choose(header: str | None, offers: Iterable[tuple[_Chosen, Sequence[str]]]) -> _Chosen | None:
    """Return the offer that a request likes best, or ``None`` if it accepts none of them.

    An offer is a thing, the media type it is sent as, and others by which it may be asked for by name (though
    not by a range such as ``text/*``). The most specific range that fits a media type says how much it is
    liked; of equally liked ones the more specifically asked for wins, then the one that is offered first.
    What is liked with ``q=0`` is never chosen.

    >>> offers = [("json", ["application/json"]), ("csv", ["text/csv"])]
    >>> choose("text/*;q=0.9, */*;q=0.1", offers), choose(None, offers), choose("image/png", offers)
    ('csv', 'json', None)
    """
    ranges = parse_accept(header)
    best: tuple[float, int] = (0.0, 0)
    chosen: _Chosen | None = None
    for thing, media_types in offers:
        for at, media_type in enumerate(media_types):
            specificity, quality = max((one.specificity(media_type), one.quality) for one in ranges)
            if specificity > (2 if at else 0) and quality > 0 and (quality, specificity) > best:
                best, chosen = (quality, specificity), thing
    return chosen
