"""Schemas of growing difficulty under response_format json_schema, strict: each keyword that OpenAI documents as supported.

Lists of words and bounds bring every text to its end within a few tokens, so that a weak model can fulfil them all; what the
limit cut all the same is unclear. https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance import calls
from conformance.answers import given
from conformance.checks.chat_json import COLOUR, ENOUGH, WHERE, asked, choice, closed, held, prescribing, read
from conformance.effects import unless_refused
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import check
from conformance.wire import NOT_JSON

SUPPORTED = "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"
ORDER = "https://platform.openai.com/docs/guides/structured-outputs#key-ordering"


@dataclass(frozen=True)
class Rung:
    """A schema and a prompt that it fits. OpenAI itself refuses the keywords of some rungs for some models: those are SHOULD."""

    title: str
    said: str
    schema: Json
    level: Level = Level.MUST


SWITCH = choice("on", "off")
NEGATION = closed(**{"not": {"$ref": "#/$defs/term"}})
WORDS = ("z", "y", "x", "w", "v", "u")
"""Names of members against the order of the alphabet."""

LADDER = {
    "const": Rung("a constant", "Describe the lamp.", closed(kind={"type": "string", "const": "lamp"}, state=SWITCH)),
    "array": Rung(
        "an array", "Name two colours.", closed(colours={"type": "array", "items": choice("red", "green", "blue"), "maxItems": 3})
    ),
    "any-of": Rung(
        "one of several schemas", "Switch the lamp on.", closed(order={"anyOf": [closed(lamp=SWITCH), closed(fan=choice("low"))]})
    ),
    "null": Rung(
        "booleans and null",
        "Is the lamp on? Is it broken?",
        closed(on={"type": "boolean"}, broken={"type": ["boolean", "null"]}, note={"type": "null"}),
    ),
    "references": Rung(
        "references",
        "Both lamps are on.",
        closed(inner={"$ref": "#/$defs/state"}, outer={"$ref": "#/$defs/state"}) | {"$defs": {"state": SWITCH}},
    ),
    "recursion": Rung(
        "a schema within itself",
        "Say: not true.",
        closed(sum={"$ref": "#/$defs/term"}) | {"$defs": {"term": {"anyOf": [{"type": "boolean"}, NEGATION]}}},
    ),
    "recursion.root": Rung(
        "a reference to the whole schema",
        "The lamp is on, and there is nothing behind it.",
        closed(state={"$ref": "#/$defs/state"}, behind={"anyOf": [{"type": "null"}, {"$ref": "#"}]})
        | {"$defs": {"state": SWITCH}},
        Level.SHOULD,
    ),
    "members": Rung("many members", "All true.", closed(**{word: {"type": "boolean"} for word in WORDS})),
    "bounds": Rung(
        "bounds of integers and arrays",
        "Meet at ten o'clock on days 1 and 2.",
        closed(
            hour={"type": "integer", "minimum": 8, "maximum": 17},
            days={"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}, "minItems": 2, "maxItems": 2},
        ),
        Level.SHOULD,
    ),
    "pattern": Rung(
        "a pattern", "What is the code?", closed(code={"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"}), Level.SHOULD
    ),
}


def _request(target: Target, rung: Rung) -> Request:
    fields: dict[str, Any] = {"max_tokens": ENOUGH, "response_format": prescribing(rung.schema)}
    return calls.chat(target, rung.said, **fields)


def _keeping(rung: Rung) -> Callable[[Target, Send], Noted]:
    def keep(target: Target, send: Send) -> Noted:
        """Prescribes the schema, strictly, and holds the text against it."""
        yield from held(asked(target, send, _request(target, rung)), rung.schema)

    return keep


for _name, _rung in LADDER.items():
    check(f"chat.json_schema.{_name}", f"keeps to {_rung.title} in a JSON Schema", _rung.level, "chat.json_schema", SUPPORTED)(
        _keeping(_rung)
    )


@check("chat.json_schema.order", "writes members in the order of the schema", Level.SHOULD, "chat.json_schema", ORDER)
def order(target: Target, send: Send) -> Noted:
    """Compares the order of many members with that of the schema, which runs against the alphabet."""
    value, _ = read(asked(target, send, _request(target, LADDER["members"])), ENOUGH)
    if value is NOT_JSON or set(value) != set(WORDS):
        raise Unclear("the members are not those of the schema")
    if list(value) != list(WORDS):
        yield Finding("the members come in another order", WHERE, " ".join(WORDS), " ".join(value))


@check("chat.json_schema.invalid", "refuses what is no JSON Schema", Level.SHOULD, "chat.json_schema", SUPPORTED)
def invalid(target: Target, send: Send) -> Noted:
    """Prescribes a member of a type that there is not; a right server says so, and does not answer freely or break."""
    fields: dict[str, Any] = {"max_tokens": ENOUGH, "response_format": prescribing(closed(colour={"type": "foo"}))}
    yield from unless_refused(send(calls.wrong(target, **fields)), "takes a schema with a type that there is not")
    given(send, calls.chat(target, "Which colour has the sky?", max_tokens=ENOUGH, response_format=prescribing(COLOUR)))
