"""Faults in how conversations of less common forms are taken."""

from __future__ import annotations

import json

from conformance.reference.errors import bad_request, envelope
from conformance.reference.faults.parts import CLAUDE, GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object, Refused


def _messages(sent: Object) -> list[Object]:
    messages = sent.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


@fault(
    "second-system-refused",
    seen=GITHUB + "nashsu/llm_wiki/issues/45",
    on="sent",
    speaks=("chat.messages.several-systems",),
)
def second_system_refused(sent: Object) -> Object:
    """Refuses a system message that is not the first message."""
    if any(message.get("role") == "system" for message in _messages(sent)[1:]):
        raise bad_request("System message must be at the beginning.", "messages")
    return sent


@fault(
    "last-word-refused",
    seen=GITHUB + "aj47/SpeakMCP/pull/1037",
    on="sent",
    speaks=("chat.messages.begun",),
)
def last_word_refused(sent: Object) -> Object:
    """Refuses conversations that end with the assistant."""
    messages = _messages(sent)
    if messages and messages[-1].get("role") == "assistant":
        raise bad_request("The conversation has to end with a message of the user.", "messages")
    return sent


@fault(
    "assistant-parts-blanked",
    seen=GITHUB + "CommandCodeAI/command-code/issues/820",
    on="sent",
    speaks=("chat.content-parts.assistant",),
)
def assistant_parts_blanked(sent: Object) -> Object:
    """Loses what the assistant said in parts."""
    if not isinstance(sent.get("messages"), list):
        return sent
    return sent | {"messages": [_blank(one) if isinstance(one, dict) else one for one in sent["messages"]]}


def _blank(message: Object) -> Object:
    lost = message.get("role") == "assistant" and isinstance(message.get("content"), list)
    return message | {"content": ""} if lost else message


@fault("audio-input-stripped", seen=CLAUDE, on="sent", speaks=("chat.audio-input.heard",))
def audio_input_stripped(sent: Object) -> Object:
    """Takes audio out of messages and answers the rest."""
    if not isinstance(sent.get("messages"), list):
        return sent
    return sent | {"messages": [_deaf(one) if isinstance(one, dict) else one for one in sent["messages"]]}


def _deaf(message: Object) -> Object:
    parts = message.get("content")
    if not isinstance(parts, list):
        return message
    return message | {"content": [one for one in parts if not isinstance(one, dict) or one.get("type") != "input_audio"]}


@fault(
    "broken-image-is-500",
    seen=GITHUB + "BerriAI/litellm/issues/14085",
    on="refused",
    speaks=("chat.vision.broken", "errors.status.client"),
    also=("errors",),
)
def broken_image_is_500(refused: Refused) -> Refused:
    """Answers 500 where it cannot read an image."""
    if "image" not in json.dumps(refused.body):
        return refused
    return Refused(500, envelope("The image could not be processed.", "server_error"))


@fault(
    "hard-arguments-crash",
    seen=GITHUB + "ggml-org/llama.cpp/issues/21771",
    on="sent",
    speaks=("chat.tools.history.hard",),
)
def hard_arguments_crash(sent: Object) -> Object:
    """Answers 500 where arguments in the history hold what has to be escaped."""
    if any("\\" in json.dumps(message.get("tool_calls")).replace('\\"', "") for message in _messages(sent)):
        raise Refused(500, envelope("Failed to parse tool call arguments as JSON.", "server_error"))
    return sent
