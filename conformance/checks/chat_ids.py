"""The ids of completions and of calls, by which clients cache, log, look up and give results back: each is used once.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import is_ok
from conformance.checks.chat_tools_streams import calling, counting
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import check
from conformance.streams import assembled, read_stream
from conformance.wire import read_json

CALLS = "$.choices[0].message.tool_calls[*].id"
OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"


@check("chat.id.unique", "gives every completion an id of its own", Level.SHOULD, "chat", OBJECT)
def unique(target: Target, send: Send) -> Noted:
    """Holds the ids of two plain answers against each other, of two streams, and of two streams that offer tools, where some
    servers make up their chunks in another place. Unclear where there are no two ids of any kind.
    """
    pairs = {
        "plain answers": (calls.chat(target), calls.story(target)),
        "streams": (calls.stream(target), calls.told(target)),
        "streams that offer tools": (calling(target, stream=True), counting(target)),
    }
    known = {kind: [_id_of(send(request)) for request in pair] for kind, pair in pairs.items()}
    if not any(all(ids) for ids in known.values()):
        raise Unclear("there are no two ids to compare")
    for kind, (one, other) in known.items():
        if one and one == other:
            yield Finding(f"two {kind} have one id", "$.id", "an id of its own", one[:80])


@check("chat.tool_calls.ids.apart", "gives calls of two answers ids of their own", Level.SHOULD, "chat.tools", OBJECT)
def calls_apart(target: Target, send: Send) -> Noted:
    """Holds the ids of the calls of two answers against each other: in one conversation both come to stand, and agents find by
    the id what a tool has answered already.
    """
    one, other = (_ids_of_calls(send(request)) for request in (calling(target, stream=True), counting(target)))
    if not one or not other:
        raise Unclear("there are no calls in two answers to compare")
    if shared := sorted(one & other):
        yield Finding("calls of two answers have one id", CALLS, "an id of its own", shared[0][:80])


def _ids_of_calls(exchange: Exchange) -> set[str]:
    """The ids of the calls of the first choice; what is malformed is left out, for a rule judges it."""
    choices = assembled(read_stream(exchange.body))["choices"] if is_ok(exchange) else []
    held = [call.get("id") for call in choices[0]["message"].get("tool_calls") or ()] if choices else []
    return {name for name in held if isinstance(name, str) and name}


def _id_of(exchange: Exchange) -> str:
    """The id of an answer or of its first chunk; "" where there is none, which a rule judges."""
    chunks = read_stream(exchange.body).chunks if is_ok(exchange) else []
    value = chunks[0].value if chunks else read_json(exchange.body).value
    told = value.get("id") if is_ok(exchange) and isinstance(value, dict) else None
    return told if isinstance(told, str) else ""
