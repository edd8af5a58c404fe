"""The exchanges of a run on disk while it runs, one file each: a killed run resumes from them, and processes share them."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import threading
from collections.abc import Container, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from conformance.messages import Exchange
from conformance.recordings import exchange_of, line_of

NAME = ".exchanges"
PACKED = 1 << 16
"""Exchanges of more bytes are compressed."""
GZIP = b"\x1f\x8b"


class Shelf:
    """A folder of exchanges. `secrets` are removed from all that is written."""

    def __init__(self, folder: Path, secrets: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.secrets = secrets
        self.trouble = ""
        self._one = threading.Lock()

    def put(self, exchange: Exchange) -> None:
        """Keeps an exchange, atomically. Where the disk does not take it, `trouble` says why, and the run goes on without."""
        path = self.folder / f"{exchange.request.key}.json"
        draft = path.with_suffix(f".{os.getpid()}.part")
        with self._one:  # to spell an answer takes many times its bytes: many at once would have no bound
            data = self._spelled(exchange)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(data)
            draft.replace(path)
        except OSError as error:
            self.trouble = error.strerror or str(error)
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _spelled(self, exchange: Exchange) -> bytes:
        data = json.dumps(line_of(exchange, secrets=self.secrets)).encode()
        return gzip.compress(data, 1) if len(data) > PACKED else data

    def get(self, key: str) -> Exchange | None:
        """The exchange of a key, or None."""
        try:
            data = (self.folder / f"{key}.json").read_bytes()
        except OSError:
            return None
        return exchange_of(json.loads(gzip.decompress(data) if data[:2] == GZIP else data))

    def others(self, known: Container[str]) -> Iterator[Exchange]:
        """Every exchange whose key is not known."""
        for path in sorted(self.folder.glob("*.json")):
            if path.stem not in known and (found := self.get(path.stem)):
                yield found

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Holds a key among processes, so that what it stands for is asked once. Every key has a lock of its own: requests that
        are to be under way together must not wait for each other.
        """
        with ExitStack() as stack:
            with suppress(OSError):  # a full disk may have no room for locks either: then it is asked more than once
                self.folder.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context((self.folder / f"{key}.lock").open("w"))
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
