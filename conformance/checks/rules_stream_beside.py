"""Rules about the course of the calls of a stream and what stands beside them, where OpenAI's own traffic is always the same.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from itertools import pairwise

from conformance.checks.rules_stream_tools import streaming_call
from conformance.evidence import integer, shown
from conformance.increments import Delta, arguments_of
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Unclear
from conformance.registry import rule
from conformance.streams import unbroken

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


@rule(
    "chat.stream.tools.increments",
    "streams arguments as increments",
    Level.MUST,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
)
def arguments_are_increments(exchange: Exchange) -> Noted:
    """Looks for calls of which every fragment repeats all arguments before it. JSON never begins twice, so chance has no part."""
    found = [arguments_of(deltas) for deltas in unbroken(exchange).of_choice().values()]
    if not any(found):
        raise Unclear("the stream calls no tool with arguments")
    for pieces in (pieces for calls in found for pieces in calls.values()):
        texts = [text for _, text in pieces]
        if texts[0].startswith("{") and texts[1:] and all(later.startswith(earlier) for earlier, later in pairwise(texts)):
            told = shown(" | ".join(texts[:4]))
            yield Finding("every fragment repeats the arguments before it", pieces[1][0], "increments", told)


@rule(
    "chat.stream.tools.sequence",
    "finishes a call before it begins the next",
    Level.SHOULD,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
)
def calls_come_one_by_one(exchange: Exchange) -> Noted:
    """Looks for arguments of a call behind the beginning of a later one: the official client's own helper tells that a call is
    done, with the arguments so far, when the next begins.
    """
    found = [calls for deltas in unbroken(exchange).of_choice().values() if (calls := _places(deltas))]
    if not found:
        raise Unclear("the stream calls no tool")
    for calls in found:
        late = next((later for earlier, later in pairwise(calls) if later[1] < earlier[1]), None)
        if late:
            where, index = late
            yield Finding("a call goes on behind the beginning of a later one", where, "calls one by one", f"index {index} again")


def _places(deltas: list[Delta]) -> list[tuple[str, int]]:
    """The place and the index of every fragment that has one."""
    return [(delta.where, index) for delta in deltas for call in delta.calls if (index := integer(call.get("index"))) is not None]
