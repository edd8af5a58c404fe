"""Answers in a form that the request prescribes: JSON mode, JSON Schema, and plain text said explicitly.

https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from typing import Any

from conformance import calls
from conformance.answers import Object, answered, attempted, ensure_success, message_of, text_of
from conformance.effects import is_same_text, was_cut
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.schema import breaches
from conformance.streams import answer_of
from conformance.wire import NOT_JSON, read_json

STRUCTURED = "https://platform.openai.com/docs/guides/structured-outputs"
JSON_MODE = "https://platform.openai.com/docs/guides/structured-outputs#json-mode"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

ENOUGH = 64
"""Tokens that every object of a closed schema below fits in."""

ROOM = 64
"""Tokens for an object that the model shapes itself; a weak one may not come to its end."""


def choice(*words: str) -> Json:
    """The schema of a string that is one of some words."""
    return {"type": "string", "enum": list(words)}


def closed(**properties: Json) -> Json:
    """The schema of an object that has all of these members and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


COLOUR = closed(colour=choice("blue", "green"))
BLUE = closed(colour=choice("blue"))
LAMP = closed(lamp=closed(state=choice("on", "off"), place=choice("desk", "wall")), urgent={"type": "boolean"})


def prescribing(schema: Json) -> Json:
    """The response format that prescribes a schema strictly."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def in_colour(target: Target, said: str = "Which colour has the sky?", schema: Json = COLOUR, **fields: Any) -> Request:
    """A request for an answer that fits a schema."""
    return calls.chat(target, said, max_tokens=ENOUGH, response_format=prescribing(schema), **fields)


def for_object(target: Target, said: str = 'Give the JSON object {"ok": true} back, as JSON.', **fields: Any) -> Request:
    """A request in JSON mode."""
    return calls.chat(target, said, max_tokens=ROOM, response_format={"type": "json_object"}, **fields)


def asked(target: Target, send: Send, request: Request) -> Object:
    """The answer, plain or put together from its chunks. Raises Ended."""
    return answer_of(ensure_success(attempted(send, request, calls.ordinary(target, request))))


def read(answer: Object, limit: int) -> tuple[Json, list[Finding]]:
    """The JSON object that the answer's text is, or NOT_JSON with the finding that says what it is instead. Raises Unclear
    where the model refused or the text was cut.
    """
    text = text_of(answer)
    value = read_json(text.encode("utf-8", "surrogatepass")).value
    if isinstance(value, dict):
        return value, []
    if message_of(answer).get("refusal"):
        raise Unclear("the model refuses to answer")
    if value is not NOT_JSON:
        return NOT_JSON, [Finding("the text is JSON, but no object", WHERE, "a JSON object", text[:120])]
    if text.strip() and not text.lstrip().startswith("{"):
        return NOT_JSON, [Finding("the text is no JSON", WHERE, "a JSON object", text[:120], outcome=Outcome.IGNORED)]
    if was_cut(answer, limit):
        raise Unclear(f"the answer was cut at {limit} tokens before the end of its JSON")
    return NOT_JSON, [Finding("the text is no whole JSON object", WHERE, "a JSON object", text[:120])]


WHERE = "$.choices[0].message.content"


def held(answer: Object, schema: Json) -> Noted:
    """What in the answer's text breaks the schema."""
    value, findings = read(answer, ENOUGH)
    yield from findings
    if value is not NOT_JSON:
        yield from breaches(schema, value, f"{WHERE}:$")


@check("chat.json_object.object", "answers with a JSON object in JSON mode", Level.MUST, "chat.json_object", JSON_MODE)
def object_in_json_mode(target: Target, send: Send) -> Noted:
    """Asks for JSON with response_format json_object: the whole text is one object, with no fence and no word around it."""
    yield from read(asked(target, send, for_object(target)), ROOM)[1]


@check("chat.json_object.stream", "streams a JSON object in JSON mode", Level.MUST, "chat.json_object", JSON_MODE)
def streamed_object(target: Target, send: Send) -> Noted:
    """Puts the chunks of the same answer together: they are one object as well."""
    yield from read(asked(target, send, for_object(target, stream=True)), ROOM)[1]


@check("chat.json_object.contrary", "answers with a JSON object against the prompt", Level.SHOULD, "chat.json_object", JSON_MODE)
def object_against_the_prompt(target: Target, send: Send) -> Noted:
    """Asks for plain English in JSON mode, which shows that the mode and not the prompt makes the JSON."""
    said = "Answer with the word hello, in plain English and without JSON."
    yield from read(asked(target, send, for_object(target, said)), ROOM)[1]


@check("chat.json_schema.enum", "keeps to an enum of a JSON Schema", Level.MUST, "chat.json_schema", STRUCTURED)
def enum(target: Target, send: Send) -> Noted:
    """Prescribes an object of one member with two allowed words, strictly; holds the text against that schema."""
    yield from held(asked(target, send, in_colour(target)), COLOUR)


@check("chat.json_schema.nested", "keeps to a nested JSON Schema", Level.MUST, "chat.json_schema", STRUCTURED)
def nested(target: Target, send: Send) -> Noted:
    """Prescribes an object inside an object beside a boolean, strictly; holds the text against that schema."""
    yield from held(asked(target, send, in_colour(target, "Is the lamp on the desk on?", LAMP)), LAMP)


@check("chat.json_schema.contrary", "keeps to a JSON Schema against the prompt", Level.MUST, "chat.json_schema", STRUCTURED)
def contrary(target: Target, send: Send) -> Noted:
    """Asks for the word red in plain English, with a schema that knows blue alone: the schema wins."""
    said = "Answer with the word red, in plain English and without JSON."
    yield from held(asked(target, send, in_colour(target, said, BLUE)), BLUE)


@check("chat.json_schema.stream", "streams what a JSON Schema prescribes", Level.MUST, "chat.json_schema", STRUCTURED)
def streamed_schema(target: Target, send: Send) -> Noted:
    """Puts the chunks of a streamed answer together and holds them against the schema."""
    yield from held(asked(target, send, in_colour(target, stream=True)), COLOUR)


@check("chat.response_format.text", "takes the format text as the default", Level.MUST, "chat.response_format.text", CREATE)
def text_format(target: Target, send: Send) -> Noted:
    """Says response_format text, as some frameworks always do: the greedy text is the one of a request without it."""
    plain, explicit = calls.chat(target), calls.chat(target, response_format={"type": "text"})
    answered(send, explicit, plain)
    if not is_same_text(send, plain, explicit):
        yield Finding("the text is another one with the default format said", WHERE, "the text without response_format")
