"""The way to the writer: shut unless there is one, and open to whoever shows the token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import request

from poca_kg.store.protocol import Writer
from poca_kg.web.authorisation import check_leave, check_token

__all__ = ["Desk"]


@dataclass(frozen=True)
class Desk:
    """Where writes are handed in; without a writer it is shut."""

    writer: Writer | None
    token: str | None = field(repr=False)
    max_body_bytes: int

    def __post_init__(self) -> None:
        """Refuse to open without a token."""
        if self.writer is not None:
            check_token(self.token)

    @property
    def is_open(self) -> bool:
        """Whether writes are taken at all."""
        return self.writer is not None

    def let_in(self) -> Writer:
        """Return the writer for the request that is being answered, before anything of its body is read.

        Raises
        ------
        RefusedError
            If writes are off, or the request does not show the token.
        """
        writer = self.writer
        check_leave(request.headers.get("Authorization"), None if writer is None else check_token(self.token))
        request.max_content_length = self.max_body_bytes
        return cast(Writer, writer)
