"""What a client may cost a front before and after its request is handled."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HttpLimits"]

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Sizes in bytes, times in seconds.

    Attributes
    ----------
    target_bytes, fields_bytes, fields
        The longest request target; the bytes of all header fields together, and how many there may be.
    body_bytes
        The longest body, where nothing says otherwise for a path.
    bodies_bytes
        The bodies of all requests together that a listener holds at one time.
    connections
        The connections that are served at one time; one that waits for its client makes room for a new one.
    head_s, body_s
        The time to send a head, from its first byte, and a body, from the end of the head.
    idle_s
        How long a connection is kept that asks for nothing.
    stall_s, stall_bytes
        A client that takes less than ``stall_bytes`` of what waits for it within ``stall_s`` is cut off.
    linger_s
        How long what still comes in is read and dropped after a refusal, so that the refusal arrives.

    >>> HttpLimits(connections=2).head_s
    10.0
    """

    target_bytes: int = 64 * _KIB
    fields_bytes: int = 32 * _KIB
    fields: int = 100
    body_bytes: int = 16 * _MIB
    bodies_bytes: int = 256 * _MIB
    connections: int = 1024
    head_s: float = 10.0
    body_s: float = 30.0
    idle_s: float = 75.0
    stall_s: float = 30.0
    stall_bytes: int = 16 * _KIB
    linger_s: float = 2.0
