"""Fields of a chat request whose effect cannot be seen from outside, and fields that the API does not have.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance import calls
from conformance.answers import answered, choices_of, given, message_of, object_of
from conformance.effects import unless_refused
from conformance.messages import Json, Request, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Target
from conformance.registry import check

CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

COMMON: Mapping[str, Mapping[str, Json]] = {
    "user": {"user": "user-1234"},
    "store": {"store": True},
    "metadata": {"metadata": {"purpose": "conformance"}, "store": True},
    "service_tier": {"service_tier": "auto"},
    "safety_identifier": {"safety_identifier": "user-1234"},
    "prompt_cache_key": {"prompt_cache_key": "conformance"},
    "modalities": {"modalities": ["text"]},
}
"""Fields that any model takes. OpenAI takes metadata only beside store."""

SPECIAL: Mapping[str, Mapping[str, Json]] = {
    "reasoning_effort": {"reasoning_effort": "low"},
    "verbosity": {"verbosity": "medium"},
    "prediction": {"prediction": {"type": "content", "content": "Hello!"}},
    "web_search_options": {"web_search_options": {}},
    "prompt_cache_options": {"prompt_cache_options": {"mode": "implicit"}},
    "prompt_cache_retention": {"prompt_cache_retention": "24h"},
}
"""Fields that even OpenAI takes for some models alone."""


def _short(target: Target, fields: Mapping[str, Json]) -> Request:
    """An ordinary request of one token with these fields."""
    said: dict[str, Any] = {"max_tokens": 1, **fields}
    return calls.chat(target, **said)


def _accepting(fields: Mapping[str, Json], company: Iterable[Mapping[str, Json]]) -> Callable[[Target, Send], Noted]:
    def accept(target: Target, send: Send) -> Noted:
        """Sends the field, among others that show no effect either, and by itself where they are not taken together."""
        together = {name: value for one in company for name, value in one.items()}
        try:
            choices_of(object_of(send(_short(target, together or fields))))
        except Ended:
            choices_of(answered(send, _short(target, fields), _short(target, {})))
        yield from ()

    return accept


for _name, _fields in {**COMMON, **SPECIAL}.items():
    _link, _company = f"{CREATE}#chat-create-{_name}", tuple(COMMON.values()) if _name in COMMON else ()
    check(f"chat.{_name}.accepted", f"takes {_name}", Level.SHOULD, f"chat.{_name}", _link, accepts=True)(
        _accepting(_fields, _company)
    )


@check("chat.audio.answer", "answers with audio", Level.SHOULD, "chat.audio", f"{CREATE}#chat-create-audio")
def audio(target: Target, send: Send) -> Noted:
    """Asks for speech beside the text: the message has an `audio` object."""
    fields: dict[str, Any] = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}
    answer = answered(send, calls.chat(target, **fields), calls.chat(target))
    if not isinstance(message_of(answer).get("audio"), dict):
        where = "$.choices[0].message.audio"
        yield Finding("answers without audio", where, "an object", "absent", outcome=Outcome.IGNORED)


@check(
    "chat.unknown-field.classified",
    "refuses fields that the API does not have",
    Level.MAY,
    "chat.unknown-field",
    CREATE,
)
def unknown_fields(target: Target, send: Send) -> Noted:
    """Sends a field of Ollama's own API and an invented one. OpenAI refuses such, most other servers take and ignore them."""
    for name, value in (("keep_alive", 300), ("conformance_probe", True)):
        sent: dict[str, Any] = {"max_tokens": 1, name: value}
        findings = list(unless_refused(send(calls.wrong(target, **sent)), f"takes the unknown field {name}"))
        if not findings:
            given(send, _short(target, {}))
        yield from findings
