"""Right servers of models other than the reference server's: each is a `Send` for as long as its context lasts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from unittest.mock import patch

from conformance.messages import Exchange, Piece, Request, Send
from conformance.reference import choices, language, messages, stream, tools
from conformance.reference.app import sending
from conformance.reference.vocabulary import END, ids, spellings
from conformance.wire import read_events

LIMITS = ("max_completion_tokens", "max_tokens")
THOUGHT = "Hmm, let me think about this. " * 3


def limit_of(request: Request) -> tuple[str, int] | None:
    body = request.json if isinstance(request.json, dict) else {}
    return next(((name, body[name]) for name in LIMITS if isinstance(body.get(name), int)), None)


def thinking(tokens: int, none: bool = False) -> Send:
    """A model that thinks for so many tokens before it says or calls anything, within the limit and beside the text; with `none`
    it does not where reasoning_effort says so.
    """
    inner = sending()

    def send(request: Request) -> Exchange:
        limit = limit_of(request)
        if limit is None or (none and request.json.get("reasoning_effort") == "none"):
            return inner(request)
        name, most = limit
        heard = [{key: held for key, held in one.items() if key != "reasoning_content"} for one in request.json["messages"]]
        exchange = inner(replace(request, json=request.json | {"messages": heard, name: max(most - tokens, 1)}))
        if exchange.status != 200:
            return replace(exchange, request=request)
        told = partial(_after_thoughts, spent=min(tokens, most), silent=tokens >= most)
        return replace(exchange, request=request, pieces=(Piece(0.0, _told_anew(exchange, told)),))

    return send


def _told_anew(exchange: Exchange, told: Callable[[dict], Iterable[dict]]) -> bytes:
    """The body with its answer, or each of its chunks, told otherwise."""
    if exchange.body.startswith(b"{"):
        return json.dumps(*told(json.loads(exchange.body))).encode()
    events = [event.data for event in read_events(exchange.body).events]
    chunks = [chunk for event in events if event != "[DONE]" for chunk in told(json.loads(event))]
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


def _after_thoughts(answer: dict, spent: int, silent: bool) -> Iterator[dict]:
    """A plain answer or a chunk behind thoughts; `silent` where the limit came first."""
    if usage := answer.get("usage"):
        said = 0 if silent else usage["completion_tokens"]
        spent = spent * max(len(answer["choices"]), 1)
        usage |= {"completion_tokens": said + spent, "total_tokens": usage["prompt_tokens"] + said + spent}
        usage["completion_tokens_details"]["reasoning_tokens"] = spent
    for choice in answer["choices"]:
        message = choice.get("message") or choice["delta"]
        if silent:
            if message:
                message |= {"content": ""}
            for name in ("tool_calls", "function_call"):
                message.pop(name, None)
            choice["finish_reason"] = choice["finish_reason"] and "length"
            choice["logprobs"] = None
        if "role" in message:
            message["reasoning_content"] = THOUGHT
    yield answer


@contextmanager
def speaking(logits: Callable[[dict[int, float], list[int]], dict[int, float]]) -> Iterator[None]:
    """The reference model with other likelihoods of its next token, made of the right ones and what was said."""
    right = language.logits
    with _as_model(patch.object(language, "logits", lambda drawing, said: logits(right(drawing, said), said))):
        yield


@contextmanager
def _as_model(*patches) -> Iterator[None]:
    """Another model in place of the reference's, which remembers its answers."""
    language.drawn.cache_clear()
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()
        language.drawn.cache_clear()


def ending(after: int) -> Callable[[dict[int, float], list[int]], dict[int, float]]:
    """A model that ends by itself after so many tokens."""
    return lambda found, said: found | {END: 60.0 if len(said) >= after else -60.0}


def looping(found: dict[int, float], _: list[int]) -> dict[int, float]:
    """A model that says one word for ever."""
    return dict.fromkeys(found, -30.0) | {END: -100.0, 40: 5.0}


def certain(found: dict[int, float], _: list[int]) -> dict[int, float]:
    """A model that knows one way to go on, whatever the temperature."""
    best = max(found, key=found.__getitem__)
    return found | {best: found[best] + 40}


@contextmanager
def bytewise() -> Iterator[None]:
    """A model whose every token is a byte, with three that control it before them."""
    right, byte = language.drawn, [ids()[bytes([one])] for one in range(256)]

    def spelled(text: str) -> tuple[int, ...]:
        return tuple(byte[one] for one in text.encode("utf-8", "replace"))

    def drawn(drawing, settings):
        forced = [token - 3 for token, bias in settings.bias if bias > 50 and 3 <= token < 259]
        if forced:
            return tuple(language.Token(byte[forced[0]], -0.7) for _ in range(settings.most)), False
        tokens, ended = right(drawing, replace(settings, bias=(), logprobs=False))
        read = [byte[one] for token in tokens for one in spellings()[token.id]]
        rivals = [(token, -3.0 - token) for token in byte[: settings.top_logprobs]]
        found = [language.Token(one, -0.7, ((one, -0.7), *rivals)[: settings.top_logprobs]) for one in read]
        cut_short = settings.most is not None and len(found) > settings.most
        return tuple(found[: settings.most] if cut_short else found), ended and not cut_short

    places = [(choices, "tokens_of"), (messages, "tokens_of"), (stream, "tokens_of")]
    with _as_model(patch.object(choices, "drawn", drawn), *(patch.object(*place, spelled) for place in places)):
        yield


@contextmanager
def calling(*, always: bool) -> Iterator[None]:
    """A model that calls a tool whenever it may, or never by itself."""
    right = choices.chosen

    def chosen(sent, dice):
        if (sent.get("tool_choice") or sent.get("function_call") or "auto") != "auto":
            return right(sent, dice)
        return list(tools.offered(sent).values())[:1] if always else []

    with patch.object(choices, "chosen", chosen):
        yield


@contextmanager
def rambling() -> Iterator[None]:
    """A model that has much to say in the arguments of a tool that takes none."""
    right = choices._spoken

    def spoken(schema, root, sent, dice):
        return right(schema, root, sent, dice) if schema.get("properties") else '{"why": "' + "because I can " * 40

    with patch.object(choices, "_spoken", spoken):
        yield


def merged(chunks: list[dict], _: Request) -> Iterator[dict]:
    """The text of each choice in one chunk, where the last was."""
    held: dict[int, dict] = {}
    for chunk in chunks:
        for choice in chunk["choices"]:
            if choice["delta"].get("content"):
                before = held.setdefault(choice["index"], {"text": "", "entries": []})
                before["text"] += choice["delta"]["content"]
                before["entries"] += (choice["logprobs"] or {"content": []})["content"]
            elif choice["finish_reason"] and choice["index"] in held:
                said = held.pop(choice["index"])
                logprobs = {"content": said["entries"]} if said["entries"] else None
                told = {"delta": {"content": said["text"]}, "logprobs": logprobs, "finish_reason": None}
                yield chunk | {"choices": [choice | told]}
        if not any(choice["delta"].get("content") for choice in chunk["choices"]):
            yield chunk


def uncounted(inner: Send) -> Send:
    """A server that counts no tokens."""

    def send(request: Request) -> Exchange:
        exchange = inner(request)
        if exchange.status != 200 or request.path != "/chat/completions" or not exchange.body.startswith(b"{"):
            return exchange
        return replace(exchange, pieces=(Piece(0.0, json.dumps(_without_usage(json.loads(exchange.body))).encode()),))

    return send


def _without_usage(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name != "usage"}


def noisy(chance: float, seed: int) -> Send:
    """A server whose greedy and seeded answers take another way now and then, as batching makes them."""
    inner, dice = sending(), random.Random(seed)

    def send(request: Request) -> Exchange:
        if not isinstance(request.json, dict):
            return inner(request)
        body = dict(request.json)
        if dice.random() < chance and body.get("temperature") == 0:
            body["temperature"] = 0.3
        elif dice.random() < chance and "seed" in body:
            body["seed"] = dice.randrange(10**6)
        take = dice.randrange(10**6) if body != request.json else request.take
        return replace(inner(replace(request, json=body, take=take)), request=request)

    return send
