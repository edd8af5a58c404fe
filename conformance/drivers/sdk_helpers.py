"""The SDK's other ways to ask for a chat completion: its stream helper, `parse` and raw responses; what they give as JSON.

https://github.com/openai/openai-python/blob/main/helpers.md
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.drivers.readings import plain
from conformance.drivers.sdk_models import model_of
from conformance.messages import Json

FORMAT = "response_format"


def helped(client: Any, way: str, fields: Mapping[str, Any], extras: Mapping[str, Any]) -> Any:
    """Asks for a chat completion in one of the ways of `Setup.call` but `create`; for an asynchronous client a coroutine. Gives
    JSON: the stream helper's events, text and final completion; the parsed completion; a raw response's status, request id
    and completion. Raises what the SDK raises.
    """
    completions = client.chat.completions
    if way == "stream":
        said = {name: value for name, value in fields.items() if name != "stream"}
        manager = completions.stream(**said | _format(fields), **extras)
        return _told_later(manager) if hasattr(type(manager), "__aenter__") else _told(manager)
    if way == "parse":
        return completions.parse(**dict(fields) | _format(fields), **extras)
    made = completions.with_raw_response.create(**fields, **extras)
    return _unpacked_later(made) if inspect.isawaitable(made) else _unpacked(made)


def _format(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The response format as programs say it to `parse` and `stream`: a class, which the SDK makes the same JSON of."""
    form = fields.get(FORMAT)
    named = form.get("json_schema") if isinstance(form, dict) else None
    return {FORMAT: model_of(named["name"], named["schema"])} if isinstance(named, dict) else {}


@dataclass
class _Told:
    """What a stream helper has told so far."""

    events: list[str] = field(default_factory=list)
    text: str = ""

    def note(self, event: Any) -> None:
        self.events.append(str(event.type))
        if event.type == "content.delta":
            self.text += event.delta

    def value(self, final: Any) -> Json:
        kinds = list(dict.fromkeys(self.events))
        return {"events": kinds, "text": self.text, "final": plain(final)}


def _told(manager: Any) -> Json:
    told = _Told()
    with manager as stream:
        for event in stream:
            told.note(event)
        try:
            return told.value(stream.get_final_completion())
        except Exception as error:
            return told.value(_cut(error))


async def _told_later(manager: Any) -> Json:
    told = _Told()
    async with manager as stream:
        async for event in stream:
            told.note(event)
        try:
            return told.value(await stream.get_final_completion())
        except Exception as error:
            return told.value(_cut(error))


def _cut(error: Exception) -> Any:
    """The completion that the helper refuses to give because a limit cut it, which is no fault of the server's."""
    completion = getattr(error, "completion", None)
    if completion is None:
        raise error
    return completion


def _unpacked(response: Any) -> Json:
    return {"status": response.status_code, "request_id": response.request_id, "completion": plain(response.parse())}


async def _unpacked_later(made: Any) -> Json:
    return _unpacked(await made)
