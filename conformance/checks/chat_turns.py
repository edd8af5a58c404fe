"""Messages of less common forms that are legal all the same: an empty answer in the history, names, parts for the system.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import answered, choices_of
from conformance.effects import is_same_text
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import check

CREATE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages"

SAID = "Answer with one short sentence."


@check("chat.history.empty", "takes an empty answer back", Level.SHOULD, "chat.history", CREATE, accepts=True)
def empty_answer(target: Target, send: Send) -> Noted:
    """Puts an assistant's message whose content is an empty string into the history, as is left by a chat that was cancelled."""
    turns: list[Json] = [
        {"role": "user", "content": "Hello!"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "Say that again."},
    ]
    choices_of(answered(send, calls.chat(target, turns), calls.chat(target)))
    yield from ()


@check("chat.messages.name", "takes the name of who speaks", Level.SHOULD, "chat.messages", CREATE, accepts=True)
def name_of_speaker(target: Target, send: Send) -> Noted:
    """Gives the user's message the member name."""
    turns: list[Json] = [{"role": "user", "name": "bob", "content": "Hello!"}]
    choices_of(answered(send, calls.chat(target, turns), calls.chat(target)))
    yield from ()


@check("chat.content-parts.system", "takes a text part of the system like a string", Level.SHOULD, "chat.content-parts", CREATE)
def system_parts(target: Target, send: Send) -> Noted:
    """Sends a system message as a string and as an array of one text part: the greedy texts are the same."""
    string, parts = (_instructed(target, content) for content in (SAID, [{"type": "text", "text": SAID}]))
    answered(send, parts, string)
    if not is_same_text(send, string, parts):
        where = "$.messages[0].content"
        yield Finding("a system message in parts gets another answer than the string", where, "the same greedy text")


def _instructed(target: Target, content: Json) -> Request:
    return calls.chat(target, [{"role": "system", "content": content}, {"role": "user", "content": "Hello!"}])
