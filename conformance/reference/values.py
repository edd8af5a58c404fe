"""The reference server's values: what it was asked, how it is to speak, and what it replies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire; header names in lower case, `path` below the base URL.

    `version` is that of HTTP, `turn` tells which request on its connection it is. Where that is known, `names` tells how the
    names of the headers are spelled, lower or upper, and `manner` how the client writes and reads. `memory` is the server's own,
    for faults that depend on what came before.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    memory: Object = field(default_factory=dict)
    version: str = "1.1"
    query: str = ""
    turn: int = 1
    names: str = ""
    manner: str = ""

    @cached_property
    def sent(self) -> Object:
        """The JSON object in the body, or an empty one."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Settings:
    """How an answer is to be drawn. `keep_stop` leaves the stop string in the text, which only a faulty server does."""

    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    most: int | None = None
    n: int = 1
    stop: tuple[str, ...] = ()
    presence: float = 0.0
    frequency: float = 0.0
    bias: tuple[tuple[int, float], ...] = ()
    logprobs: bool = False
    top_logprobs: int = 0
    keep_stop: bool = False


@dataclass(eq=False)
class Refused(Exception):
    """An answer of 400 and up: `body` is what goes out as JSON."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.status} {self.body}"


@dataclass(frozen=True)
class Reply:
    """Everything that goes back: a body of one frame, or a stream of many, each sent by itself `pause` seconds apart.

    `first` is how long the first frame takes, in seconds, after `held` seconds in which nothing is done. `lost` tells that the
    connection ends before the reply does. Only in this process, since a socket leaves no choice: `drops` tells that the
    connection ends behind the reply without a word, `keeps` that it does not end though the client wants it to.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    frames: tuple[bytes, ...]
    first: float = 0.02
    pause: float = 0.004
    lost: bool = False
    held: float = 0.0
    drops: bool = False
    keeps: bool = False


@dataclass(frozen=True)
class Left:
    """A reply whose client has left before its end."""

    reply: Reply
