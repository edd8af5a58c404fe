"""Rules that hold chat completions and their chunks against the schema of the API.

One schema tells the whole shape. Each rule takes those of its findings that lie in its own part of the message, so that a
server that documents, say, no logprobs is not blamed under `chat`.
https://platform.openai.com/docs/api-reference/chat/object · https://platform.openai.com/docs/api-reference/chat/streaming
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from conformance import calls
from conformance.answers import Object
from conformance.checks.rules_tools import calling
from conformance.endpoints import sent_json, wants_stream
from conformance.evidence import ensure_values, integer, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.schema import against
from conformance.streams import read_stream
from conformance.wire import read_json

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
CHUNK = "https://platform.openai.com/docs/api-reference/chat-streaming"

_PARTS = {
    "id": r"\$(\[\d+\])?\.id$",
    "created": r"\$(\[\d+\])?\.created$",
    "usage": r"\$(\[\d+\])?\.usage\b",
    "finish_reason": r".*\.finish_reason$",
    "logprobs": r".*\.choices\[\d+\]\.logprobs\b",
    "tool_calls": r".*\.(message|delta)\.(tool_calls|function_call)\b",
}
"""The parts of a completion that have a rule of their own, by JSON path; everything else is the part called shape."""


NULL_UNTIL = 1_688_000_000
"""The end of June 2023: https://github.com/openai/openai-openapi/pull/20."""

_MASKABLE = ("id", "created", "usage", "logprobs")
"""Parts that recorders mask with values of another type."""


def _part(where: str) -> str:
    return next((part for part, pattern in _PARTS.items() if re.match(pattern, where)), "shape")


@lru_cache(maxsize=256)
def _breaches(body: bytes, streamed: bool) -> Mapping[str, list[Finding]]:
    """What breaks the schema, by the part that it lies in."""
    sorted_out: dict[str, list[Finding]] = {}
    for found in _broken(body, streamed):
        sorted_out.setdefault(_part(found.where), []).append(found)
    return sorted_out


def _broken(body: bytes, streamed: bool) -> Iterator[Finding]:
    if not streamed:
        yield from against("chat.completion", read_json(body).value)
        return
    for chunk in read_stream(body).chunks:
        yield from against("chat.completion.chunk", chunk.value, chunk.where)


def _in_part(exchange: Exchange, part: str) -> Iterator[Finding]:
    _ensure_readable(exchange)
    if part in _MASKABLE:
        ensure_values(exchange)
    return iter(_breaches(exchange.body, wants_stream(exchange)).get(part, ()))


def _where_held(exchange: Exchange, part: str, held: Callable[[Object], object]) -> Iterator[Finding]:
    """The findings in a part that answers need not have. Raises Unclear where no choice holds it: nothing is shown then."""
    found = list(_in_part(exchange, part))
    listed = [choices for _, answer in _answers(exchange) if isinstance(choices := answer.get("choices"), list)]
    if not found and not any(held(choice) for choices in listed for choice in choices if isinstance(choice, dict)):
        raise Unclear(f"the answer has no {part}")
    yield from found


def _called(choice: Object) -> bool:
    said = [part for name in ("message", "delta") if isinstance(part := choice.get(name), dict)]
    return any(part.get("tool_calls") or part.get("function_call") for part in said)


def _ensure_readable(exchange: Exchange) -> None:
    streamed = wants_stream(exchange)
    if streamed and not read_stream(exchange.body).chunks:
        raise Unclear("the answer streams no chunk to judge")
    if not streamed and not read_json(exchange.body).ok:
        raise Unclear("the answer is no JSON to judge")


@rule("chat.schema", "answers with a chat completion", Level.MUST, "chat", OBJECT, on="chat", seed=calls.chat)
def fits_completion(exchange: Exchange) -> Noted:
    """Holds plain answers against chat.completion.schema.json, but for the parts that have rules of their own."""
    yield from _in_part(exchange, "shape")


@rule(
    "chat.stream.schema", "streams chat completion chunks", Level.MUST, "chat.stream", CHUNK, on="chat.stream", seed=calls.stream
)
def fits_chunk(exchange: Exchange) -> Noted:
    """Holds every chunk against chat.completion.chunk.schema.json; only chunks of audio answers have no choices."""
    yield from _in_part(exchange, "shape")
    for chunk in () if _may_be_audio(exchange) else read_stream(exchange.body).chunks:
        if "choices" not in (chunk.value or {}):
            yield Finding("a chunk has no choices", f"{chunk.where}.choices", "an array", "absent", ("schema",))


def _may_be_audio(exchange: Exchange) -> bool:
    sent = sent_json(exchange)
    if not isinstance(sent, dict):
        return True
    modalities = sent.get("modalities")
    return "audio" in sent or "audio" in str(sent.get("model")) or (isinstance(modalities, list) and "audio" in modalities)


@rule("chat.id", "names every completion", Level.MUST, "chat", OBJECT, on="chat.proper", seed=calls.chat)
def has_id(exchange: Exchange) -> Noted:
    """Reads `id`: a string that is not empty, in whatever form."""
    yield from _in_part(exchange, "id")


@rule(
    "chat.finish_reason.legal",
    "ends for a reason that OpenAI knows",
    Level.MUST,
    "chat.finish_reason",
    OBJECT,
    on="chat.proper",
    seed=calls.chat,
    revision=2,
)
def finish_reason_is_known(exchange: Exchange) -> Noted:
    """Reads `finish_reason`: stop, length, tool_calls, content_filter or function_call, and null only before the last chunk.
    Recordings of OpenAI's first months with chat completions have null in plain answers too.
    """
    early = bool(exchange.source) and any(created < NULL_UNTIL for _, created in _created(exchange))
    for found in _in_part(exchange, "finish_reason"):
        if not (early and found.actual == "null"):
            yield found


@rule(
    "chat.usage.shape",
    "counts tokens in whole numbers",
    Level.MUST,
    "chat.usage",
    OBJECT,
    on="chat.proper",
    seed=calls.chat,
    revision=2,
)
def usage_is_counts(exchange: Exchange) -> Noted:
    """Reads `usage` wherever it stands: three integers from zero, and details that are objects of such."""
    found = list(_in_part(exchange, "usage"))
    if not found and all(answer.get("usage") is None for _, answer in _answers(exchange)):
        raise Unclear("the answer has no usage to judge")
    yield from found


def _with_logprobs(target: Target) -> Request:
    return calls.chat(target, logprobs=True, top_logprobs=2)


@rule(
    "chat.logprobs.shape",
    "lists tokens with their logprobs",
    Level.MUST,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=_with_logprobs,
    revision=2,
)
def logprobs_are_entries(exchange: Exchange) -> Noted:
    """Reads `logprobs` where there are any: `content` with a token, its logprob, its bytes and its rivals in every entry."""
    yield from _where_held(exchange, "logprobs", lambda choice: choice.get("logprobs"))


@rule(
    "chat.tool_calls.shape",
    "calls tools in OpenAI's form",
    Level.MUST,
    "chat.tools",
    OBJECT,
    on="chat.proper",
    seed=calling,
    revision=2,
)
def tool_calls_are_calls(exchange: Exchange) -> Noted:
    """Reads `tool_calls` and the legacy `function_call`: ids, types and names, and arguments as a string."""
    yield from _where_held(exchange, "tool_calls", _called)


@rule("chat.created", "dates completions in whole seconds", Level.MUST, "chat", OBJECT, on="chat.proper", seed=calls.chat)
def created_is_seconds(exchange: Exchange) -> Noted:
    """Reads `created`: an integer of Unix seconds; milliseconds and fractions break typed clients."""
    yield from _in_part(exchange, "created")
    for where, value in _created(exchange):
        if not 1e9 < value < 1e11:
            yield Finding("created is no time in seconds since 1970", where, "an integer between 1e9 and 1e11", shown(value))


def _created(exchange: Exchange) -> Iterator[tuple[str, int]]:
    for where, answer in _answers(exchange):
        value = integer(answer.get("created"))
        if value is not None:
            yield f"{where}.created", value


def _answers(exchange: Exchange) -> list[tuple[str, Object]]:
    if wants_stream(exchange):
        return [(chunk.where, chunk.value) for chunk in read_stream(exchange.body).chunks if chunk.value is not None]
    value: Json = read_json(exchange.body).value
    return [("$", value)] if isinstance(value, dict) else []
