"""How many bytes of bodies a front may hold at one time, whoever sent them."""

from __future__ import annotations

__all__ = ["Room"]


class Room:
    """A number of bytes that requests take and give back.

    >>> room = Room(10)
    >>> room.enter(8), room.enter(3), room.taken
    (True, False, 8)
    """

    __slots__ = ("_size", "taken")

    def __init__(self, size: int) -> None:
        self._size = size
        self.taken = 0

    def enter(self, count: int) -> bool:
        """Take so many bytes; return whether there was room, else nothing is taken."""
        if self.taken + count > self._size:
            return False
        self.taken += count
        return True

    def leave(self, count: int) -> None:
        """Give so many bytes back."""
        self.taken -= count
