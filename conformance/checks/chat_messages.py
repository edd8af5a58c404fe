"""Conversations: an answer to a prompt, several turns, the roles, and content that is a string.

Whether what was said reaches the model is told by the token count of the prompt, or else by another answer; the model need
not understand a word. https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from __future__ import annotations

from conformance.answers import (
    Object,
    answered,
    finish_of,
    first_answered,
    given,
    message_of,
    object_of,
    optional_count,
    text_of,
)
from conformance.calls import chat, greetings, story
from conformance.effects import tells_apart
from conformance.messages import Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create"

QUESTION = "What is my secret word?"
BRIEF = "You answer briefly."
WORLD = f"{BRIEF} {'The sky of this world is green, and its two moons are made of glass. ' * 3}".strip()
ODD = 'Repeat "this", \\ and this:\n\tünïcode, Ελλάδα, 日本語, 😀 {"a": [1, null]}'


@check("chat.create", "answers a prompt with text", Level.MUST, "chat", LINK)
def create(target: Target, send: Send) -> Noted:
    """Two ordinary prompts: one answer with text will do. What says nothing is a fault only where the model was counted to
    have said something and to have ended by itself; a model may be silent, or still be thinking when the limit comes.
    """
    answers = [object_of(first_answered(send, greetings(target)))]
    if not text_of(answers[0]).strip():
        answers.append(given(send, story(target)))
    if any(text_of(answer).strip() for answer in answers):
        return
    if not all(_swallowed(answer) for answer in answers):
        raise Unclear("the model says nothing within the limit")
    spent = optional_count(answers[0], "completion_tokens")
    yield Finding("answers without text", "$.choices[0].message.content", "text", f'"" after {spent} tokens and a stop')


def _swallowed(answer: Object) -> bool:
    message = message_of(answer)
    other = message.get("refusal") or message.get("tool_calls") or message.get("function_call") or message.get("audio")
    return finish_of(answer) == "stop" and (optional_count(answer, "completion_tokens") or 0) > 2 and not other


@check("chat.messages.turns", "takes earlier turns of a conversation into account", Level.MUST, "chat.messages", LINK)
def turns(target: Target, send: Send) -> Noted:
    """A question alone and at the end of three turns: the longer conversation counts more prompt tokens, or is answered
    otherwise. Neither means that the earlier turns were dropped.
    """
    alone = chat(target, QUESTION)
    whole = [
        {"role": "user", "content": "My secret word is walrus. Remember it well."},
        {"role": "assistant", "content": "Your secret word is walrus. I will remember it."},
        {"role": "user", "content": QUESTION},
    ]
    yield from _heard(target, send, alone, chat(target, whole), "leaves earlier turns out", "$.messages[:2]")


@check("chat.messages.roles", "takes system, user and assistant messages into account", Level.MUST, "chat.messages", LINK)
def roles(target: Target, send: Send) -> Noted:
    """The same conversation under a short and under a long system message. Both have one, because many templates put one of
    their own where there is none.
    """
    short, long = (chat(target, _world(system)) for system in (BRIEF, WORLD))
    yield from _heard(target, send, short, long, "leaves the system message out", "$.messages[0]")


def _world(system: str) -> list[Object]:
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": "Where are we?"},
        {"role": "assistant", "content": "On another world."},
        {"role": "user", "content": "What does the sky look like?"},
    ]


@check("chat.content.string", "takes any text as the content of a message", Level.MUST, "chat.content", LINK)
def string(target: Target, send: Send) -> Noted:
    """Quotes, backslashes, line ends and letters of several scripts are taken, and reach the model."""
    yield from _heard(target, send, chat(target), chat(target, ODD), "leaves the content out", "$.messages[0].content")


def _heard(target: Target, send: Send, short: Request, long: Request, message: str, where: str) -> Noted:
    """Whether the longer prompt of two was heard in full. Raises Unclear where counts and texts do not tell."""
    for request in (short, long):
        answered(send, request, chat(target))
    if not tells_apart(send, short, long):
        expected = "another answer or prompt_tokens than of the shorter prompt"
        yield Finding(message, where, expected, "the same", outcome=Outcome.IGNORED)
