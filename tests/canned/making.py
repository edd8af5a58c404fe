"""How the labelled answers are spelled: a right answer, and what is changed about it."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from conformance.messages import Exchange, Failure, Piece, Request

CREATED = 1790000000
TOOL = {
    "type": "function",
    "function": {"name": "look", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}},
}
ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hello!"}]}


@dataclass(frozen=True)
class Case:
    """An exchange and the rules that must speak on it; none for a right one."""

    name: str
    exchange: Exchange
    speak: frozenset[str] = frozenset()


def right(name: str, exchange: Exchange) -> Case:
    return Case(name, exchange)


def wrong(name: str, exchange: Exchange, *speak: str) -> Case:
    return Case(name, exchange, frozenset(speak))


def changed(value: Any, *edits: tuple[str, Any]) -> Any:
    """A copy with places set to values; `...` takes a place away. A place is spelled `choices.0.message`."""
    copy = deepcopy(value)
    for place, new in edits:
        *way, last = (int(step) if step.isdigit() else step for step in place.split("."))
        spot = copy
        for step in way:
            spot = spot[step]
        if new is ...:
            del spot[last]
        else:
            spot[last] = deepcopy(new)
    return copy


def spelled(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def answer(
    body: Any,
    kind: str | None = "application/json",
    status: int = 200,
    asked: Any = ASKED,
    path: str = "/chat/completions",
    failure: Failure | None = None,
    **more: Any,
) -> Exchange:
    """An exchange with a body given as bytes or as a JSON value; a request of None is a GET."""
    request = Request("GET" if asked is None else "POST", path, asked)
    headers = (("Content-Type", kind),) if kind else ()
    pieces = (Piece(0.1, spelled(body)),)
    return Exchange(request, status, headers, pieces, failure, started=CREATED - 1.0, seconds=1.0, **more)


def chat(*edits: tuple[str, Any], **asked: Any) -> Exchange:
    """A plain chat completion with edits; keywords are fields of the request."""
    return answer(changed(COMPLETION, *edits), asked=ASKED | asked)


def lines(*events: Any, end: str = "\n\n", before: str = "data: ") -> bytes:
    """Events of JSON values or of text as it is, and [DONE]."""
    return "".join(f"{before}{one if isinstance(one, str) else json.dumps(one)}{end}" for one in (*events, "[DONE]")).encode()


def streamed(
    body: bytes, kind: str | None = "text/event-stream", status: int = 200, failure: Failure | None = None, **asked: Any
) -> Exchange:
    """A streamed answer with a body of bytes; keywords are fields of the request."""
    return answer(body, kind, status, ASKED | {"stream": True} | asked, failure=failure)


def stream(*chunks: Any, **asked: Any) -> Exchange:
    """A streamed answer of chunks and [DONE]."""
    return streamed(lines(*chunks), **asked)


def chunk(delta: Any = None, finish: Any = None, index: int = 0, **more: Any) -> dict[str, Any]:
    """One chunk with one choice."""
    choice = {"index": index, "delta": delta or {}, "logprobs": None, "finish_reason": finish}
    return HEAD | {"choices": [choice]} | more


def call(index: Any = 0, arguments: Any = "", **head: Any) -> dict[str, Any]:
    """A delta with one fragment of a tool call; keywords are the members of a first fragment."""
    name = {"name": head.pop("name")} if "name" in head else {}
    return {"tool_calls": [{"index": index, **head, "function": name | {"arguments": arguments}}]}


USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": CREATED,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Good day", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": USAGE,
    "system_fingerprint": None,
}
HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED, "model": "m"}
FIRST = chunk({"role": "assistant", "content": ""})
GOOD = (FIRST, chunk({"content": "Good"}), chunk({"content": " day"}), chunk({}, "stop"))
COUNTED = HEAD | {"choices": [], "usage": USAGE}
COUNTING = {"stream_options": {"include_usage": True}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
CALLS = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [CALL]}
ERROR = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}
OPENING = chunk({"role": "assistant", "content": None} | call(id="call_1", type="function", name="look"))
