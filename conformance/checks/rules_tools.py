"""Rules about tool calls, plain or streamed: what they call, with what, and under which ids.

https://platform.openai.com/docs/api-reference/chat/object#chat/object-choices
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import Object, choices_of
from conformance.evidence import asked, ensure_values, is_masked, shown
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.streams import answer_of
from conformance.wire import read_json

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"

Call = tuple[str, Object, Object]
"""The JSON path of a call, the call, and the choice that it belongs to."""


def calling(target: Target) -> Request:
    """A request that is bound to be answered by a call."""
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = {"type": "function", "function": {"name": "weather", "description": "The weather in a city", "parameters": parameters}}
    return calls.chat(target, "What is the weather in Paris?", tools=[tool], tool_choice="required", max_tokens=64)


def _calls(exchange: Exchange) -> list[Call]:
    found: list[Call] = []
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = choice.get("message")
        held = message.get("tool_calls") if isinstance(message, dict) else None
        for at, call in enumerate(held if isinstance(held, list) else ()):
            if isinstance(call, dict):
                found.append((f"$.choices[{place}].message.tool_calls[{at}]", call, choice))
    if not found:
        raise Unclear("the answer calls no tool")
    return found


def _function(call: Object) -> Object:
    function = call.get("function")
    return function if isinstance(function, dict) else {}


@rule("chat.tool_calls.arguments", "writes arguments in JSON", Level.SHOULD, "chat.tools", OBJECT, on="chat.proper", seed=calling)
def arguments_are_json(exchange: Exchange) -> Noted:
    """Reads `function.arguments`, unless the answer was cut: a JSON object in a string. OpenAI warns that a model may fail at
    it, so it is no more than SHOULD.
    """
    ensure_values(exchange)
    for where, call, choice in _calls(exchange):
        text = _function(call).get("arguments")
        if isinstance(text, str) and choice.get("finish_reason") != "length" and not _is_object(text):
            yield Finding(
                "the arguments are no JSON object", f"{where}.function.arguments", "a JSON object", shown(text) or "empty"
            )


def _is_object(text: str) -> bool:
    return isinstance(read_json(text.encode("utf-8", "surrogatepass")).value, dict)


@rule("chat.tool_calls.doubled", "writes arguments once", Level.MUST, "chat.tools", OBJECT, on="chat.proper", seed=calling)
def arguments_are_written_once(exchange: Exchange) -> Noted:
    """Looks for arguments that are one JSON object written twice, as when a stream flushes what it has sent already."""
    for where, call, _ in _calls(exchange):
        text = _function(call).get("arguments")
        half = len(text) // 2 if isinstance(text, str) else 0
        if isinstance(text, str) and half > 1 and text[:half] == text[half:] and _is_object(text[:half]):
            yield Finding("the arguments are written twice", f"{where}.function.arguments", shown(text[:half]), shown(text))


@rule(
    "chat.tool_calls.ids",
    "gives every call an id of its own",
    Level.MUST,
    "chat.tools",
    OBJECT,
    on="chat.proper",
    seed=calling,
    revision=3,
)
def ids_are_unique(exchange: Exchange) -> Noted:
    """Compares the ids of the calls of one choice: results are given back under them. Of several choices one goes on."""
    ensure_values(exchange)
    seen: set[tuple[str, str]] = set()
    for where, call, _ in _calls(exchange):
        name = call.get("id")
        if not isinstance(name, str) or not name:
            continue
        if exchange.source and is_masked(name):
            raise Unclear("the ids were masked")
        mark = (where.partition(".message")[0], name)
        if mark in seen:
            yield Finding("two calls have one id", f"{where}.id", "an id of its own", shown(name))
        seen.add(mark)


@rule(
    "chat.tool_calls.names",
    "calls the tools that it was given",
    Level.SHOULD,
    "chat.tools",
    OBJECT,
    on="chat.proper",
    seed=calling,
)
def names_are_offered(exchange: Exchange) -> Noted:
    """Compares the names that are called with the tools of the request. Models invent some now and then, OpenAI's too."""
    ensure_values(exchange)
    offered = offered_in(asked(exchange))
    for where, call, _ in _calls(exchange):
        name = _function(call).get("name")
        if isinstance(name, str) and name and name not in offered:
            yield Finding("calls a tool that was not offered", f"{where}.function.name", shown(str(sorted(offered))), shown(name))


def offered_in(sent: Object) -> set[str]:
    """The names of the functions that a request offers, also by the legacy field `functions`."""
    tools, legacy = sent.get("tools"), sent.get("functions")
    named = [tool.get("function") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    named += legacy if isinstance(legacy, list) else []
    return {name for one in named if isinstance(one, dict) and isinstance(name := one.get("name"), str)}


@rule("chat.tool_calls.legacy", "calls tools as tools", Level.MUST, "chat.tools", OBJECT, on="chat.proper", seed=calling)
def tools_are_no_functions(exchange: Exchange) -> Noted:
    """Looks for the legacy `function_call` where the request has tools and no functions: who reads tool_calls finds no call."""
    sent = asked(exchange)
    messages = [message for choice in choices_of(answer_of(exchange)) if isinstance(message := choice.get("message"), dict)]
    if not sent.get("tools") or sent.get("functions") or not any(map(_calls_any, messages)):
        raise Unclear("no tool is offered and called")
    for place, message in enumerate(messages):
        if message.get("function_call") and not message.get("tool_calls"):
            where = f"$.choices[{place}].message.function_call"
            yield Finding("calls a tool as a legacy function", where, "tool_calls", "function_call")


def _calls_any(message: Object) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))


@rule(
    "chat.tool_calls.empty",
    "leaves tool_calls out where it calls none",
    Level.SHOULD,
    "chat",
    OBJECT,
    on="chat",
    seed=calls.chat,
)
def no_calls_no_member(exchange: Exchange) -> Noted:
    """Looks for `tool_calls` that is null or an empty list: several clients take its presence for a call."""
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = choice.get("message")
        if isinstance(message, dict) and "tool_calls" in message and not message["tool_calls"]:
            told = "null" if message["tool_calls"] is None else "[]"
            yield Finding("has tool_calls without calls", f"$.choices[{place}].message.tool_calls", "absent", told)
