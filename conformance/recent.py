"""Results for bytes that were read lately, bounded by what they take: bodies are chosen by servers, and read by many rules.

The cache of functools counts entries only, so that some thousand large ones fill any memory.
https://docs.python.org/3/library/functools.html#functools.lru_cache
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar

Value = TypeVar("Value")

ROOM = 24 << 20
"""Bytes of memory, about, that the results of one function may take."""
_NODES = (b",", b"[", b"{")
_EVENTS = (b"\n\n", b"\n\r", b"\r\r")
_NODE, _EVENT, _ENTRY = 80, 1000, 500


def weight_of(data: bytes) -> int:
    """About how much memory it takes to have read some bytes as JSON, or as events of JSON."""
    return _ENTRY + len(data) + _NODE * sum(map(data.count, _NODES)) + _EVENT * sum(map(data.count, _EVENTS))


class recent(Generic[Value]):  # noqa: N801 -- a decorator
    """A function that remembers what it gave for the bytes that it was given lately."""

    def __init__(self, read: Callable[[bytes], Value], room: int = ROOM) -> None:
        update_wrapper(self, read)
        self._read = read
        self._room = room
        self._taken = 0
        self._known: OrderedDict[bytes, tuple[int, Value]] = OrderedDict()
        self._guard = threading.Lock()

    def __call__(self, data: bytes) -> Value:
        """What the function gives."""
        with self._guard:
            if data in self._known:
                self._known.move_to_end(data)
                return self._known[data][1]
        value = self._read(data)
        self._keep(data, value)
        return value

    def cache_clear(self) -> None:
        """Forgets everything, as caches of functools do."""
        with self._guard:
            self._known.clear()
            self._taken = 0

    def _keep(self, data: bytes, value: Value) -> None:
        """Keeps a value, and with it as many of the others as there is room for: the last one stays, whatever it takes."""
        with self._guard:
            if data not in self._known:
                self._taken += weight_of(data)
            self._known[data] = (weight_of(data), value)
            while self._taken > self._room and len(self._known) > 1:
                _, (gone, _) = self._known.popitem(last=False)
                self._taken -= gone
