"""Rules about what stands beside the role and the calls of a stream, where OpenAI's own traffic is always the same.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from conformance import calls
from conformance.checks.rules_stream_tools import streaming_call
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Unclear
from conformance.registry import rule
from conformance.streams import Delta, unbroken

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"


def _by_choice(exchange: Exchange, calling: bool) -> list[list[Delta]]:
    """The deltas of the choices that call, or else of those that say a text and call nothing. Raises Unclear."""
    known = unbroken(exchange).of_choice().values()
    found = [deltas for deltas in known if _calls(deltas) == calling and _speaks(deltas) != calling]
    if not found:
        raise Unclear("the stream has no choice of the kind in question")
    return found


def _calls(deltas: list[Delta]) -> bool:
    return any(delta.calls for delta in deltas)


def _speaks(deltas: list[Delta]) -> bool:
    return any(delta.delta.get("content") for delta in deltas)


@rule(
    "chat.stream.opening",
    "opens a text with an empty string",
    Level.MAY,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
)
def text_opens(exchange: Exchange) -> Noted:
    """Reads the content of the first delta of a text: OpenAI's is "" or left out; null there stands for a call, and some
    clients take it so.
    """
    for deltas in _by_choice(exchange, calling=False):
        first = deltas[0]
        if "content" in first.delta and first.delta["content"] is None:
            yield Finding("a text opens with null", f"{first.where}.delta.content", '"" or absent', "null")


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
    for deltas in _by_choice(exchange, calling=True):
        hollow = [delta for delta in deltas if delta.delta.get("content") == ""]
        if hollow[1:] or (hollow and hollow[0] is not deltas[0]):
            yield Finding("an empty text stands beside a call", f"{hollow[-1].where}.delta.content", "absent", "an empty string")
