"""The same answer as a stream of chunks, and chunks as server-sent events.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest

from conformance.reference.chat import Completion, spread
from conformance.reference.choices import Called, Choice, letters
from conformance.reference.values import Object
from conformance.reference.vocabulary import spellings, tokens_of

DONE = b"data: [DONE]\n\n"


def chunks(done: Completion, options: Object) -> list[Object]:
    """Every chunk in order: choices take turns, then come the usage where `stream_options` asks for it, and what
    moderation found.
    """
    turns = zip_longest(*(list(_deltas(choice, done.logprobs)) for choice in done.choices))
    listed = [_chunk(done, [told]) for turn in turns for told in turn if told is not None]
    if options.get("include_usage"):
        listed = [chunk | {"usage": None} for chunk in listed] + [_chunk(done, []) | {"usage": done.usage}]
    if done.moderation:
        listed.append(_chunk(done, []) | {"moderation": done.moderation})
    if options.get("include_obfuscation") is not False:
        listed = [chunk | {"obfuscation": _padding(chunk)} for chunk in listed]
    return listed


def _chunk(done: Completion, choices: list[Object]) -> Object:
    return {
        "id": done.id,
        "object": "chat.completion.chunk",
        "created": done.created,
        "model": done.model,
        "service_tier": "default",
        "system_fingerprint": done.fingerprint,
        "choices": choices,
    }


def _deltas(choice: Choice, logprobs: bool) -> Iterator[Object]:
    """The choice of every chunk: first the role, then text or calls, last an empty delta with the reason."""
    if choice.calls:
        yield from (_turn(choice, delta) for delta in _call_deltas(choice))
    else:
        yield _turn(choice, {"role": "assistant", "content": "", "refusal": None})
        for piece in choice.pieces:
            yield _turn(choice, {"content": piece.text}, spread((piece,)) if logprobs else None)
    yield _turn(choice, {}) | {"finish_reason": choice.finish}


def _turn(choice: Choice, delta: Object, logprobs: Object | None = None) -> Object:
    return {"index": choice.index, "delta": delta, "logprobs": logprobs, "finish_reason": None}


def _call_deltas(choice: Choice) -> Iterator[Object]:
    opening: Object = {"role": "assistant", "content": None}
    for place, call in enumerate(choice.calls):
        if choice.legacy:
            yield opening | {"function_call": {"name": call.name, "arguments": ""}, "refusal": None}
            yield from ({"function_call": {"arguments": part}} for part in _parts(call))
            return
        head = {"index": place, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield {**opening, "tool_calls": [head], **({} if place else {"refusal": None})}
        yield from ({"tool_calls": [{"index": place, "function": {"arguments": part}}]} for part in _parts(call))
        opening = {}


def _parts(call: Called) -> Iterator[str]:
    """The arguments in pieces of a token, never within a character."""
    known, held = spellings(), b""
    for token in tokens_of(call.arguments):
        held += known[token]
        whole = held.decode("utf-8", "ignore")
        if whole:
            yield whole
            held = held[len(whole.encode()) :]


def _padding(chunk: Object) -> str:
    """Letters of no meaning that make the event's length say less about its text."""
    event = len(framed(chunk | {"obfuscation": ""}))
    return letters(str(event), (7 - event) % 16)


def framed(chunk: Object) -> bytes:
    """A chunk as one event."""
    return b"data: " + json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n\n"
