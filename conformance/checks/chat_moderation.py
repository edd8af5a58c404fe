"""Moderation of prompt and answer on the way: `moderation`, which OpenAI's own platform alone offers.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-moderation
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import answered
from conformance.messages import Json, Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-moderation"

ASKED: Json = {"model": "omni-moderation-latest"}


@check("chat.moderation.answer", "moderates prompt and answer on request", Level.SHOULD, "chat.moderation", LINK, revision=2)
def moderation(target: Target, send: Send) -> Noted:
    """Asks for moderation: the answer has a `moderation` object with what was found in the input and in the output."""
    answer = answered(send, calls.chat(target, max_tokens=1, moderation=ASKED), calls.chat(target, max_tokens=1))
    found = answer.get("moderation")
    if not isinstance(found, dict):
        yield Finding("answers without moderation", "$.moderation", "an object", "absent", outcome=Outcome.IGNORED)
        return
    for side in ("input", "output"):
        held = found.get(side)
        if not isinstance(held, dict) or not isinstance(held.get("type"), str):
            yield Finding(f"says nothing of the {side}", f"$.moderation.{side}", "an object with a type", type(held).__name__)
