"""The exchanges of a run on disk while it runs, one file each: a killed run resumes from them, and processes share them."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.messages import Exchange
from conformance.recordings import exchange_of, line_of

NAME = ".exchanges"


class Shelf:
    """A folder of exchanges. `secrets` are removed from all that is written."""

    def __init__(self, folder: Path, secrets: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.secrets = secrets

    def put(self, exchange: Exchange) -> None:
        """Keeps an exchange, atomically."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{exchange.request.key}.json"
        draft = path.with_suffix(f".{os.getpid()}.part")
        draft.write_text(json.dumps(line_of(exchange, secrets=self.secrets)), "utf-8")
        draft.replace(path)

    def get(self, key: str) -> Exchange | None:
        """The exchange of a key, or None."""
        try:
            return exchange_of(json.loads((self.folder / f"{key}.json").read_text("utf-8")))
        except FileNotFoundError:
            return None

    def all(self) -> Iterator[Exchange]:
        """Every exchange, oldest first."""
        found = [self.get(path.stem) for path in self.folder.glob("*.json")]
        yield from sorted((one for one in found if one), key=lambda one: (one.started, one.request.key))

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Holds a key among processes, so that what it stands for is asked once. Every key has a lock of its own: requests that
        are to be under way together must not wait for each other.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{key}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
