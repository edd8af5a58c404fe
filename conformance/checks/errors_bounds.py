"""Both sides of every bound: the last value that OpenAI documents is taken, the first one beyond it is refused.

The bounds of numbers are those of the request's schema; sizes of lists, names and maps are spelled out. A field that is refused
whatever it holds is judged under its own name, not here.
https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import calls
from conformance.answers import ensure_success, given, is_refused
from conformance.checks.chat_defaults import ORDINARY
from conformance.effects import unless_refused
from conformance.messages import Json, Send
from conformance.model import Ended, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.schema import named_schema

CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Bounds:
    """What is just inside and just outside of what a field may be."""

    inside: tuple[Fields, ...]
    outside: tuple[Fields, ...]


NUMBERS = ("frequency_penalty", "presence_penalty", "top_p", "top_logprobs", "n", "max_tokens", "max_completion_tokens")
"""Numbers with bounds, but for the temperature, which chat.temperature.range is about, and the seed, whose bounds lie beyond what
JSON readers agree on.
"""

_BESIDE: Mapping[str, Fields] = {
    "top_logprobs": {"logprobs": True},
    "max_tokens": {"stop": [" ", "e"]},
    "max_completion_tokens": {"max_tokens": ..., "stop": [" ", "e"]},
}
"""What a field needs beside it, or cannot have. Some servers take a limit of 0 for none, so something else must end the text."""

DEAR = 20
"""No more choices than this are asked for; nor can a limit be tried that a model has no room for."""


def _of_number(name: str) -> Bounds:
    schema = named_schema("chat.request")["properties"][name]
    step = 1 if "integer" in schema["type"] else 0.1
    bounds = [(schema[side], away) for side, away in (("minimum", -step), ("maximum", step)) if side in schema]
    inside = [bound for bound, _ in bounds if name != "n" or bound <= DEAR]
    return Bounds(_each(name, inside), _each(name, [round(bound + away, 1) for bound, away in bounds]))


def _each(name: str, values: list[Json]) -> tuple[Fields, ...]:
    return tuple({**_BESIDE.get(name, {}), name: value} for value in values)


def _tools(count: int, name: str = "set_lamp") -> Fields:
    functions = [{"name": f"{name}_{place}"[:64] if count > 1 else name} for place in range(count)]
    parameters = {"parameters": {"type": "object", "properties": {}}}
    return {"tools": [{"type": "function", "function": function | parameters} for function in functions]}


BOUNDS: Mapping[str, tuple[str, Bounds]] = {
    **{name: (name, _of_number(name)) for name in NUMBERS},
    "logit_bias": (
        "a logit_bias between -100 and 100",
        Bounds(
            ({"logit_bias": {"1": 100}}, {"logit_bias": {"1": -100}}), ({"logit_bias": {"1": 101}}, {"logit_bias": {"1": -101}})
        ),
    ),
    "stop": (
        "one to four stop strings",
        Bounds(({"stop": ["~1", "~2", "~3", "~4"]},), ({"stop": ["~1", "~2", "~3", "~4", "~5"]},)),
    ),
    "metadata": (
        "up to 16 pairs of metadata",
        Bounds(
            ({"metadata": {f"key{place}": "a" for place in range(16)}},),
            (
                {"metadata": {f"key{place}": "a" for place in range(17)}},
                {"metadata": {"k" * 65: "a"}},
                {"metadata": {"k": "a" * 513}},
            ),
        ),
    ),
    "tools": ("a name of up to 64 characters", Bounds((_tools(1, "a" * 64),), (_tools(1, "a" * 65),))),
    "tools.count": ("up to 128 tools", Bounds((), (_tools(129),))),
}
"""What is bounded, by the last part of the check's id."""


_ORDINARY: Mapping[str, Fields] = {**ORDINARY, "max_tokens": {"max_tokens": calls.FEW}, "tools": _tools(1), "tools.count": {}}
"""What lies well inside of the bounds."""


def _keeping(name: str, bounds: Bounds) -> Callable[[Target, Send], Noted]:
    def keep(target: Target, send: Send) -> Noted:
        given(send, calls.chat(target))
        for fields in bounds.inside:
            yield from _taken(target, send, fields, {**_BESIDE.get(name, {}), **_ORDINARY[name]})
        for fields in bounds.outside:
            wrong: dict[str, Any] = {"max_tokens": 1, **fields}
            exchange = send(calls.wrong(target, **wrong))
            if is_dear(fields) and exchange.failure and exchange.failure.kind == "timeout":
                raise Unclear(f"the answer to {_told(fields)} may take longer than the suite waits")
            yield from unless_refused(exchange, f"takes {_told(fields)}")

    keep.__doc__ = (
        f"Sends {_list(bounds.inside) or 'nothing'} to be answered and {_list(bounds.outside)} to be refused. Any 4xx will do."
    )
    return keep


def is_dear(fields: Fields) -> bool:
    """Whether a server that takes these fields has much to do."""
    return int(fields.get("n", 1)) > DEAR


def _taken(target: Target, send: Send, fields: Fields, ordinary: Fields) -> Noted:
    try:
        ensure_success(send(calls.chat(target, **{"max_tokens": 1, **fields})))
    except Ended as end:
        if end.finding.outcome is Outcome.UNCLEAR:
            raise
        if end.finding.outcome is Outcome.REFUSED and is_refused(send(calls.chat(target, **ordinary))):
            raise Unclear(f"{_told(ordinary)} is refused as well") from None
        yield replace(end.finding, message=f"{end.finding.message} to {_told(fields)}")


def _told(fields: Fields) -> str:
    name, value = next((name, value) for name, value in reversed(list(fields.items())) if value is not ...)
    text = f"{name} = {value!r}"
    return text if len(text) <= 60 else text[:59] + "…"


def _list(fields: tuple[Fields, ...]) -> str:
    return ", ".join(map(_told, fields))


for _name, (_what, _bounds) in BOUNDS.items():
    _declare = check(
        f"errors.range.{_name}.bounds", f"keeps the bounds of {_what}", Level.SHOULD, "errors.range", CREATE, revision=2
    )
    _declare(_keeping(_name, _bounds))
