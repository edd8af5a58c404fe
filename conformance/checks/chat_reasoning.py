"""The lowest degree of reasoning_effort, by which a program switches the thinking off.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-reasoning_effort
"""

from __future__ import annotations

from conformance.answers import Object, count_of, ensure_success, is_ok, message_of, object_of, text_of
from conformance.calls import sentence
from conformance.checks.chat_usage_details import thoughts_in
from conformance.evidence import integer, shown
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-reasoning_effort"


@check(
    "chat.reasoning_effort.none",
    "answers without thinking where none is asked for",
    Level.SHOULD,
    "chat.reasoning_effort",
    LINK,
    accepts=True,
)
def unthinking(target: Target, send: Send) -> Noted:
    """Asks for one sentence with reasoning_effort none: there is a text, and no token of thought is counted. Models that do not
    think at all answer so anyway. Which degrees there are differs by model, so a refusal is no finding here.
    """
    exchange = send(sentence(target, reasoning_effort="none"))
    if not is_ok(exchange) and exchange.status is not None and exchange.status < 500:
        raise Unclear("the server does not take reasoning_effort none")
    answer = object_of(ensure_success(exchange))
    thoughts = thoughts_in(message_of(answer))
    if thoughts and not text_of(answer).strip():
        where = "$.choices[0].message.content"
        yield Finding("thinks until the limit in spite of none", where, "a text", shown(thoughts, 80), outcome=Outcome.IGNORED)
    elif spent := _spent(answer):
        where = "$.usage.completion_tokens_details.reasoning_tokens"
        yield Finding("counts thoughts in spite of none", where, "0", str(spent), outcome=Outcome.IGNORED)


def _spent(answer: Object) -> int:
    """The tokens of thought that are counted. Raises Unclear where nothing is counted."""
    count_of(answer, "completion_tokens")
    details = answer["usage"].get("completion_tokens_details")
    return integer(details.get("reasoning_tokens")) or 0 if isinstance(details, dict) else 0
