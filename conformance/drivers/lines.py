"""Kept-alive connections for any number of threads, one thread at a time on each, so that whoever waits can be cut off."""

from __future__ import annotations

import logging
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from conformance.drivers.limits import Plug


class Closable(Protocol):
    """Something to be closed after use."""

    def close(self) -> None:
        """Gives up what it holds."""


Transport = TypeVar("Transport", bound=Closable)


class Line(Generic[Transport]):
    """A transport of one connection at a time, and the plug of that connection."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        self._make = make
        self.transport = make()
        self.plug = Plug()

    def renew(self) -> None:
        """Drops the connection, so that nothing left over on it reaches a later exchange."""
        self.transport.close()
        self.replace()

    def replace(self) -> None:
        """Takes a new transport in the place of one that is closed already."""
        self.transport = self._make()


class Lines(Generic[Transport]):
    """The idle lines of one driver; `make` makes a transport that has not connected yet."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        self._make = make
        self._idle: deque[Line[Transport]] = deque()

    @contextmanager
    def one(self) -> Iterator[Line[Transport]]:
        """An idle line, or a new one."""
        try:
            line = self._idle.pop()
        except IndexError:
            line = Line(self._make)
        try:
            yield line
        finally:
            self._idle.append(line)

    def close(self) -> None:
        """Closes every idle line."""
        while self._idle:
            self._idle.pop().transport.close()


def mute(*libraries: str) -> None:
    """Keeps libraries from logging: what servers send would come into a log as it is, with keys and what steers terminals."""
    for name in libraries:
        logger = logging.getLogger(name)
        logger.addHandler(_NOBODY)
        logger.propagate = False


_NOBODY = logging.NullHandler()


def no_certificates() -> ssl.SSLContext:
    """A context that trusts nobody: what a transport gets that will never speak TLS, since loading certificates takes long."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
