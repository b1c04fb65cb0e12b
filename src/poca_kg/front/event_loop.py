"""The event loop that a front turns: uvloop where it is installed, else that of the standard library."""

from __future__ import annotations

import asyncio
import importlib

__all__ = ["new_event_loop"]


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop; ``asyncio.Runner(loop_factory=new_event_loop)`` runs on it.

    >>> with asyncio.Runner(loop_factory=new_event_loop) as runner:
    ...     runner.run(asyncio.sleep(0, "turned"))
    'turned'
    """
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
