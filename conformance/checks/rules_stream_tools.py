"""Rules about tool calls in streams: fragments that clients put together by their index.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import Object
from conformance.checks.rules_tools import calling
from conformance.evidence import integer, shown
from conformance.increments import Delta
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.streams import stream_of

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"

Fragment = tuple[str, Object]
"""The JSON path of a fragment, and the fragment."""


def streaming_call(target: Target) -> Request:
    """A request that has to end in a streamed call."""
    request = calling(target)
    return calls.stream(target, request.json["messages"], **_rest(request))


def _rest(request: Request) -> Object:
    return {name: value for name, value in request.json.items() if name in ("tools", "tool_choice", "max_tokens")}


def _fragments(deltas: list[Delta]) -> list[Fragment]:
    return [(f"{delta.where}.delta.tool_calls[{at}]", call) for delta in deltas for at, call in enumerate(delta.calls)]


def _by_choice(exchange: Exchange) -> list[list[Fragment]]:
    """The fragments of each choice that has any. Raises Unclear."""
    found = [fragments for deltas in stream_of(exchange).of_choice().values() if (fragments := _fragments(deltas))]
    if not found:
        raise Unclear("the stream calls no tool")
    return found


def _grouped(fragments: list[Fragment]) -> dict[int, list[Fragment]]:
    """The fragments of each call, in order of first appearance; those without an index are left out."""
    found: dict[int, list[Fragment]] = {}
    for where, call in fragments:
        index = integer(call.get("index"))
        if index is not None:
            found.setdefault(index, []).append((where, call))
    return found


@rule(
    "chat.stream.tools.index",
    "numbers streamed calls from 0",
    Level.MUST,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
)
def calls_are_numbered(exchange: Exchange) -> Noted:
    """Reads the index of every call: 0, 1, 2 in order of appearance, as the official client's accumulator needs it."""
    for fragments in _by_choice(exchange):
        indices = list(_grouped(fragments))
        if indices != list(range(len(indices))):
            where = f"{fragments[0][0]}.index"
            yield Finding("calls are not numbered from 0 in order", where, "0, 1, 2 …", shown(str(indices)))


@rule(
    "chat.stream.tools.head",
    "begins a call with id, type and name",
    Level.MUST,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
)
def calls_have_heads(exchange: Exchange) -> Noted:
    """Reads the first fragment of every call: it has the id, the type and the name."""
    for fragments in _by_choice(exchange):
        for group in _grouped(fragments).values():
            where, first = group[0]
            yield from _headless(where, first)


def _headless(where: str, first: Object) -> Iterator[Finding]:
    kind = "custom" if first.get("type") == "custom" else "function"
    part = first.get(kind)
    held = {
        "id": first.get("id"),
        "type": first.get("type"),
        f"{kind}.name": part.get("name") if isinstance(part, dict) else None,
    }
    for name, value in held.items():
        if not value:
            yield Finding(f"a call begins without its {name}", f"{where}.{name}", "a string", shown(value) or "empty")


@rule(
    "chat.stream.tools.once",
    "tells id and name of a call once",
    Level.MUST,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
)
def heads_are_not_repeated(exchange: Exchange) -> Noted:
    """Reads later fragments of a call: the official client's accumulator glues an id or name that comes again to the first."""
    for fragments in _by_choice(exchange):
        for group in _grouped(fragments).values():
            again = [(where, call) for where, call in group[1:] if call.get("id") or _name(call)]
            if again:
                yield _repeated(again[0], group[0][1])


def _repeated(again: Fragment, first: Object) -> Finding:
    where, call = again
    if call.get("id") and call.get("id") != first.get("id"):
        return Finding("two calls share an index", f"{where}.index", "an index of its own", shown(call.get("index")))
    told = call.get("id") or _name(call)
    return Finding("a call's id or name is told again", where, "only index and arguments", shown(told))


def _name(call: Object) -> object:
    return next((part.get("name") for kind in ("function", "custom") if isinstance(part := call.get(kind), dict)), None)


@rule(
    "chat.stream.tools.fragments",
    "sends bare fragments",
    Level.SHOULD,
    "chat.tools",
    STREAMING,
    on="chat.stream",
    seed=streaming_call,
    revision=2,
)
def fragments_are_bare(exchange: Exchange) -> Noted:
    """Reads what stands beside the arguments of later fragments, and lists of calls that are empty: strict clients stumble."""
    choices = stream_of(exchange).of_choice().values()
    if not any("tool_calls" in delta.delta for deltas in choices for delta in deltas):
        raise Unclear("the stream calls no tool")
    for deltas in choices:
        hollow = [delta for delta in deltas if "tool_calls" in delta.delta and not delta.delta["tool_calls"]]
        if hollow:
            where = f"{hollow[0].where}.delta.tool_calls"
            yield Finding("an increment has tool_calls without calls", where, "absent", f"{len(hollow)} such")
        fragments = _fragments(deltas)
        for group in _grouped(fragments).values():
            yield from _ballast(group[1:])
        unsaid = [where for where, call in fragments if _arguments(call) is None]
        if unsaid:
            yield Finding("a fragment has null for arguments", f"{unsaid[0]}.function.arguments", "a string", "null")


def _arguments(call: Object) -> object:
    function = call.get("function")
    return function.get("arguments", "") if isinstance(function, dict) else ""


def _ballast(later: list[Fragment]) -> Iterator[Finding]:
    for where, call in later:
        held = [name for name in ("id", "type") if name in call] + (["name"] if _name(call) == "" else [])
        if held and not call.get("id"):
            yield Finding("a later fragment repeats members of the first", where, "only index and arguments", ", ".join(held))
            return
