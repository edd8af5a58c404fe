"""Rules about token counts, plain or streamed.

https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import Object, choices_of
from conformance.endpoints import wants_stream
from conformance.evidence import asked, ensure_values, integer, shown
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import rule
from conformance.streams import answer_of, plain_of, stream_of

USAGE = "https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

_PARTS = {
    "prompt_tokens": (
        "prompt_tokens_details",
        ("cached_tokens", "audio_tokens", "cache_write_tokens", "image_tokens", "text_tokens"),
    ),
    "completion_tokens": (
        "completion_tokens_details",
        ("reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens", "text_tokens"),
    ),
}


@rule("chat.usage.present", "counts the tokens of every answer", Level.MUST, "chat.usage", USAGE, on="chat", seed=calls.chat)
def usage_is_present(exchange: Exchange) -> Noted:
    """Looks for `usage` in plain answers."""
    present = plain_of(exchange).get("usage") is not None
    yield Seen("usage", present)
    if not present:
        yield Finding("has no usage", "$.usage", "token counts", "absent or null")


def _usages(exchange: Exchange) -> list[tuple[str, Object]]:
    """Every usage object of an answer and its place. Raises Unclear where there is none."""
    if wants_stream(exchange):
        held = [(chunk.where, chunk.value or {}) for chunk in stream_of(exchange).chunks]
    else:
        held = [("$", plain_of(exchange))]
    found = [(f"{where}.usage", usage) for where, answer in held if isinstance(usage := answer.get("usage"), dict) and usage]
    if not found:
        raise Unclear("the answer has no usage to judge")
    return found


@rule("chat.usage.sum", "counts a total that is the sum", Level.MUST, "chat.usage", USAGE, on="chat.proper", seed=calls.chat)
def total_is_the_sum(exchange: Exchange) -> Noted:
    """Adds prompt_tokens and completion_tokens and compares the sum with total_tokens."""
    ensure_values(exchange)
    for where, usage in _usages(exchange):
        prompt, completion, total = (integer(usage.get(f"{part}_tokens")) for part in ("prompt", "completion", "total"))
        if prompt is None or completion is None or total is None:
            raise Unclear("the answer has no whole usage to judge")
        if prompt + completion != total:
            told = f"{shown(prompt, 40)} + {shown(completion, 40)} = {shown(total, 40)}"
            yield Finding("the total of tokens is not the sum", f"{where}.total_tokens", shown(prompt + completion), shown(told))


@rule("chat.usage.parts", "counts parts within the whole", Level.MUST, "chat.usage", USAGE, on="chat.proper", seed=calls.chat)
def parts_fit_the_whole(exchange: Exchange) -> Noted:
    """Compares every count of the details with the count that it is a part of."""
    ensure_values(exchange)
    for where, usage in _usages(exchange):
        for whole, (details, names) in _PARTS.items():
            yield from _excess(f"{where}.{details}", integer(usage.get(whole)), usage.get(details), names)


def _excess(where: str, whole: int | None, details: object, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names if isinstance(details, dict) and whole is not None else ():
        part = integer(details.get(name)) if isinstance(details, dict) else None
        if part is not None and whole is not None and part > whole:
            yield Finding("a part is larger than the whole", f"{where}.{name}", f"at most {shown(whole)}", shown(part))


@rule("chat.usage.prompt", "counts the prompt", Level.SHOULD, "chat.usage.cached", USAGE, on="chat.proper", seed=calls.chat)
def prompt_is_counted(exchange: Exchange) -> Noted:
    """Looks at prompt_tokens: no prompt has none, not even one that was cached."""
    ensure_values(exchange)
    where, usage = _usages(exchange)[-1]
    if integer(usage.get("prompt_tokens")) == 0:
        yield Seen("prompt_tokens", 0)
        yield Finding("counts no token of the prompt", f"{where}.prompt_tokens", "more than 0", "0")


@rule("chat.usage.completion", "counts what it says", Level.SHOULD, "chat.usage", USAGE, on="chat.proper", seed=calls.chat)
def completion_is_counted(exchange: Exchange) -> Noted:
    """Looks at completion_tokens where the answer says or calls something: that is at least one token."""
    ensure_values(exchange)
    where, usage = _usages(exchange)[-1]
    if integer(usage.get("completion_tokens")) == 0 and any(map(_says, choices_of(answer_of(exchange)))):
        yield Finding("counts no token of what it says", f"{where}.completion_tokens", "more than 0", "0")


def _says(choice: Object) -> bool:
    message = choice.get("message")
    return isinstance(message, dict) and any(message.get(name) for name in ("content", "tool_calls", "function_call", "refusal"))


def _limited(target: Target) -> Request:
    return calls.story(target, max_tokens=calls.FEW)


@rule(
    "chat.max_tokens.bound",
    "stays within max_tokens",
    Level.MUST,
    "chat.max_tokens",
    CREATE,
    on="chat.proper",
    seed=_limited,
    revision=2,
)
def max_tokens_holds(exchange: Exchange) -> Noted:
    """Compares completion_tokens with `max_tokens` times the number of choices."""
    yield from _over(exchange, "max_tokens")


def _newly_limited(target: Target) -> Request:
    return calls.story(target, max_tokens=..., max_completion_tokens=calls.FEW)


@rule(
    "chat.max_completion_tokens.bound",
    "stays within max_completion_tokens",
    Level.MUST,
    "chat.max_completion_tokens",
    CREATE,
    on="chat.proper",
    seed=_newly_limited,
    revision=2,
)
def max_completion_tokens_holds(exchange: Exchange) -> Noted:
    """Compares completion_tokens with `max_completion_tokens` times the number of choices."""
    yield from _over(exchange, "max_completion_tokens")


def _over(exchange: Exchange, field: str) -> Iterator[Finding]:
    """`max_completion_tokens` wins where both are given; predicted tokens that were rejected are counted beyond the limit."""
    ensure_values(exchange)
    sent = asked(exchange)
    most = integer(sent.get(field))
    if most is None or most < 1 or sent.get("prediction") or (field == "max_tokens" and "max_completion_tokens" in sent):
        raise Unclear(f"the request has no {field} that limits the answer")
    where, usage = _usages(exchange)[-1]
    choices = choices_of(answer_of(exchange))
    used = integer(usage.get("completion_tokens"))
    if used is None or (used < most and not _is_cut(choices)):
        raise Unclear("the answer ends before the limit by itself")
    if used > most * len(choices):
        outcome = Outcome.DIFFERS if _is_cut(choices) else Outcome.IGNORED
        expected = f"at most {shown(most * len(choices))}"
        yield Finding(
            "counts more tokens than the limit allows", f"{where}.completion_tokens", expected, shown(used), outcome=outcome
        )


def _is_cut(choices: list[Object]) -> bool:
    return any(choice.get("finish_reason") == "length" for choice in choices)
