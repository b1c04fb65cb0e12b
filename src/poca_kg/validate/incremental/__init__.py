"""Validation of what changed: only focus nodes that a change can matter to are judged again.

What a shape looks at is worked out once as *reads* at the end of *ways*; from each changed triple the ways
are walked backwards, over the data before and after the change at once.
"""

from __future__ import annotations

from poca_kg.validate.incremental.affected import Affected, Plan
from poca_kg.validate.incremental.record import RECORD_FILE, Record, basis_of
from poca_kg.validate.incremental.revalidation import Data, Judge, Revalidation, revalidate

__all__ = [
    "RECORD_FILE",
    "Affected",
    "Data",
    "Judge",
    "Plan",
    "Record",
    "Revalidation",
    "basis_of",
    "revalidate",
]
