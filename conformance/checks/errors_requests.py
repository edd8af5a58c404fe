"""Requests that are JSON and still wrong: fields that are missing, of another type, or out of their range.

Any 4xx refuses them properly; how the error is spelled is judged by the rule about the error object.
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from conformance import calls
from conformance.answers import given
from conformance.effects import unless_refused
from conformance.messages import Json, Send
from conformance.model import Level, Noted, Target
from conformance.registry import check

ERRORS = "https://platform.openai.com/docs/guides/error-codes"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

Fields = Mapping[str, Any]

MISSING: Mapping[str, Level] = {"messages": Level.MUST, "model": Level.SHOULD}
"""Required fields. Servers of a single model commonly answer without its name, which harms no client of theirs."""

WRONG_TYPES: Mapping[str, Fields] = {
    "model": {"model": {"name": "a"}},
    "messages": {"messages": "Hello!"},
    "role": {"messages": [{"role": 5, "content": "Hello!"}]},
    "content": {"messages": [{"role": "user", "content": 5}]},
    "temperature": {"temperature": "warm"},
    "max_tokens": {"max_tokens": "few"},
    "stop": {"stop": {"text": "."}},
    "stream": {"stream": "sometimes"},
    "tools": {"tools": "set_lamp"},
}
"""One wrong JSON type a field, none that a lenient reader could take for a right one."""

RANGES: Mapping[str, tuple[str, Fields]] = {
    "messages": ("an empty conversation", {"messages": []}),
    "role": ("a role that does not exist", {"messages": [{"role": "nobody", "content": "Hello!"}]}),
    "n": ("an n of 0", {"n": 0}),
    "top_p": ("a top_p of 1.5", {"top_p": 1.5}),
    "top_logprobs": ("50 top_logprobs", {"logprobs": True, "top_logprobs": 50}),
    "response_format": ("a response format that does not exist", {"response_format": {"type": "no_such_format"}}),
}
"""Values outside of what OpenAI documents."""

LAMP: Json = {"type": "function", "function": {"name": "set_lamp", "parameters": {"type": "object", "properties": {}}}}

RIGHT: Mapping[str, Fields] = {
    "tools": {"tools": [LAMP]},
    "top_logprobs": {"logprobs": True, "top_logprobs": 1},
    "response_format": {"response_format": {"type": "text"}},
}
"""Right uses of fields that a server may not have at all."""


def refusing(what: str, fields: Fields, right: Fields = MappingProxyType({})) -> Callable[[Target, Send], Noted]:
    """A check that a request with these fields is refused, while one that is right in their place is answered: whoever refuses
    every image has not looked at a broken one.
    """

    def refuse(target: Target, send: Send) -> Noted:
        wrong: dict[str, Any] = {"max_tokens": 1, **fields}
        findings = list(unless_refused(send(calls.wrong(target, **wrong)), f"answers {what}"))
        if not findings:
            given(send, calls.chat(target, **right))
        yield from findings

    refuse.__doc__ = f"Sends {what}. Any 4xx will do, a 5xx will not."
    return refuse


for _name, _level in MISSING.items():
    _what, _fields = f"a request without {_name}", {_name: ...}
    check(f"errors.missing-field.{_name}", f"refuses {_what}", _level, "errors.missing-field", CREATE)(refusing(_what, _fields))

for _name, _wrong in WRONG_TYPES.items():
    _what = f"{_name} of a wrong JSON type"
    _right = RIGHT.get(_name, {})
    check(f"errors.wrong-type.{_name}", f"refuses {_what}", Level.SHOULD, "errors.wrong-type", ERRORS, revision=1 + bool(_right))(
        refusing(_what, _wrong, _right)
    )

for _name, (_what, _wrong) in RANGES.items():
    _right = RIGHT.get(_name, {})
    check(f"errors.range.{_name}", f"refuses {_what}", Level.SHOULD, "errors.range", CREATE, revision=1 + bool(_right))(
        refusing(_what, _wrong, _right)
    )
