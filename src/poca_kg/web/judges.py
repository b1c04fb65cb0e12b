"""Who validates for the application: a sandbox that it is given, or one that it starts when first asked."""

from __future__ import annotations

import atexit
import threading
from dataclasses import dataclass, field
from pathlib import Path

from poca_kg.errors import (
    PocaError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
    ValidationTimeoutError,
)
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.outcome import Outcome
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.validating import ValidateJob, start_validation
from poca_kg.web.problems import RefusedError

__all__ = ["Judges"]


@dataclass
class Judges:
    """Validates in a sandbox: shapes of strangers never run in this process.

    ``given`` is the sandbox; ``True`` has one started with the shapes of ``ontology_dir`` when it is first
    needed, which ends with this process; ``False`` is for a service that validates nothing.
    """

    given: Sandbox | bool
    ontology_dir: Path
    limits: Limits
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def check_open(self) -> None:
        """Refuse a request if this service validates nothing.

        Raises
        ------
        RefusedError
            If so.
        """
        if self.given is False:
            what, advice = "this service validates nothing", "run `poca-kg validate` on your own machine"
            raise RefusedError("validation-disabled", what, advice=advice)

    def judge(self, job: ValidateJob, client: str) -> Outcome:
        """Return the report on what a client sent.

        Raises
        ------
        PocaError
            Whatever is wrong with data or shapes, or which limit was reached.
        """
        try:
            return self._sandbox().run(job, client=client)
        except PocaError as error:
            raise _retold(error) from None

    def _sandbox(self) -> Sandbox:
        self.check_open()
        with self._lock:
            if not isinstance(self.given, Sandbox):
                self.given = start_validation(self.ontology_dir, self.limits)
                atexit.register(self.given.stop)
            return self.given


def _retold(error: PocaError) -> PocaError:
    """Return an error of the sandbox in words of a validation: its own speak of queries."""
    if isinstance(error, QueryTimeoutError):
        what = f"the validation was ended after {error.limit or 0:g} seconds, which is the limit"
        advice = "send less at a time, or validate on your own machine"
        numbers = {"limit": error.limit, "elapsed": error.elapsed, "retry_after": error.retry_after}
        return ValidationTimeoutError(what, advice=advice, **numbers)
    if isinstance(error, QueryMemoryError):
        what = "the validation wanted more memory than it may have"
        return QueryMemoryError(what, advice="send less at a time", limit=error.limit)
    if isinstance(error, QueryCrashError):
        what = "the process that validated was ended or broke down"
        advice = "send less at a time, or simpler shapes"
        return QueryCrashError(what, advice=advice, retry_after=error.retry_after)
    if isinstance(error, ResultTooLargeError):
        what, advice = "the report is larger than an answer may be", "correct some of it, and send it again"
        return ResultTooLargeError(what, advice=advice, limit=error.limit)
    return error
