"""Required members that are missing deeper inside of a request: of messages, parts, calls, tools and formats.

OpenAI refuses each; a server that takes one makes the best of a program's mistake, or trips over it later.
https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.checks.errors_definitions import IMAGE
from conformance.checks.errors_requests import LAMP, refusing
from conformance.model import Level
from conformance.registry import check

CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

Object = dict[str, Any]

_SAID = {"role": "user", "content": "Hello!"}
_NOTHING: Object = {"type": "object", "properties": {}}


def _parts(*parts: Object) -> Object:
    return {"messages": [{"role": "user", "content": list(parts)}]}


def _called(call: Object, **answer: str) -> Object:
    """A conversation with one call in it and its answer."""
    called = {"role": "assistant", "content": None, "tool_calls": [call]}
    answered = {"role": "tool", "content": "on", **({"tool_call_id": "call_1"} | answer)}
    return {"messages": [_SAID, called, {name: value for name, value in answered.items() if value}], "tools": [LAMP]}


def _call(**members: Any) -> Object:
    whole = {"id": "call_1", "type": "function", "function": {"name": "set_lamp", "arguments": "{}"}} | members
    return {name: value for name, value in whole.items() if value is not ...}


MEMBERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "messages.role": ("a message without a role", {"messages": [{"content": "Hello!"}]}),
    "messages.content": ("a user's message without content", {"messages": [{"role": "user"}]}),
    "parts.type": ("a part without a type", _parts({"text": "Hello!"})),
    "parts.text": ("a part of text without its text", _parts({"type": "text"})),
    "parts.url": (
        "an image without an address",
        _parts({"type": "text", "text": "Hello!"}, {"type": "image_url", "image_url": {}}),
    ),
    "calls.id": ("a call in the history without an id", _called(_call(id=...))),
    "calls.function": ("a call in the history without a function", _called(_call(function=...))),
    "calls.name": ("a call in the history without a name", _called(_call(function={"arguments": "{}"}))),
    "calls.arguments": ("a call in the history without arguments", _called(_call(function={"name": "set_lamp"}))),
    "tool_call_id": ("an answer of a tool without the id of its call", _called(_call(), tool_call_id="")),
    "tools.type": ("a tool without a type", {"tools": [{"function": LAMP["function"]}]}),
    "tools.function": ("a tool without its function", {"tools": [{"type": "function"}]}),
    "tools.name": ("a function without a name", {"tools": [{"type": "function", "function": {"parameters": _NOTHING}}]}),
    "tool_choice.function": ("a choice that names no function", {"tools": [LAMP], "tool_choice": {"type": "function"}}),
    "response_format.type": ("a response format without a type", {"response_format": {}}),
    "response_format.json_schema": ("a schema format without its schema", {"response_format": {"type": "json_schema"}}),
    "response_format.name": (
        "a schema format without a name",
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object", "properties": {}}}}},
    ),
}
"""What is sent, by the place of what is missing."""

RIGHT: Mapping[str, Mapping[str, Any]] = {
    "parts": _parts({"type": "text", "text": "Hello!"}),
    "parts.url": IMAGE,
    "calls": _called(_call()),
    "tool_call_id": _called(_call()),
    "tools": {"tools": [LAMP]},
    "tool_choice": {"tools": [LAMP], "tool_choice": {"type": "function", "function": {"name": "set_lamp"}}},
    "response_format": {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": _NOTHING}}},
}
"""The same with nothing missing, where a server may not take it at all."""


def _right(name: str) -> Mapping[str, Any]:
    return RIGHT.get(name) or RIGHT.get(name.partition(".")[0], {})


for _name, (_what, _fields) in MEMBERS.items():
    check(f"errors.missing-field.{_name}", f"refuses {_what}", Level.SHOULD, "errors.missing-field", CREATE, revision=2)(
        refusing(_what, _fields, _right(_name))
    )
