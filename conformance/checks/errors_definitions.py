"""Definitions of tools and schemas that are none, and images that are none.

A program that sends one has a fault to be told of: OpenAI answers 400. To drop it silently leaves the program to believe in a
format that nothing enforces. https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.checks.chat_parts import seer, solid_png
from conformance.checks.errors_requests import LAMP, refusing
from conformance.messages import Send
from conformance.model import Level, Noted, Target
from conformance.registry import check

TOOLS = "https://platform.openai.com/docs/guides/function-calling"
SCHEMAS = "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"
IMAGES = "https://platform.openai.com/docs/guides/images-vision"

Object = dict[str, Any]

_NOTHING: Object = {"type": "object", "properties": {}}


def _tool(parameters: Any = None, name: str = "set_lamp", kind: str = "function") -> Object:
    return {"type": kind, "function": {"name": name, "parameters": parameters or _NOTHING}}


def _shaped(property_: Object, **more: Any) -> Mapping[str, Any]:
    """A strict format of one member."""
    schema = {"type": "object", "properties": {"a": property_}, "required": ["a"], "additionalProperties": False} | more
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}}


_STATE: Object = {"$defs": {"state": {"type": "string", "enum": ["on", "off"]}}}

RIGHT: Mapping[str, Mapping[str, Any]] = {
    "tool": {"tools": [LAMP]},
    "choice": {"tools": [LAMP], "tool_choice": {"type": "function", "function": {"name": "set_lamp"}}},
    "schema": _shaped({"$ref": "#/$defs/state"}, **_STATE),
}
"""What is right in the place of each: whoever refuses every tool has not looked at its definition."""

DEFINITIONS: Mapping[str, tuple[str, Level, str, Mapping[str, Any]]] = {
    "tool.type": ("a tool of a type that does not exist", Level.MAY, TOOLS, {"tools": [_tool(kind="no_such_type")]}),
    "tool.parameters": ("a tool whose parameters are a string", Level.SHOULD, TOOLS, {"tools": [_tool("none")]}),
    "tool.schema": (
        "a tool with a type that JSON does not have",
        Level.MAY,
        TOOLS,
        {"tools": [_tool({"type": "object", "properties": {"a": {"type": "no_such_type"}}})]},
    ),
    "tool.empty": ("an empty list of tools", Level.MAY, TOOLS, {"tools": []}),
    "choice.absent": (
        "a choice of a tool that is not there",
        Level.SHOULD,
        TOOLS,
        {"tools": [_tool()], "tool_choice": {"type": "function", "function": {"name": "no_such_tool"}}},
    ),
    "choice.word": ("a tool_choice that does not exist", Level.SHOULD, TOOLS, {"tools": [_tool()], "tool_choice": "sometimes"}),
    "choice.alone": ("a tool_choice without tools", Level.MAY, TOOLS, {"tool_choice": "required"}),
    "schema.type": ("a format with a type that JSON does not have", Level.SHOULD, SCHEMAS, _shaped({"type": "no_such_type"})),
    "schema.ref": ("a format that refers to nothing", Level.SHOULD, SCHEMAS, _shaped({"$ref": "#/$defs/nothing"})),
    "schema.strict": (
        "a strict format that allows more members",
        Level.MAY,
        SCHEMAS,
        _shaped({"type": "string"}, additionalProperties=True),
    ),
    "schema.root": ("a strict format that is no object", Level.MAY, SCHEMAS, _shaped({}, type="array")),
}
"""What is sent, how much follows where it is taken, and where the rule is written."""

for _name, (_what, _level, _link, _fields) in DEFINITIONS.items():
    check(f"errors.definitions.{_name}", f"refuses {_what}", _level, "errors.definitions", _link, revision=2)(
        refusing(_what, _fields, RIGHT[_name.partition(".")[0]])
    )


def showing(url: str) -> Mapping[str, Any]:
    """A message with an image."""
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    return {"messages": [{"role": "user", "content": parts}]}


BROKEN_IMAGES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "base64": ("an image whose base64 is none", showing("data:image/png;base64,@@@@")),
    "bytes": ("an image of bytes that are none", showing("data:image/png;base64,bm8gaW1hZ2U=")),
    "media-type": ("an image that calls itself text", showing("data:text/plain;base64,bm8gaW1hZ2U=")),
    "address": ("an image without a web address", showing("no address")),
    "gone": ("an image from a host that does not answer", showing("http://127.0.0.1:9/a.png")),
}
"""Images that cannot be seen by any server, with and without eyes. None makes it ask a host other than itself."""

IMAGE = showing(solid_png(255, 0, 0))
"""One that can be seen."""


def _shown(what: str, fields: Mapping[str, Any]) -> Callable[[Target, Send], Noted]:
    """The check that the model with eyes is shown the image, if there is one."""
    refuse = refusing(what, fields, IMAGE)

    def show(target: Target, send: Send) -> Noted:
        return refuse(seer(target), send)

    show.__doc__ = refuse.__doc__
    return show


for _name, (_what, _fields) in BROKEN_IMAGES.items():
    check(f"errors.image.{_name}", f"refuses {_what}", Level.SHOULD, "errors.image", IMAGES, revision=2)(_shown(_what, _fields))
