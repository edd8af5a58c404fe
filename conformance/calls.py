"""Short ways to say common requests."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from conformance.messages import Json, Request
from conformance.model import Target

FEW = 16
"""How many tokens an ordinary answer may have: every request is paid for by the server under test."""


ORDINARY = 10_000
"""No limit of tokens that is asked for as such is as large."""


STORY = "Invent a strange new word, then tell a long story about it."
"""A prompt with a long answer and, above temperature 0, a different one every time."""

SENTENCE = "Write one sentence about the sea."
"""A prompt whose answer ends soon even where no limit is kept."""


@dataclass(frozen=True)
class Adapted(Target):
    """A target whose model refuses an ordinary request: it knows no limit but max_completion_tokens, or has a temperature of its
    own. Reasoning models are like that: https://platform.openai.com/docs/guides/reasoning.
    """

    newer_limit: bool = False
    own_temperature: bool = False


def chat(target: Target, said: str | list[Json] = "Hello!", /, *, take: int = 0, **fields: Any) -> Request:
    """A chat completion; `said` is the user's text or the whole list of messages. Greedy and short unless told otherwise.
    A field set to `...` is left out.
    """
    messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
    usual = {"model": target.model, "messages": messages, "max_tokens": FEW, "temperature": 0}
    body = _adapted(target, usual | fields, fields) if isinstance(target, Adapted) else usual | fields
    return Request("POST", "/chat/completions", {name: value for name, value in body.items() if value is not ...}, take=take)


def _adapted(target: Adapted, body: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """The fields as a model takes them: the limit under the name that it knows, where it is an ordinary one and the only one, and
    no temperature unless the caller says one.
    """
    taken = dict(body)
    if target.own_temperature and "temperature" not in said:
        del taken["temperature"]
    limit = body["max_tokens"]
    if target.newer_limit and type(limit) is int and 0 < limit < ORDINARY and body.get("max_completion_tokens") is None:
        taken["max_completion_tokens"] = taken.pop("max_tokens")
    return taken


def greetings(target: Target, /, **fields: Any) -> list[Request]:
    """One ordinary request with fewer and fewer fields, for what has to be asked of every model: some take no temperature but
    their own, or know the newer limit alone.
    """
    warm = fields | {"temperature": ...}
    return [chat(target, **fields), chat(target, **warm), chat(target, **warm, max_tokens=...)]


def stream(target: Target, said: str | list[Json] = "Hello!", /, *, take: int = 0, **fields: Any) -> Request:
    """The same as `chat`, streamed."""
    return chat(target, said, take=take, stream=True, **fields)


def wrong(target: Target, /, **fields: Any) -> Request:
    """A chat completion that a server ought to refuse."""
    return replace(chat(target, **fields), wrong=True)


def raw_chat(body: bytes, /, content_type: str = "application/json", *, wrong: bool = True) -> Request:
    """A chat completion whose body is spelled byte by byte."""
    return Request("POST", "/chat/completions", body=body, headers=(("Content-Type", content_type),), wrong=wrong)


def spelled(value: Json) -> bytes:
    """A JSON value in compact UTF-8, as `raw_chat` takes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def models() -> Request:
    """The list of models."""
    return Request("GET", "/models")


def model(name: str) -> Request:
    """One model by its id, percent-encoded as the official client does."""
    return Request("GET", f"/models/{quote(name, safe=':')}")


def story(target: Target, /, *, take: int = 0, **fields: Any) -> Request:
    """The one long greedy answer that many checks share: as a rule all of its 48 tokens."""
    return chat(target, STORY, take=take, **{"max_tokens": 48, **fields})


def told(target: Target, /, *, take: int = 0, **fields: Any) -> Request:
    """The same as `story`, streamed."""
    return story(target, take=take, stream=True, **fields)


def sampled(target: Target, /, *, take: int = 0, **fields: Any) -> Request:
    """An answer left to chance: 24 tokens at temperature 1.5, or at the model's own, no seed unless given."""
    own = isinstance(target, Adapted) and target.own_temperature
    return story(target, take=take, **{"max_tokens": 24, "temperature": ... if own else 1.5, **fields})


def sentence(target: Target, /, *, take: int = 0, **fields: Any) -> Request:
    """A greedy answer that ends soon by itself, at the latest after 48 tokens."""
    return chat(target, SENTENCE, take=take, **{"max_tokens": 48, **fields})


def ordinary(target: Target, request: Request) -> Request:
    """An ordinary chat completion, streamed where the other request is: who streams nothing is blamed for that alone."""
    return stream(target) if request.json.get("stream") else chat(target)
