"""Forms of tools that are legal and less common: without parameters, with references, beside a response format.

https://platform.openai.com/docs/guides/function-calling#defining-functions
"""

from __future__ import annotations

from typing import Any

from conformance import calls
from conformance.answers import Object, attempted, ensure_success, tool_calls_of
from conformance.checks.chat_tools import ENOUGH, INVITING, offering
from conformance.effects import was_cut
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.schema import breaches
from conformance.streams import answer_of
from conformance.wire import NOT_JSON, read_json

DEFINING = "https://platform.openai.com/docs/guides/function-calling#defining-functions"
STRUCTURED = "https://platform.openai.com/docs/guides/structured-outputs"

_WHERE = "$.choices[0].message.tool_calls[0].function.arguments"

REFERRING: Json = {
    "type": "object",
    "properties": {"inner": {"$ref": "#/$defs/state"}, "outer": {"type": "array", "items": {"$ref": "#/$defs/state"}}},
    "required": ["inner", "outer"],
    "additionalProperties": False,
    "$defs": {"state": {"type": "string", "enum": ["on", "off"]}},
}
COLOUR: Json = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["blue", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def _only(target: Target, function: Object, **fields: Any) -> Request:
    """A request that has to end in a call of this function."""
    named = {"type": "function", "function": {"name": function["name"]}}
    tools = [{"type": "function", "function": function}]
    return calls.chat(target, INVITING, max_tokens=ENOUGH, tools=tools, tool_choice=named, **fields)


def _answer(target: Target, send: Send, request: Request) -> Object:
    return answer_of(ensure_success(attempted(send, request, calls.ordinary(target, request))))


def _arguments(answer: Object) -> str:
    """The arguments of the first call. Raises Unclear where there is none, which other checks judge."""
    functions = [call.get("function") for call in tool_calls_of(answer)]
    told = functions[0].get("arguments") if functions and isinstance(functions[0], dict) else None
    if not isinstance(told, str):
        raise Unclear("no call came whose arguments could be read")
    return told


@check("chat.tools.parameters", "takes a tool without parameters", Level.SHOULD, "chat.tools", DEFINING, revision=2)
def without_parameters(target: Target, send: Send) -> Noted:
    """Offers a function whose parameters are left out, plainly, and one with an object of no properties, streamed, and names
    it: it is called, and its arguments are a JSON object.
    """
    bare: Object = {"name": "ring_bell", "description": "Rings the bell."}
    empty = bare | {"parameters": {"type": "object", "properties": {}}}
    for how, request in {"plain": _only(target, bare), "streamed": _only(target, empty, stream=True)}.items():
        answer = _answer(target, send, request)
        arguments = _arguments(answer)
        if not isinstance(read_json(arguments.encode("utf-8", "surrogatepass")).value, dict):
            if was_cut(answer, ENOUGH):
                raise Unclear(f"the {how} call was cut at {ENOUGH} tokens before its end")
            yield Finding(f"the {how} arguments of a tool without parameters are no object", _WHERE, "{}", arguments[:80])


@check(
    "chat.tools.references", "takes references in the parameters of a tool", Level.SHOULD, "chat.tools", STRUCTURED, revision=2
)
def with_references(target: Target, send: Send) -> Noted:
    """Offers a strict function whose parameters share a definition by reference, also inside an array; holds the call against
    it.
    """
    function = {"name": "set_lamps", "description": "Sets all lamps.", "strict": True, "parameters": REFERRING}
    answer = _answer(target, send, _only(target, function))
    arguments = _arguments(answer)
    value = read_json(arguments.encode("utf-8", "surrogatepass")).value
    if was_cut(answer, ENOUGH):
        raise Unclear(f"the call was cut at {ENOUGH} tokens before its end")
    if value is NOT_JSON:
        yield Finding("the arguments are no JSON", _WHERE, "a JSON object", arguments[:120])
    else:
        yield from breaches(REFERRING, value, f"{_WHERE}:$")


@check("chat.tools.format", "calls a tool beside a response format", Level.SHOULD, "chat.tools", STRUCTURED)
def beside_format(target: Target, send: Send) -> Noted:
    """Requires a call and prescribes a schema for text: the call comes. Unclear where none comes without the schema either."""
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": COLOUR}}
    plain = offering(target, INVITING, "required")
    if not tool_calls_of(_answer(target, send, plain)):
        raise Unclear("no call could be brought about without a response format either")
    answer = answer_of(ensure_success(send(offering(target, INVITING, "required", response_format=form))))
    if not tool_calls_of(answer):
        where = "$.choices[0].message.tool_calls"
        yield Finding("a response format takes the place of the call", where, "a call", "none", outcome=Outcome.IGNORED)
