"""Entity tags: what is told of an answer so that nobody fetches it twice (RFC 9110, section 8.8.3)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

__all__ = ["is_known_to", "tag_of"]


@lru_cache(maxsize=16)  # each request asks several times
def tag_of(version: str, *parts: str) -> str:
    """Return the entity tag of what a version of the graph and some texts determine; empty without a version.

    The tag is weak: it stays the same however the answer is packed.

    >>> tag_of("v1", "a", "b") == tag_of("v1", "a", "b") != tag_of("v1", "ab") != tag_of("v2", "ab")
    True
    >>> tag_of("", "a")
    ''
    """
    if not version:
        return ""
    encoded = [part.encode("utf-8", "surrogatepass") for part in (version, *parts)]
    digest = blake2b(b"".join([b"%d:%b" % (len(data), data) for data in encoded]), digest_size=16)
    return f'W/"{digest.hexdigest()}"'


def is_known_to(if_none_match: str | None, tag: str) -> bool:
    """Whether a client says that it has the answer with this entity tag already.

    >>> is_known_to('"a", W/"b"', 'W/"b"'), is_known_to(None, 'W/"b"'), is_known_to('""', "")
    (True, False, False)
    """
    if not tag or not if_none_match:
        return False
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag.removeprefix("W/") in known
