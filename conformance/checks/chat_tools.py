"""Tools: calls that are forced, forbidden and left to the model, plain and streamed.

A weak model may call nothing when it is free to; only what the server can force is judged, the rest is unclear.
https://platform.openai.com/docs/guides/function-calling
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from conformance import calls
from conformance.answers import (
    Object,
    attempted,
    ensure_success,
    given,
    is_ok,
    message_of,
    object_of,
    optional_count,
    text_of,
    tool_calls_of,
)
from conformance.effects import is_unlike, was_cut
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.schema import breaches
from conformance.streams import answer_of
from conformance.wire import NOT_JSON, read_json

GUIDE = "https://platform.openai.com/docs/guides/function-calling"
CHOICE = "https://platform.openai.com/docs/guides/function-calling#tool-choice"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

ENOUGH = 64
"""Tokens that a call of either tool below fits in."""

INVITING = "Lamp on, please!"
"""A prompt that calls for the tool."""

IDLE = "Say hello."
"""A prompt that calls for no tool."""

CALLS = "$.choices[0].message.tool_calls"
_MARKED = re.compile(r"(<tool_call>|<function=|<\|python_tag\|>|\[TOOL_CALLS\]).*(state|speed).{1,9}(on|off|low|high)", re.DOTALL)


def function(name: str, member: str, *words: str) -> Json:
    """A strict function of one argument that has a few allowed words."""
    properties = {member: {"type": "string", "enum": list(words)}}
    parameters = {"type": "object", "properties": properties, "required": [member], "additionalProperties": False}
    return {"name": name, "description": f"Sets the {member}.", "strict": True, "parameters": parameters}


FUNCTIONS = {
    one["name"]: one for one in (function("set_lamp", "state", "on", "off"), function("set_fan", "speed", "low", "high"))
}
TOOLS = [{"type": "function", "function": one} for one in FUNCTIONS.values()]


def offering(target: Target, said: str, tool_choice: Json, **fields: Any) -> Request:
    """A request that offers both tools."""
    return calls.chat(target, said, max_tokens=ENOUGH, tools=TOOLS, tool_choice=tool_choice, **fields)


def asked(target: Target, send: Send, request: Request) -> Object:
    """The answer, plain or put together. Raises Ended."""
    return answer_of(ensure_success(attempted(send, request, calls.ordinary(target, request))))


def functions_of(answer: Object) -> list[Object]:
    """What is called. Raises Unclear where the shape of a call is wrong, which a rule judges."""
    functions = [call.get("function") for call in tool_calls_of(answer)]
    named = [one for one in functions if isinstance(one, dict) and isinstance(one.get("arguments"), str)]
    if len(named) != len(functions):
        raise Unclear("the calls have no name and arguments to judge")
    return named


def _held(functions: list[Object]) -> Iterator[Finding]:
    """What is wrong with calls: names that were not offered, arguments that do not fit the tool's own schema."""
    for place, called in enumerate(functions):
        where = f"{CALLS}[{place}].function"
        offered = FUNCTIONS.get(str(called.get("name")))
        if offered is None:
            yield Finding("calls a tool that was not offered", f"{where}.name", " or ".join(FUNCTIONS), str(called.get("name")))
            continue
        value = read_json(called["arguments"].encode("utf-8", "surrogatepass")).value
        if value is NOT_JSON:
            yield Finding("the arguments are no JSON", f"{where}.arguments", "a JSON object", called["arguments"][:120])
        else:
            yield from breaches(offered["parameters"], value, f"{where}.arguments:$")


def _called(answer: Object) -> Noted:
    """Judges the calls of an answer that has some; arguments that the limit cut are unclear."""
    findings = list(_held(functions_of(answer)))
    if findings and was_cut(answer, ENOUGH):
        raise Unclear(f"the call was cut at {ENOUGH} tokens before its end")
    yield from findings


def uncalled(target: Target, send: Send, answer: Object, said: str, choice: str) -> Finding:
    """The finding about an answer without the call that was forced. Raises Unclear where the limit may only have cut it off,
    before anything was said or behind a preface, unless that is what the same prompt gets without any tool.
    """
    actual = json.dumps(message_of(answer), ensure_ascii=False)[:160]
    if _MARKED.search(text_of(answer)):
        return Finding("the call is left in the text, in the model's own marks", CALLS, "a call", actual)
    bare = calls.chat(target, said, max_tokens=ENOUGH)
    if was_cut(answer, ENOUGH) and (not text_of(answer).strip() or is_unlike(given(send, bare), answer)):
        raise Unclear(f"the answer was cut at {ENOUGH} tokens before any call")
    return Finding("answers without a call", CALLS, f"a call, since tool_choice is {choice}", actual, outcome=Outcome.IGNORED)


@check("chat.tools.required", "calls a tool when it must", Level.MUST, "chat.tools", GUIDE, revision=2)
def required(target: Target, send: Send) -> Noted:
    """Offers two tools, asks for what one of them does, and requires a call: one that was offered, with arguments that fit."""
    answer = asked(target, send, offering(target, INVITING, "required"))
    if functions_of(answer):
        yield from _called(answer)
        return
    finding = uncalled(target, send, answer, INVITING, "required")
    if finding.outcome is Outcome.IGNORED and _is_in_the_prompt(target, send, answer):
        raise Unclear("the tools reach the prompt, but the model calls none and tool_choice does not make it")
    yield finding


def _is_in_the_prompt(target: Target, send: Send, answer: Object) -> bool:
    """Whether the prompt is longer with the tools than without; False too where tokens are not counted."""
    bare = given(send, calls.chat(target, INVITING, max_tokens=ENOUGH))
    counts = optional_count(bare, "prompt_tokens"), optional_count(answer, "prompt_tokens")
    return counts[0] is not None and counts[1] is not None and counts[1] > counts[0]


@check("chat.tools.stream", "streams the call of a tool", Level.MUST, "chat.tools", GUIDE, revision=2)
def streamed(target: Target, send: Send) -> Noted:
    """Puts the fragments of a streamed call together: an offered tool, with arguments that fit."""
    answer = asked(target, send, offering(target, INVITING, "required", stream=True))
    if functions_of(answer):
        yield from _called(answer)
    elif not _plain_calls(target, send):
        raise Unclear("no call could be brought about, streamed or not")
    else:
        yield uncalled(target, send, answer, INVITING, "required")


def _plain_calls(target: Target, send: Send) -> list[Object]:
    """The calls of the plain answer when one is required; [] where it was not given."""
    exchange = send(offering(target, INVITING, "required"))
    return tool_calls_of(object_of(exchange)) if is_ok(exchange) else []


@check(
    "chat.tool_choice.required", "calls a tool when it must, wanted or not", Level.MUST, "chat.tool_choice", CHOICE, revision=2
)
def required_idly(target: Target, send: Send) -> Noted:
    """Requires a call beside a prompt that needs none."""
    answer = asked(target, send, offering(target, IDLE, "required"))
    if not functions_of(answer):
        yield uncalled(target, send, answer, IDLE, "required")
    yield from _called(answer)


@check("chat.tools.named", "calls the tool that is named", Level.MUST, "chat.tool_choice", CHOICE, revision=2)
def named(target: Target, send: Send) -> Noted:
    """Names the tool that the model does not call when it may choose between two; every call is of the named one. OpenAI
    itself ends such an answer with finish_reason stop or tool_calls, so that is not judged.
    """
    wanted = neglected(target, send)
    answer = asked(target, send, offering(target, INVITING, {"type": "function", "function": {"name": wanted}}))
    functions = functions_of(answer)
    if not functions:
        yield uncalled(target, send, answer, INVITING, f"the function {wanted}")
    for place, called in enumerate(functions):
        if called.get("name") != wanted:
            actual, where = str(called.get("name")), f"{CALLS}[{place}].function.name"
            yield Finding("calls another tool than the named one", where, wanted, actual, outcome=Outcome.IGNORED)
    yield from _called(answer)


def neglected(target: Target, send: Send) -> str:
    """The first tool that is not called when any may be."""
    functions = [call.get("function") for call in _plain_calls(target, send)]
    called = [one.get("name") for one in functions if isinstance(one, dict)]
    return next((name for name in FUNCTIONS if name not in called), "set_fan")


@check("chat.tool_choice.none", "calls no tool when it must not", Level.MUST, "chat.tool_choice", CHOICE)
def none(target: Target, send: Send) -> Noted:
    """Offers the tools for what they do, and forbids calls. Unclear where no call comes even when one is required."""
    answer = asked(target, send, offering(target, INVITING, "none"))
    if called := tool_calls_of(answer):
        actual = json.dumps(called, ensure_ascii=False)[:160]
        yield Finding("calls a tool in spite of tool_choice none", CALLS, "absent", actual, outcome=Outcome.IGNORED)
    elif not _plain_calls(target, send):
        raise Unclear("no call could be brought about that none would prevent")


@check("chat.tool_choice.auto", "lets the model call a tool", Level.MUST, "chat.tool_choice", CHOICE)
def auto(target: Target, send: Send) -> Noted:
    """Leaves the choice to the model. A call is held against its tool; without one nothing is known."""
    answer = asked(target, send, offering(target, INVITING, "auto"))
    if not functions_of(answer):
        raise Unclear("the model calls no tool by its own choice")
    yield from _called(answer)


def one_at_most(target: Target) -> Request:
    """A request for what two tools do, with calls required and parallel ones forbidden."""
    said = "Switch the lamp on and set the fan to high. Do both now."
    return offering(target, said, "required", parallel_tool_calls=False)


@check(
    "chat.parallel_tool_calls.false",
    "calls one tool at most when calls must not be parallel",
    Level.MUST,
    "chat.parallel_tool_calls",
    CREATE,
    accepts=True,
)
def one_call(target: Target, send: Send) -> Noted:
    """Asks for two things that two tools do, requires calls and forbids parallel ones. That one call comes shows no effect by
    itself, so a right server is seen to accept the field.
    """
    answer = asked(target, send, one_at_most(target))
    called = len(tool_calls_of(answer))
    yield Seen("tool_calls", called)
    if called > 1:
        yield Finding("calls several tools at once", CALLS, "one call", f"{called} calls", outcome=Outcome.IGNORED)
    if not called:
        raise Unclear("no call could be brought about")
