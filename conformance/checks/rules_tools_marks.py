"""A rule about what models write around their calls, and what a server has to take out of the text.

https://platform.openai.com/docs/api-reference/chat/object#chat/object-choices
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.answers import Object, choices_of
from conformance.checks.rules_tools import calling, offered_in
from conformance.evidence import asked, ensure_values, shown
from conformance.messages import Exchange, Json
from conformance.model import Finding, Level, Noted, Unclear
from conformance.registry import rule
from conformance.streams import answer_of
from conformance.wire import read_json

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"

_MARKS = re.compile(r"<tool_call>|<function=|<\|python_tag\|>|\[TOOL_CALLS\]|<｜tool▁calls▁begin｜>")
_WHOLE = re.compile(r"(?:<tool_call>|<\|python_tag\|>|\[TOOL_CALLS\]\s*\[?)\s*(\{.*\})", re.DOTALL)


@rule(
    "chat.tools.marks",
    "keeps the marks of calls out of the text",
    Level.SHOULD,
    "chat.tools",
    OBJECT,
    on="chat.proper",
    seed=calling,
)
def no_marks(exchange: Exchange) -> Noted:
    """Reads the text beside calls, and the text where a call is left in it: a whole one, of a tool that was offered, while calls
    were not forbidden. What a model writes that is only like a call is its own business.
    """
    ensure_values(exchange)
    sent = asked(exchange)
    offered = offered_in(sent)
    if not offered or sent.get("tool_choice") == "none":
        raise Unclear("the answer has no cause to call a tool")
    for where, message in _messages(exchange):
        content = message.get("content")
        found = isinstance(content, str) and (_MARKS.search(content) if message.get("tool_calls") else _is_call(content, offered))
        if found:
            yield Finding("the text holds a call in the model's own marks", f"{where}.content", "no marks", shown(content))


def _messages(exchange: Exchange) -> Iterator[tuple[str, Object]]:
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = choice.get("message")
        if isinstance(message, dict):
            yield f"$.choices[{place}].message", message


def _is_call(content: str, offered: set[str]) -> bool:
    whole = _WHOLE.search(content)
    value: Json = read_json(_ended(whole.group(1)).encode("utf-8", "surrogatepass")).value if whole else None
    return isinstance(value, dict) and value.get("name") in offered and "arguments" in value


def _ended(text: str) -> str:
    return text.partition("</tool_call>")[0].strip().removesuffix("]")
