"""The choices of an answer: from a legal request's fields to drawn texts and tool calls.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any
from zlib import crc32

from conformance.reference.errors import bad_request
from conformance.reference.grammar import Grammar
from conformance.reference.language import Drawing, Token, drawn
from conformance.reference.messages import read, text_in
from conformance.reference.tools import chosen
from conformance.reference.values import Object, Settings
from conformance.reference.vocabulary import spelled, spellings, tokens_of, words


@dataclass(frozen=True)
class Piece:
    """The text that one token adds to an answer, and the token. Text may lag behind where a character is not whole yet."""

    text: str
    token: Token
    spelling: bytes


@dataclass(frozen=True)
class Called:
    """One tool call: its id, the function's name and the arguments as JSON text, cut where the limit cut them."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Choice:
    """One drawn choice. `calls` and `pieces` exclude each other; `legacy` says the call goes out as function_call."""

    index: int
    pieces: tuple[Piece, ...]
    finish: str
    tokens: int
    calls: tuple[Called, ...] = ()
    legacy: bool = False

    @property
    def text(self) -> str:
        """What the choice says."""
        return "".join(piece.text for piece in self.pieces)


def settings_of(sent: Object) -> Settings:
    """The sampling fields of a legal request; null is the default."""
    given = {name: value for name, value in sent.items() if value is not None}
    stop = given.get("stop", ())
    return Settings(
        temperature=given.get("temperature", 1.0),
        top_p=given.get("top_p", 1.0),
        seed=given.get("seed"),
        most=given.get("max_completion_tokens", given.get("max_tokens")),
        n=given.get("n", 1),
        stop=tuple(one for one in ((stop,) if isinstance(stop, str) else stop) if one),
        presence=given.get("presence_penalty", 0.0),
        frequency=given.get("frequency_penalty", 0.0),
        bias=tuple(sorted((int(token), bias) for token, bias in given.get("logit_bias", {}).items())),
        logprobs=given.get("logprobs", False),
        top_logprobs=given.get("top_logprobs", 0),
    )


def choices_of(sent: Object, settings: Settings, chance: int) -> tuple[Choice, ...]:
    """The choices of an answer. `chance` is what makes answers differ where the request has no seed."""
    luck = chance if settings.seed is None else settings.seed
    return tuple(_choice(sent, settings, luck * 131 + index, index, f"{chance}|{index}") for index in range(settings.n))


def _choice(sent: Object, settings: Settings, chance: int, index: int, mark: str) -> Choice:
    prompt = read(sent)
    dice = Random(f"{prompt}|{0 if settings.temperature == 0 else chance}")  # noqa: S311 - a model's dice, no secret
    functions = chosen(sent, dice)
    if functions:
        return _calling(sent, settings, functions, dice, index, mark)
    script, closed = _script(sent, dice)
    tokens, ended = drawn(Drawing(prompt, script, closed, chance), settings)
    pieces, stopped = cut(tokens, settings)
    finish = "stop" if stopped or ended else "length"
    return Choice(index, pieces, finish, len(pieces))


def _script(sent: Object, dice: Random) -> tuple[tuple[int, ...], bool]:
    """What must be said first, and whether that is all: JSON where a format asks for it, a tool's result where there is one."""
    form = sent.get("response_format") or {"type": "text"}
    if form["type"] == "json_object":
        schema = {"type": "object", "properties": {name: {"type": "string"} for name in dice.sample(_plain_words(), 2)}}
        return tokens_of(_spoken(schema, schema, sent, dice)), True
    if form["type"] == "json_schema" and form["json_schema"].get("schema"):
        schema = form["json_schema"]["schema"]
        return tokens_of(_spoken(schema, schema, sent, dice)), True
    last = sent["messages"][-1]
    if last["role"] in ("tool", "function"):
        return tokens_of(" ".join(text_in(last).split()[:8])), False
    return (), False


def _spoken(schema: Any, root: Any, sent: Object, dice: Random) -> str:
    """A value of the schema as JSON text. Raises Refused where the schema refers to what is not there."""
    heard = [word for word in text_in(sent["messages"][-1]).split() if word.isalpha() and len(word) < 16]
    try:
        value = Grammar(root, (*_plain_words(), *heard[:20]), dice).value(schema)
    except (LookupError, ValueError, TypeError, RecursionError):
        said = "The schema holds a reference or a bound that cannot be followed."
        raise bad_request(said, "response_format", "invalid_schema") from None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain_words() -> list[str]:
    return [word.decode().strip() for word in words() if word[:1] == b" " and word.strip().isalpha()]


def _calling(sent: Object, settings: Settings, functions: list[Object], dice: Random, index: int, mark: str) -> Choice:
    """The calls of some functions, cut where the limit cuts them; `mark` makes their ids unlike all others."""
    calls, spent, cut_short = [], 0, False
    for place, function in enumerate(functions):
        schema = function.get("parameters") or {"type": "object", "properties": {}}
        tokens = tokens_of(_spoken(schema, schema, sent, dice))
        left = len(tokens) if settings.most is None else max(settings.most - spent, 0)
        cut_short = cut_short or left < len(tokens)
        spent += min(left, len(tokens))
        if left or not place:
            arguments = spelled(tokens[:left]).decode("utf-8", "ignore")
            calls.append(Called(_call_id(f"{mark}|{place}"), function["name"], arguments))
    legacy = "functions" in sent
    named = isinstance(sent.get("function_call" if legacy else "tool_choice"), dict)
    finish = "length" if cut_short else "stop" if named else "function_call" if legacy else "tool_calls"
    return Choice(index, (), finish, spent, tuple(calls), legacy)


def _call_id(what: str) -> str:
    return "call_" + letters(what, 24)


@lru_cache(maxsize=65536)
def letters(what: str, count: int) -> str:
    """So many letters and digits that stand for a text."""
    dice = Random(crc32(what.encode("utf-8", "replace")))  # noqa: S311 - an id, no secret
    return "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=count))


def cut(tokens: tuple[Token, ...], settings: Settings) -> tuple[tuple[Piece, ...], bool]:
    """The tokens with the text each adds, up to a stop string. The token that the stop string cuts keeps what is before it."""
    known = spellings()
    said = b"".join(known[token.id] for token in tokens)
    ends = [
        place + (len(stop.encode()) if settings.keep_stop else 0)
        for stop in settings.stop
        if (place := said.find(stop.encode("utf-8", "replace"))) >= 0
    ]
    end = min(ends, default=len(said))
    reader = getincrementaldecoder("utf-8")("replace")
    pieces: list[Piece] = []
    start = 0
    for token in tokens:
        spelling = known[token.id][: end - start]
        if start >= end:
            break
        pieces.append(Piece(reader.decode(spelling), token, spelling))
        start += len(spelling)
    return tuple(pieces), bool(ends)
