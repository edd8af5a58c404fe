"""How long an answer may be where no limit is given: OpenAI has no limit then but the model's own.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_completion_tokens
"""

from __future__ import annotations

from conformance.answers import answered, finish_of, given, optional_count
from conformance.calls import sentence
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_completion_tokens"

END = ["\n"]
"""Ends the answer of a model that does not know an end, so that the missing limit costs little."""


@check("chat.max_tokens.default", "sets no low limit by itself", Level.SHOULD, "chat.max_tokens", LINK)
def no_limit(target: Target, send: Send) -> Noted:
    """Asks for one sentence with 48 tokens and without a limit: the answer without is not cut shorter than the other. A model
    that is still thinking when the time is up has no limit either, or none that shows.
    """
    limited = given(send, sentence(target, stop=END))
    most = optional_count(limited, "completion_tokens")
    unlimited = sentence(target, max_tokens=..., stop=END)
    failure = send(unlimited).failure
    if failure and failure.kind == "timeout":
        raise Unclear("without a limit there is no whole answer in time")
    free = answered(send, unlimited, sentence(target, stop=END))
    count = optional_count(free, "completion_tokens")
    if most is None or count is None:
        raise Unclear("tokens are not counted")
    if finish_of(free) == "length" and count < most:
        yield Finding("cuts an answer for which no limit was given", "$.usage.completion_tokens", f"{most} or more", str(count))
