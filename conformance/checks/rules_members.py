"""Rules about members that OpenAI's own answers always have, and values that they never leave, whose lack few clients feel.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance import calls
from conformance.answers import Object
from conformance.endpoints import wants_stream
from conformance.evidence import asked, ensure_values, integer, is_tame, shown
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Unclear
from conformance.registry import rule
from conformance.streams import answer_of, plain_of, stream_of

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-service_tier"

REFUSALS_SINCE = 1_726_000_000
"""Since September 2024 every message of OpenAI's has the member refusal; older recordings have none."""

TIERS = ("auto", "default", "flex", "scale", "priority", "fast")

_CONTROL = r"(?:<\|(?!python_tag)[A-Za-z][A-Za-z0-9_]{1,30}\|>|<(?:start|end)_of_turn>|<｜(?:begin|end)▁of▁sentence｜>)"
_MARK = re.compile(rf"""(?<![`"']){_CONTROL}(?![`"'])|{_CONTROL}\Z|</s>(?=\s*\Z)""")
"""Control tokens of the templates of ChatML, Llama, Command, Gemma, DeepSeek and Mistral, but for those that a text quotes to
talk about them. The last is HTML as well, so it counts at the end of a text only, and where nothing before it begins such an
element.
"""

_ASKED_FOR = ("<|", "<｜", "_of_turn>", "<s>", "</s>")
"""What in a request may lead to such tokens in the text."""


def _is_about_marks(said: str) -> bool:
    return any(mark in said for mark in _ASKED_FOR)


def _choices(answer: Object) -> Iterator[tuple[str, Object]]:
    listed = answer.get("choices")
    for place, choice in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(choice, dict) and isinstance(message := choice.get("message"), dict):
            yield f"$.choices[{place}].message", message


@rule("chat.refusal.key", "has the member refusal in every message", Level.MAY, "chat", OBJECT, on="chat", seed=calls.chat)
def refusal_is_there(exchange: Exchange) -> Noted:
    """Looks for `refusal`, null or not, which the reference requires; a client of that strictness reads nothing without it."""
    answer = plain_of(exchange)
    if (integer(answer.get("created")) or 0) < REFUSALS_SINCE:
        raise Unclear("the answer may be older than the member refusal")
    for where, message in _choices(answer):
        if "refusal" not in message:
            yield Finding("the message has no refusal", f"{where}.refusal", "null or a string", "absent")


@rule(
    "chat.service_tier.known",
    "names a service tier of OpenAI's",
    Level.MAY,
    "chat",
    CREATE,
    on="chat.proper",
    seed=calls.chat,
)
def tier_is_known(exchange: Exchange) -> Noted:
    """Reads service_tier: left out, null, or one of the values of the reference, which typed clients hold it to."""
    ensure_values(exchange)
    values = [chunk.value for chunk in stream_of(exchange).chunks] if wants_stream(exchange) else [plain_of(exchange)]
    told = [value.get("service_tier") for value in values if value]
    strange = next((tier for tier in told if tier is not None and tier not in TIERS), None)
    if strange is not None:
        yield Finding("the service tier is none of OpenAI's", "$.service_tier", ", ".join(TIERS), shown(strange))


@rule(
    "chat.content.markers",
    "leaves control tokens out of its text",
    Level.SHOULD,
    "chat",
    OBJECT,
    on="chat.proper",
    seed=calls.chat,
    revision=2,
)
def no_markers(exchange: Exchange) -> Noted:
    """Looks for marks like <|end|> in texts, which a template has and no answer. A request that has such marks itself, or that
    leaves the choice of tokens to heat or bias, may well lead to them. Marks of calls have a rule of their own.
    """
    sent = asked(exchange)
    if not is_tame(sent) or _is_about_marks(repr(sent)):
        raise Unclear("the request may lead to marks in the text")
    for where, message in _choices(answer_of(exchange)):
        content = message.get("content")
        found = _MARK.search(content) if isinstance(content, str) else None
        if found and not (found.group() == "</s>" and "<s>" in str(content)):
            yield Finding("a control token is left in the text", f"{where}.content", "text alone", shown(found.group()))
