"""The parts of token counts, which OpenAI tells with every count, and whose lack few clients feel.

The reference requires none of them, so recordings and answers are not held to them: only a server under test is asked.
https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import Object, choices_of, count_of, given
from conformance.evidence import integer, shown
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import check

USAGE = "https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage"

_MEMBERS = {
    "prompt_tokens_details": ("cached_tokens", "audio_tokens"),
    "completion_tokens_details": (
        "reasoning_tokens",
        "audio_tokens",
        "accepted_prediction_tokens",
        "rejected_prediction_tokens",
    ),
}
THOUGHTS = ("reasoning_content", "reasoning")
"""Where servers tell what a model thought; OpenAI itself tells no thoughts in chat completions, only their number."""


@check("chat.usage.details.members", "gives the details of usage all their members", Level.MAY, "chat.usage.details", USAGE)
def members(target: Target, send: Send) -> Noted:
    """Looks into the details of usage, where there are any, for the members that OpenAI's have all had since November 2024: 0
    where nothing of the kind was spent. A client that takes them for granted reads nothing without them.
    """
    usage = _usage(given(send, calls.chat(target)))
    for name, wanted in _MEMBERS.items():
        held = usage.get(name)
        lacking = [member for member in wanted if member not in held] if isinstance(held, dict) else []
        if lacking:
            yield Finding("the details of usage lack members", f"$.usage.{name}", ", ".join(wanted), f"no {', '.join(lacking)}")


@check("chat.usage.details.thoughts", "counts the thoughts that it tells", Level.MAY, "chat.usage.details", USAGE)
def thoughts(target: Target, send: Send) -> Noted:
    """Looks for reasoning_tokens beside thoughts, wherever a server tells these: accounts of thinking are kept by that number.
    An answer without thoughts has none to count.
    """
    answer = given(send, calls.sentence(target))
    if not any(thoughts_in(choice.get("message")) for choice in choices_of(answer)):
        return
    details = _usage(answer).get("completion_tokens_details")
    count = details.get("reasoning_tokens") if isinstance(details, dict) else None
    if not integer(count):
        where = "$.usage.completion_tokens_details.reasoning_tokens"
        yield Finding("thoughts are told and not counted", where, "more than 0", "absent" if count is None else shown(count))


def _usage(answer: Object) -> Object:
    """The token counts. Raises Unclear where there are none, which a rule judges."""
    count_of(answer, "completion_tokens")
    return dict(answer["usage"])


def thoughts_in(message: object) -> str:
    """What the model thought, wherever a message tells it; "" for nothing."""
    return next(_told(message), "") if isinstance(message, dict) else ""


def _told(message: Object) -> Iterator[str]:
    yield from (one for name in THOUGHTS if isinstance(one := message.get(name), str) and one.strip())
