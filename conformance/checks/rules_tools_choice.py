"""Rules about the calls that a request demands or forbids. Checks ask for each; here every exchange is looked at, recorded ones
too.

https://platform.openai.com/docs/guides/function-calling#tool-choice
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.answers import Object, choices_of
from conformance.checks.chat_tools import one_at_most
from conformance.checks.rules_tools import calling
from conformance.evidence import asked, shown
from conformance.messages import Exchange, Json
from conformance.model import Finding, Level, Noted, Outcome, Unclear
from conformance.registry import rule
from conformance.streams import answer_of

CHOICE = "https://platform.openai.com/docs/guides/function-calling#tool-choice"
PARALLEL = "https://platform.openai.com/docs/guides/function-calling#parallel-function-calling"

_CUT = ("length", "content_filter")

Said = tuple[str, Object, Json]
"""The JSON path of a choice, its message, and why it ended."""


def _said(exchange: Exchange) -> Iterator[Said]:
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = choice.get("message")
        if isinstance(message, dict):
            yield f"$.choices[{place}]", message, choice.get("finish_reason")


def _names(message: Object) -> list[Json]:
    """The names of what is called, whatever they are; None where a call has none, which is judged by its shape."""
    held = message.get("tool_calls")
    calls = [call for call in held if isinstance(call, dict)] if isinstance(held, list) else []
    parts = [call.get("function") or call.get("custom") for call in calls]
    legacy = message.get("function_call")
    return [part.get("name") if isinstance(part, dict) else None for part in [*parts, *([legacy] if legacy else [])]]


def _shows(said: Said, streamed: bool) -> bool:
    """Whether a choice tells anything of the call that must come."""
    _, message, finish = said
    return finish not in _CUT and not message.get("refusal") and not (streamed and not _names(message))


@rule("chat.tool_choice.kept", "keeps to tool_choice", Level.MUST, "chat.tool_choice", CHOICE, on="chat.proper", seed=calling)
def choice_is_kept(exchange: Exchange) -> Noted:
    """Looks for calls where none may come, and for answers without a call, or with another one, where it must: tool_choice is
    none, required or the name of a function. An answer that was cut, filtered or refused shows nothing of what must come, nor
    does one in a format that was asked for beside the tools, or a stream: whether calls are streamed is judged by itself.
    """
    sent = asked(exchange)
    choice = sent.get("tool_choice")
    function = choice.get("function") if isinstance(choice, dict) else None
    wanted = function.get("name") if isinstance(function, dict) else None
    said = [one for one in _said(exchange) if choice == "none" or _shows(one, streamed=sent.get("stream") is True)]
    if not said or sent.get("response_format") or not (choice in ("none", "required") or isinstance(wanted, str)):
        raise Unclear("the request leaves the choice to the model, or the answer was cut")
    for where, message, _ in said:
        names = _names(message)
        where, stranger = f"{where}.message.tool_calls", next((name for name in names if name != wanted), None)
        if choice == "none" and names:
            yield Finding("calls a tool in spite of tool_choice none", where, "absent", shown(names[0]), outcome=Outcome.IGNORED)
        elif choice != "none" and not names:
            yield Finding("answers without the call that was demanded", where, "a call", "absent", outcome=Outcome.IGNORED)
        elif wanted is not None and stranger is not None:
            told = "calls another tool than the named one"
            yield Finding(told, f"{where}[*].function.name", shown(wanted), shown(stranger), outcome=Outcome.IGNORED)


@rule(
    "chat.parallel_tool_calls.kept",
    "calls no two tools at once where that is forbidden",
    Level.MUST,
    "chat.parallel_tool_calls",
    PARALLEL,
    on="chat.proper",
    seed=one_at_most,
    accepts=True,
)
def calls_are_not_parallel(exchange: Exchange) -> Noted:
    """Counts the calls of each choice where parallel_tool_calls is false. That one comes shows no effect by itself."""
    counts = [(where, len(_names(message))) for where, message, _ in _said(exchange)]
    if asked(exchange).get("parallel_tool_calls") is not False or not any(count for _, count in counts):
        raise Unclear("the request allows parallel calls, or nothing is called")
    for where, count in counts:
        if count > 1:
            told = f"{count} calls"
            yield Finding("calls several tools at once", f"{where}.message.tool_calls", "one call", told, outcome=Outcome.IGNORED)
