"""Conversations that are legal and less common: several system messages, an answer begun beforehand, parts, broken images.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import answered, choices_of, given
from conformance.checks.chat_messages import BRIEF, QUESTION, WORLD
from conformance.checks.chat_parts import seeing, solid_png
from conformance.effects import is_same_text, tells_apart, unless_refused
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

CREATE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages"
IMAGES = "https://platform.openai.com/docs/guides/images-vision"

NO_IMAGE = "data:image/png;base64,VGhpcyBpcyBubyBpbWFnZS4="
"""A sentence that says it is a PNG."""


def _said(role: str, content: Json) -> Json:
    return {"role": role, "content": content}


@check(
    "chat.messages.several-systems",
    "takes several system messages into account",
    Level.SHOULD,
    "chat.messages",
    CREATE,
    revision=2,
)
def several_systems(target: Target, send: Send) -> Noted:
    """Puts a second, long system message behind a first one: the answer or the number of prompt tokens changes."""
    first, user = _said("system", BRIEF), _said("user", "What does the sky look like?")
    one, two = calls.chat(target, [first, user]), calls.chat(target, [first, _said("system", WORLD), user])
    answered(send, two, one)
    if not tells_apart(send, one, two):
        expected = "another answer or prompt_tokens than with one"
        yield Finding("the second system message is lost", "$.messages[1]", expected, "the same", outcome=Outcome.IGNORED)


@check("chat.messages.begun", "answers after the assistant's own last word", Level.SHOULD, "chat.messages", CREATE, accepts=True)
def begun(target: Target, send: Send) -> Noted:
    """Ends the conversation with a message of the assistant's, as programs do that want it to go on from there. OpenAI takes
    that; whether the answer goes on or begins anew is not judged.
    """
    turns = [_said("user", "Count from one to five."), _said("assistant", "One, two,")]
    choices_of(answered(send, calls.chat(target, turns), calls.chat(target)))
    yield from ()


@check(
    "chat.content-parts.assistant",
    "takes a text part of the assistant like a string",
    Level.SHOULD,
    "chat.content-parts",
    CREATE,
)
def assistant_parts(target: Target, send: Send) -> Noted:
    """Sends the same history with the assistant's turn as a string and as an array of one text part: the greedy texts are the
    same.
    """
    told = "Your secret word is walrus. I will remember it."
    string, array = _turns(target, told), _turns(target, [{"type": "text", "text": told}])
    answered(send, array, string)
    if not is_same_text(send, string, array):
        yield Finding("a text part gets another answer than the string", "$.messages[1].content", "the answer to the string")


def _turns(target: Target, told: Json) -> Request:
    asked = _said("user", "My secret word is walrus. Remember it well.")
    return calls.chat(target, [asked, _said("assistant", told), _said("user", QUESTION)])


@check("chat.vision.broken", "refuses what is no image", Level.SHOULD, "chat.vision", IMAGES)
def broken_image(target: Target, send: Send) -> Noted:
    """Shows an image that is none: a right server says so, and neither breaks nor answers as if there were nothing wrong."""
    given(send, seeing(target, solid_png(255, 0, 0)))
    yield from unless_refused(send(seeing(target, NO_IMAGE, wrong=True)), "takes what is no image")
