"""Tools in streams, where servers take another way through their code: the same calls, the same text, the same count.

https://platform.openai.com/docs/guides/function-calling#streaming
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import calls
from conformance.answers import (
    Object,
    answered_chunks,
    attempted,
    ensure_success,
    finish_of,
    given,
    given_chunks,
    is_ok,
    text_of,
    tool_calls_of,
)
from conformance.checks.chat_tools import ENOUGH, IDLE, INVITING, TOOLS, offering
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.streams import answer_of

STREAMING = "https://platform.openai.com/docs/guides/function-calling#streaming"
OPTIONS = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options"
RESULTS = "https://platform.openai.com/docs/guides/function-calling#handling-function-calls"

ROUNDS = 4
FAN = {"type": "function", "function": {"name": "set_fan"}}


def calling(target: Target, **fields: Any) -> Request:
    """The request that has to end in a call."""
    return offering(target, INVITING, "required", **fields)


def counting(target: Target) -> Request:
    """The same, streamed, with its usage asked for."""
    return calling(target, stream=True, stream_options={"include_usage": True})


@check(
    "chat.tools.equality", "streams the calls and the text of the plain answer", Level.SHOULD, "chat.tools", STREAMING, revision=2
)
def equality(target: Target, send: Send) -> Noted:
    """Asks plainly and streamed with a call required, with a call named, and with tools that are not needed: the names of the
    calls, the text and the finish_reason are the same. Greedy answers are turned by noise now and then, so up to four of each
    are asked for; where the plain ones differ among themselves nothing is said, nor where no call comes at all.
    """
    cases: tuple[tuple[str, Callable[..., Request]], ...] = (
        ("required", lambda **more: calling(target, **more)),
        ("named", lambda **more: offering(target, IDLE, FAN, **more)),
        ("auto", lambda **more: offering(target, IDLE, "auto", **more)),
    )
    clear = [finding for name, ask in cases for finding in _unlike(send, name, ask)]
    findings = [one for one in clear if one.outcome is not Outcome.UNCLEAR]
    if len(clear) == len(cases) and not findings:
        raise Unclear(clear[0].message)
    yield from findings
    plain = [exchange for _, ask in cases if is_ok(exchange := send(ask()))]
    if not findings and not any(tool_calls_of(answer_of(exchange)) for exchange in plain):
        raise Unclear("no call could be brought about whose stream could be compared")


def _unlike(send: Send, name: str, ask: Callable[..., Request]) -> list[Finding]:
    """The finding about a kind of request whose plain and streamed answers never agree, or why nothing can be told."""
    plain, streamed = set(), set()
    for take in range(ROUNDS):
        exchanges = send(ask(take=take)), send(ask(take=take, stream=True))
        if not all(map(is_ok, exchanges)):
            return [Finding("there are no two answers with tools to compare", outcome=Outcome.UNCLEAR)]
        plain.add(_gist(answer_of(exchanges[0])))
        streamed.add(_gist(answer_of(exchanges[1])))
        if plain & streamed:
            return []
    if len(plain) > 1:
        return [Finding("plain answers differ among themselves", outcome=Outcome.UNCLEAR)]
    message = f"streams another answer than it gives plainly where tool_choice is {name}"
    return [Finding(message, "$.choices[0]", min(plain)[:160], min(streamed)[:160])]


def _gist(answer: Object) -> str:
    """What a client acts on, in words."""
    functions = [call.get("function") for call in tool_calls_of(answer)]
    names = [str(one.get("name")) for one in functions if isinstance(one, dict)]
    return f"calls {', '.join(names) or 'nothing'}, ends with {finish_of(answer)}, says {text_of(answer).strip()!r}"


@check("chat.stream_options.tools", "counts tokens in a stream that offers tools", Level.SHOULD, "chat.stream_options", OPTIONS)
def usage_beside_tools(target: Target, send: Send) -> Noted:
    """Asks for the usage of a stream in which a tool has to be called. Unclear where a stream without tools has none either."""
    if not _counts(given_chunks(send, calls.stream(target, stream_options={"include_usage": True}))):
        raise Unclear("no stream tells its usage")
    chunks = answered_chunks(send, counting(target), calling(target, stream=True))
    if not _counts(chunks):
        yield Finding("leaves the usage out where tools are offered", "$[*].usage", "an object", "none", outcome=Outcome.IGNORED)


def _counts(chunks: list[Object]) -> bool:
    return any(isinstance(chunk.get("usage"), dict) for chunk in chunks)


def _second_turn(target: Target, **fields: Any) -> Request:
    function = {"name": "set_lamp", "arguments": '{"state":"on"}'}
    call = {"id": "call_7tQm2WcYxK4vBnR9sLdPzHgE", "type": "function", "function": function}
    turns: list[Json] = [
        {"role": "user", "content": INVITING},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "The lamp did not answer. Try again."},
    ]
    return calls.chat(target, turns, max_tokens=ENOUGH, tools=TOOLS, tool_choice="required", **fields)


@check(
    "chat.tools.history.stream",
    "streams a call after the result of a tool",
    Level.SHOULD,
    "chat.tools.history",
    RESULTS,
    revision=2,
)
def later_turn(target: Target, send: Send) -> Noted:
    """Requires a call again after a tool has failed, streamed. Unclear where the plain answer has no call either."""
    answer = answer_of(ensure_success(attempted(send, _second_turn(target, stream=True), calls.chat(target))))
    if tool_calls_of(answer):
        return
    if not tool_calls_of(given(send, _second_turn(target))):
        raise Unclear("the plain answer calls nothing either")
    yield Finding("a later turn calls nothing when streamed", "$.choices[0].message.tool_calls", "a call", "none")
