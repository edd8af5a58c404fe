"""One request as a hostile server sees it, and the ways in which it can answer. Standard library and the reference server."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.messages import Request, Send
from conformance.reference.app import sending

PLAIN = "application/json"
EVENTS = "text/event-stream"


@dataclass
class World:
    """What a server under attack knows: where the other host is, how often it was met, and when the run is over."""

    elsewhere: int = 0
    met_elsewhere: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    properly: Send = field(default_factory=sending)
    memory: dict[str, Any] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None
    reopen: Callable[[], None] = lambda: None


@dataclass
class Talk:
    """A request, the socket it came on, and ways to answer."""

    world: World
    socket: socket.socket
    head: bytes
    body: bytes

    @cached_property
    def line(self) -> tuple[str, str]:
        """Method and path below the base URL."""
        words = self.head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        return words[0], words[1].partition("?")[0].removeprefix("/v1")

    @cached_property
    def json(self) -> Any:
        """What was sent, if that is a JSON object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def is_chat(self) -> bool:
        return self.line == ("POST", "/chat/completions")

    @property
    def is_models(self) -> bool:
        return self.line == ("GET", "/models")

    @property
    def streamed(self) -> bool:
        return self.json.get("stream") is True

    def header(self, name: str) -> str:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        found = [value.strip() for key, _, value in (line.partition(":") for line in lines) if key.lower() == name]
        return found[0] if found else ""

    @property
    def key(self) -> str:
        return self.header("authorization").removeprefix("Bearer ") or self.header("x-secret")

    def send(self, *data: bytes) -> None:
        self.socket.sendall(b"".join(data))

    def forever(self, data: bytes, pause: float = 0.0) -> None:
        """Sends the same again and again until the run is over or the client has gone."""
        while not self.world.over.is_set():
            self.socket.sendall(data)
            if pause:
                time.sleep(pause)

    def trickle(self, data: bytes, pause: float = 0.05) -> None:
        """One byte after the other."""
        for at in range(len(data)):
            if self.world.over.is_set():
                return
            self.socket.sendall(data[at : at + 1])
            time.sleep(pause)

    def sleep(self) -> None:
        """Does nothing until the run is over."""
        self.world.over.wait(60)

    def reset(self) -> None:
        """Ends the connection by RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def answer(self, body: bytes, status: str = "200 OK", type: str = PLAIN, headers: tuple[str, ...] = ()) -> bool:
        """An answer with its length; the connection stays open."""
        lines = (f"HTTP/1.1 {status}", f"Content-Type: {type}", f"Content-Length: {len(body)}", *headers)
        self.send("\r\n".join(lines).encode("utf-8", "surrogateescape"), b"\r\n\r\n", body)
        return True

    def begin(self, type: str = EVENTS, *headers: str) -> None:
        """The head of an answer that ends with the connection."""
        lines = ("HTTP/1.1 200 OK", f"Content-Type: {type}", "Connection: close", *headers)
        self.send("\r\n".join(lines).encode(), b"\r\n\r\n")

    def fitting(self, completion: bytes, delta: bytes) -> bool:
        """A body for a plain request, or a chunk and [DONE] for a streamed one."""
        if self.streamed:
            return self.answer(b"data: " + delta + b"\n\ndata: [DONE]\n\n", type=EVENTS)
        return self.answer(completion)

    def properly(self) -> bool:
        """What the reference server answers."""
        method, path = self.line
        headers = tuple(("Content-Type", value) for value in (self.header("content-type"),) if value)
        exchange = self.world.properly(Request(method, path, body=self.body or None, headers=headers))
        named = tuple(f"{name}: {value}" for name, value in exchange.headers if name.lower() not in ("content-type",))
        named = tuple(one for one in named if not one.lower().startswith("content-length"))
        return self.answer(exchange.body, f"{exchange.status} Ok", exchange.header("content-type") or PLAIN, named)


def completion(content: object = "Hello!", **more: object) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    told = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "reference"}
    return {**told, "choices": [choice], "usage": usage, **more}


def chunk(content: object = "Hello!", finish: object = None, **more: object) -> dict[str, Any]:
    """A chunk of a streamed one."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "logprobs": None, "finish_reason": finish}
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "reference"}
    return {**told, "choices": [choice], **more}


def spelled(value: object) -> bytes:
    """A value as JSON."""
    return json.dumps(value).encode()


def events(*values: object) -> bytes:
    """Values as server-sent events, [DONE] at the end."""
    return b"".join(b"data: " + spelled(value) + b"\n\n" for value in values) + b"data: [DONE]\n\n"


def pieces(text: str, size: int) -> Iterator[str]:
    """A text in parts."""
    yield from (text[at : at + size] for at in range(0, len(text), size))
