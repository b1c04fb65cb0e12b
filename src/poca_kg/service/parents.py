"""The parents of workers: one over the graph that is served, and older ones until the fronts have left them.

A parent that ends unasked is started again at its address, where the fronts join it by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from poca_kg.errors import PocaError
from poca_kg.front.lending.lender import KIND
from poca_kg.sandbox.jobs import KINDS
from poca_kg.sandbox.parent import Graph, ParentProcess
from poca_kg.service.folders import make_folder
from poca_kg.store.snapshot import Snapshot

__all__ = ["Parents", "in_thread"]

_Result = TypeVar("_Result")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_LOOK_EVERY_S = 0.2


@dataclass
class _Parent:
    graph: Graph
    address: Path
    process: ParentProcess | None = None
    is_wanted: bool = True


class Parents:
    """Raises a parent for each graph; used on one event loop.

    ``leave_within_s`` is how long a job may use a parent that is being left; ``kinds`` are the jobs that the
    workers know, by default those of queries.
    """

    def __init__(self, leave_within_s: float, kinds: Mapping[str, str] | None = None) -> None:
        self._leave_within_s = leave_within_s
        self._kinds = KINDS | KIND if kinds is None else kinds
        self._folder = make_folder("parents")
        self._parents: list[_Parent] = []
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def generation(self) -> int:
        """How many graphs have been loaded; 0 while the first one is."""
        return self._count

    @property
    def address(self) -> str:
        """Where fronts join the parent of the graph that was loaded last."""
        return str(self._parents[-1].address)

    async def raise_over(self, graph: Snapshot | Path, *, on_disk: bool = False) -> str:
        """Load a graph beside the one that is served, or open its store on disk; return its version.

        Raises
        ------
        InputError
            If the graph cannot be read; then nothing has changed.
        LimitError
            If the process ends before that.
        """
        parent = _Parent(self._graph(graph, on_disk=on_disk), self._folder / f"parent-{self._count + 1}")
        process = await self._start(parent)
        self._parents.append(parent)
        self._count += 1
        return process.version

    def leave(self) -> None:
        """End all parents but the last once no worker of theirs is left, or once none may run any longer."""
        for parent in self._parents[:-1]:
            if parent.is_wanted:
                parent.is_wanted = False
                self._do(self._end(parent))

    async def close(self) -> None:
        """End every parent; their workers end with them."""
        for task in self._tasks:
            task.cancel()
        for parent in self._parents:
            parent.is_wanted = False
            if parent.process is not None:
                await in_thread(parent.process.close)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _graph(self, graph: Snapshot | Path, *, on_disk: bool) -> Graph:
        if isinstance(graph, Path):
            return Graph(graph, "", self._kinds)
        path = graph.directory / ("store" if on_disk else "graph.nq")
        return Graph(path, graph.version, self._kinds, on_disk)

    async def _start(self, parent: _Parent) -> ParentProcess:
        loop = asyncio.get_running_loop()

        def ended() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, too
                loop.call_soon_threadsafe(lambda: self._do(self._start_again(parent)))

        parent.process = await in_thread(lambda: ParentProcess(parent.graph, parent.address, ended))
        return parent.process

    async def _start_again(self, parent: _Parent) -> None:
        pause_s = _FIRST_PAUSE_S
        while parent.is_wanted:
            try:
                await self._start(parent)
            except (PocaError, OSError):
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                return

    async def _end(self, parent: _Parent) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._leave_within_s):
                while parent.process is not None and _has_children(parent.process.pid):
                    await asyncio.sleep(_LOOK_EVERY_S)
        self._parents.remove(parent)
        if parent.process is not None:
            await in_thread(parent.process.close)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _has_children(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text().strip())
    except OSError:
        return False


async def in_thread(work: Callable[[], _Result]) -> _Result:
    """Do something that blocks in a thread that holds up nobody: a process that ends does not wait for it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Result] = loop.create_future()

    def settle(result: _Result | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except BaseException as error:  # it is raised in the coroutine
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, daemon=True).start()
    return await future
