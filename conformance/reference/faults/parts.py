"""Where things are inside answers and chunks, so that a fault says only what it does to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.reference.values import Asked, Object, Refused

GITHUB = "https://github.com/"
OLLAMA_2024 = "https://github.com/ollama/ollama/blob/1b272d5bc/docs/openai.md"
CLAUDE = "https://platform.claude.com/docs/en/cli-sdks-libraries/libraries/openai-sdk"
GROQ = "https://console.groq.com/docs/openai"
"""Documents in which a server itself says how it differs."""


def choices(value: Object) -> Iterator[Object]:
    """The choices of an answer or a chunk."""
    yield from value.get("choices") or ()


def saying(value: Object) -> Iterator[Object]:
    """The messages of an answer, the deltas of a chunk."""
    for choice in choices(value):
        said = choice.get("message", choice.get("delta"))
        if isinstance(said, dict):
            yield said


def calls(value: Object) -> Iterator[Object]:
    """The tool calls of an answer or a chunk."""
    for said in saying(value):
        yield from said.get("tool_calls") or ()


def streamed(asked: Asked) -> bool:
    """Whether a stream was asked for."""
    return asked.sent.get("stream") is True


def without(value: Object, *names: str) -> Object:
    """An object without some members."""
    return {name: held for name, held in value.items() if name not in names}


def with_texts(value: Object, change: Any) -> Object:
    """A chunk or an answer whose texts went through a function."""
    for said in saying(value):
        if isinstance(said.get("content"), str):
            said["content"] = change(said["content"])
    return value


def message_of(refused: Refused) -> Any:
    """The message of a refusal that is still an error object."""
    return refused.body["error"]["message"]


def error_of(refused: Refused) -> Object:
    """The error object of a refusal, empty where it has none."""
    error = refused.body.get("error") if isinstance(refused.body, dict) else None
    return error if isinstance(error, dict) else {}


def code_of(refused: Refused) -> Any:
    """The code of a refusal, None where it is no error object."""
    return error_of(refused).get("code")
