"""Values that only a reader of every member refuses: switches out of place, degrees and names that do not exist, null.

OpenAI answers 400 to each; lenient servers take them, and a slip of the pen stays unnoticed.
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.checks.errors_requests import LAMP, refusing
from conformance.model import Level
from conformance.registry import check

CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

_SLASHED = {"type": "function", "function": {"name": "lamps/set", "parameters": {"type": "object", "properties": {}}}}

RANGES: Mapping[str, tuple[str, Level, Mapping[str, Any]]] = {
    "reasoning_effort": ("a reasoning_effort that does not exist", Level.MAY, {"reasoning_effort": "no_such_effort"}),
    "stream_options": ("stream_options without a stream", Level.MAY, {"stream_options": {"include_usage": True}}),
    "stream_options.member": (
        "a stream option that does not exist",
        Level.MAY,
        {"stream": True, "stream_options": {"includ_usage": True}},
    ),
    "tools.name": ("a tool whose name has a slash", Level.MAY, {"tools": [_SLASHED]}),
    "content": ("a user's message of null", Level.SHOULD, {"messages": [{"role": "user", "content": None}]}),
}
"""What is sent, and how much follows where it is taken."""

RIGHT: Mapping[str, Mapping[str, Any]] = {"reasoning_effort": {"reasoning_effort": "low"}, "tools.name": {"tools": [LAMP]}}
"""Right uses of fields that a server or a model may not have at all."""

for _name, (_what, _level, _fields) in RANGES.items():
    _right = RIGHT.get(_name, {})
    check(f"errors.range.{_name}", f"refuses {_what}", _level, "errors.range", CREATE, revision=1 + bool(_right))(
        refusing(_what, _fields, _right)
    )
