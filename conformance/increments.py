"""The increments of a streamed chat completion, and what they add up to; what is malformed is left out.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.answers import Object
from conformance.messages import Json


@dataclass(frozen=True)
class Message:
    """One event's data: its position among the events, the name of the event, the text, and the object if it is one."""

    position: int
    name: str
    text: str
    value: Object | None
    problems: tuple[str, ...]
    offset: int = 0

    @property
    def where(self) -> str:
        """The JSON path, with the events as an array."""
        return f"$[{self.position}]"


@dataclass(frozen=True)
class Delta:
    """One choice's share of a chunk."""

    chunk: Message
    place: int
    choice: Object

    @property
    def where(self) -> str:
        """The JSON path of the choice."""
        return f"{self.chunk.where}.choices[{self.place}]"

    @property
    def index(self) -> Json:
        """The choice that it belongs to; without any index the first."""
        return self.choice.get("index", 0)

    @property
    def delta(self) -> Object:
        """The increment; empty where it is missing or of a wrong type."""
        delta = self.choice.get("delta")
        return delta if isinstance(delta, dict) else {}

    @property
    def finished(self) -> bool:
        """Whether it carries a finish_reason, or what OpenAI's first vision model sent in its place."""
        return self.choice.get("finish_reason") not in (None, "") or bool(self.choice.get("finish_details"))

    @property
    def calls(self) -> list[Object]:
        """The fragments of tool calls."""
        calls = self.delta.get("tool_calls")
        return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []

    @property
    def says(self) -> bool:
        """Whether it adds anything to the message."""
        return any(value for name, value in self.delta.items() if name != "role")


Piece = tuple[str, str]
"""The JSON path of an increment, and its text."""


def arguments_of(deltas: list[Delta]) -> dict[int, list[Piece]]:
    """The increments of the arguments of each call, in order of first appearance; calls without an index are left out."""
    found: dict[int, list[Piece]] = {}
    for delta in deltas:
        for place, call in enumerate(delta.calls):
            index, function = call.get("index"), call.get("function")
            text = function.get("arguments") if isinstance(function, dict) else None
            if isinstance(index, int) and isinstance(text, str) and text:
                found.setdefault(index, []).append((f"{delta.where}.delta.tool_calls[{place}].function.arguments", text))
    return found


def choice_of(index: int, deltas: list[Delta]) -> Object:
    """The choice that some deltas add up to."""
    message: Object = {"role": "assistant", "content": None}
    for delta in deltas:
        for name, value in delta.delta.items():
            if isinstance(value, str) and name != "role":
                before = message.get(name)
                message[name] = before + value if isinstance(before, str) else value
            elif isinstance(value, dict):
                message[name] = _merged(message.get(name), value)
    calls = _calls(deltas)
    entries = [entry for delta in deltas for entry in _entries(delta)]
    asked = any(isinstance(delta.choice.get("logprobs"), dict) for delta in deltas)
    reasons = [reason for delta in deltas if isinstance(reason := delta.choice.get("finish_reason"), str) and reason]
    return {
        "index": index,
        "message": message | ({"tool_calls": calls} if calls else {}),
        "finish_reason": reasons[-1] if reasons else None,
        "logprobs": {"content": entries} if asked else None,
    }


def _merged(old: Json, new: Object) -> Object:
    merged = dict(old) if isinstance(old, dict) else {}
    for name, value in new.items():
        before = merged.get(name)
        merged[name] = before + value if isinstance(before, str) and isinstance(value, str) else value
    return merged


def _entries(delta: Delta) -> list[Json]:
    logprobs = delta.choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    return content if isinstance(content, list) else []


_NOTHING: dict[str, Object] = {"function": {"arguments": ""}, "custom": {"input": ""}}
"""What a call says whose fragments say nothing."""


def _calls(deltas: list[Delta]) -> list[Object]:
    found: dict[Json, Object] = {}
    for call in (call for delta in deltas for call in delta.calls):
        index = call.get("index")
        whole = found.setdefault(index if isinstance(index, int) else 0, {"id": "", "type": call.get("type")})
        whole["id"] = whole["id"] or call.get("id") or ""
        for kind in ("function", "custom"):
            if isinstance(part := call.get(kind), dict):
                known = whole.get(kind)
                name = known.get("name") if known else None
                whole[kind] = _NOTHING[kind] | _merged(known, part) | {"name": name or part.get("name")}
    return [found[index] for index in sorted(found)]
