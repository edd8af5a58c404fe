"""The id of a completion, by which clients cache, log and look up answers: every answer has another one.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import is_ok
from conformance.checks.chat_tools_streams import calling, counting
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import check
from conformance.streams import read_stream
from conformance.wire import read_json

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


def _id_of(exchange: Exchange) -> str:
    """The id of an answer or of its first chunk; "" where there is none, which a rule judges."""
    chunks = read_stream(exchange.body).chunks if is_ok(exchange) else []
    value = chunks[0].value if chunks else read_json(exchange.body).value
    told = value.get("id") if is_ok(exchange) and isinstance(value, dict) else None
    return told if isinstance(told, str) else ""
