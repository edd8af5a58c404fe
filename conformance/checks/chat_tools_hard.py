"""Tools beyond the ordinary: nested strict parameters, a choice among allowed tools, and calls with hard arguments given back.

https://platform.openai.com/docs/guides/function-calling
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from conformance import calls
from conformance.answers import answered, choices_of
from conformance.checks.chat_history import arguing
from conformance.checks.chat_json import choice, closed
from conformance.checks.chat_tools import CALLS, ENOUGH, INVITING, TOOLS, asked, functions_of, neglected, offering, uncalled
from conformance.effects import ever_alike, was_cut
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.schema import breaches
from conformance.wire import NOT_JSON, read_json

STRICT = "https://platform.openai.com/docs/guides/function-calling#strict-mode"
ALLOWED = "https://platform.openai.com/docs/guides/function-calling#tool-choice"
RESULTS = "https://platform.openai.com/docs/guides/function-calling#handling-function-calls"
STREAMING = "https://platform.openai.com/docs/guides/function-calling#streaming"

NESTED = closed(
    lamp=closed(state=choice("on", "off"), floor={"type": "integer", "enum": [1, 2]}),
    until={"type": ["string", "null"], "enum": ["noon", None]},
)

HARD: tuple[Json, ...] = (
    {"text": "He said \"hi\",\r\n\tthen left.\nC:\\temp\\new 'and' \u2028 so on"},
    {},
    {"text": "日本語 😀 é 👩‍👩‍👧", "deep": {"list": [1, -2.5, None, True, {"again": ["</tool_call>", "{{x}}"]}], "empty": ""}},
)
"""Arguments that careless templates and parsers break on."""


def _switching(target: Target) -> Request:
    function = {"name": "set_lamp", "description": "Switches a lamp.", "strict": True, "parameters": NESTED}
    fields: dict[str, Any] = {"tools": [{"type": "function", "function": function}], "tool_choice": "required"}
    return calls.chat(target, INVITING, max_tokens=ENOUGH, **fields)


@check("chat.tools.strict", "keeps to nested parameters of a strict tool", Level.MUST, "chat.tools", STRICT)
def nested(target: Target, send: Send) -> Noted:
    """Requires a call of a strict function with an object, an integer and null among its parameters; holds the
    arguments against them. Without a call nothing is known, since other checks judge that.
    """
    answer = asked(target, send, _switching(target))
    if not (functions := functions_of(answer)):
        raise Unclear("no call came whose arguments could be read")
    findings = list(_broken(functions[0]["arguments"]))
    if findings and was_cut(answer, ENOUGH):
        raise Unclear(f"the call was cut at {ENOUGH} tokens before its end")
    yield from findings


def _broken(arguments: str) -> Noted:
    where = f"{CALLS}[0].function.arguments"
    value = read_json(arguments.encode("utf-8", "surrogatepass")).value
    if value is NOT_JSON:
        yield Finding("the arguments are no JSON", where, "a JSON object", arguments[:120])
    else:
        yield from breaches(NESTED, value, f"{where}:$")


@check("chat.tool_choice.allowed", "calls allowed tools alone", Level.SHOULD, "chat.tool_choice", ALLOWED, revision=2)
def allowed(target: Target, send: Send) -> Noted:
    """Offers both tools and allows, in mode required, only the one that is not called otherwise: every call is of that one."""
    wanted = neglected(target, send)
    subset = {"mode": "required", "tools": [{"type": "function", "function": {"name": wanted}}]}
    answer = asked(target, send, offering(target, INVITING, {"type": "allowed_tools", "allowed_tools": subset}))
    functions = functions_of(answer)
    if not functions:
        yield uncalled(target, send, answer, INVITING, f"among {wanted} alone")
    for place, called in enumerate(functions):
        if called.get("name") != wanted:
            where, actual = f"{CALLS}[{place}].function.name", str(called.get("name"))
            yield Finding("calls a tool that is not allowed", where, wanted, actual, outcome=Outcome.IGNORED)


@check(
    "chat.tools.history.hard",
    "takes calls with any arguments back",
    Level.MUST,
    "chat.tools.history",
    RESULTS,
    accepts=True,
)
def hard_arguments(target: Target, send: Send) -> Noted:
    """Gives back three calls at once with quotes, backslashes, line ends, emoji, marks of templates, nesting and nothing at all
    in their arguments, and three results like them. The same with plain arguments is another check's.
    """
    texts = [json.dumps(one, ensure_ascii=False) for one in HARD]
    hard = calls.chat(target, arguing(*((text, text) for text in texts)), tools=TOOLS)
    choices_of(answered(send, hard, calls.chat(target, arguing(('{"state":"on"}', "ok")), tools=TOOLS)))
    yield from ()


@check(
    "chat.tools.arguments.stream", "streams the arguments of the plain answer", Level.SHOULD, "chat.tools", STREAMING, revision=2
)
def same_arguments(target: Target, send: Send) -> Noted:
    """Requires a call plainly and streamed: names and arguments are the same. Where they are not, both are asked for again, since
    a server may compute with a little noise.
    """
    plain, streamed = (partial(_calls_of, target, send, stream) for stream in (False, True))
    if not ever_alike(plain, streamed):
        yield Finding("streams another call than the plain answer has", CALLS, plain(0), streamed(0))


def _calls_of(target: Target, send: Send, stream: bool, take: int) -> str:
    """Every call of an answer, as a text that can be compared. Raises Unclear where there is none, or it was cut."""
    more = {"stream": True} if stream else {}
    answer = asked(target, send, offering(target, INVITING, "required", take=take, **more))
    functions = functions_of(answer)
    if not functions or was_cut(answer, ENOUGH):
        raise Unclear("no whole call came, streamed or not")
    return json.dumps([[one.get("name"), _value(one["arguments"])] for one in functions], ensure_ascii=False, sort_keys=True)


def _value(arguments: str) -> Json:
    """What arguments say; their text where they are no JSON."""
    value = read_json(arguments.encode("utf-8", "surrogatepass")).value
    return arguments if value is NOT_JSON else value
