"""A rule about what stands beside the calls of a stream, where OpenAI's own traffic is always the same.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from conformance.checks.rules_stream_tools import streaming_call
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Unclear
from conformance.registry import rule
from conformance.streams import Delta, unbroken

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"


def _calling_choices(exchange: Exchange) -> list[list[Delta]]:
    """The deltas of the choices that call and say nothing. Raises Unclear."""
    found = [deltas for deltas in unbroken(exchange).of_choice().values() if _calls(deltas) and not _speaks(deltas)]
    if not found:
        raise Unclear("the stream has no choice that calls and says nothing")
    return found


def _calls(deltas: list[Delta]) -> bool:
    return any(delta.calls for delta in deltas)


def _speaks(deltas: list[Delta]) -> bool:
    return any(delta.delta.get("content") for delta in deltas)


@rule(
    "chat.stream.tools.content",
    "says no empty text beside its calls",
    Level.MAY,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
)
def no_empty_text(exchange: Exchange) -> Noted:
    """Reads the content of deltas of a choice that calls and says nothing: OpenAI's is null in the first and left out of all
    others; some clients take an empty text in between for the end of the call.
    """
    for deltas in _calling_choices(exchange):
        hollow = [delta for delta in deltas if delta.delta.get("content") == ""]
        if hollow[1:] or (hollow and hollow[0] is not deltas[0]):
            yield Finding("an empty text stands beside a call", f"{hollow[-1].where}.delta.content", "absent", "an empty string")
