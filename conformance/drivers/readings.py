"""What a client library made of an answer, as a `Reading`: the object or the chunks it gave, or the exception it raised."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from conformance.messages import Json, Reading
from conformance.wire import is_deep

MOST_CHUNKS = 10_000
MOST_MESSAGE = 2_000

_DETAILS = {"status": "status_code", "code": "code", "param": "param", "type": "type", "request_id": "request_id"}


def read(by: str, call: Callable[[], Any]) -> Reading:
    """Calls and consumes what comes, a stream to its end. Raises nothing that an answer can cause."""
    chunks: list[Json] = []
    try:
        made = call()
        if not hasattr(type(made), "__stream__"):
            return _given(by, made)
        kind = type(made).__name__
        for chunk in made:
            kind = _note(chunk, chunks)
        return Reading(by, chunks, kind)
    except Exception as error:
        return _raised(by, error, chunks)


async def read_async(by: str, call: Callable[[], Awaitable[Any]]) -> Reading:
    """The same for the asynchronous client."""
    chunks: list[Json] = []
    try:
        made = await call()
        if not hasattr(type(made), "__stream__"):
            return _given(by, made)
        kind = type(made).__name__
        async for chunk in made:
            kind = _note(chunk, chunks)
        return Reading(by, chunks, kind)
    except Exception as error:
        return _raised(by, error, chunks)


def _note(chunk: Any, chunks: list[Json]) -> str:
    if len(chunks) < MOST_CHUNKS:
        chunks.append(plain(chunk))
    return type(chunk).__name__


def _given(by: str, made: Any) -> Reading:
    details = _present({"request_id": plain(getattr(made, "_request_id", None))})
    return Reading(by, plain(made), type(made).__name__, details=details)


def _raised(by: str, error: Exception, chunks: list[Json]) -> Reading:
    """`details.message` is the exception's attribute, which the SDK takes from the body, `message` its text."""
    details = _present({name: getattr(error, attribute, None) for name, attribute in _DETAILS.items()})
    details |= _present({"message": getattr(error, "message", None)})
    kind = type(error).__name__
    return Reading(by, chunks or None, "", kind, _text(error), {name: plain(value) for name, value in details.items()})


def _present(values: dict[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}


def _text(error: Exception) -> str:
    try:
        return str(error)[:MOST_MESSAGE]
    except Exception:  # the text of an exception may be made of what the server sent
        return ""


def plain(value: Any) -> Json:
    """A client's object as JSON, with what came and nothing that the client added; null where it cannot be told."""
    try:
        if hasattr(type(value), "model_dump"):
            value = value.model_dump(mode="json", warnings=False, exclude_unset=True)
        made = json.loads(json.dumps(value, default=repr), parse_constant=str)
        return None if is_deep(made) else made
    except Exception:  # objects that the SDK builds from malformed bodies may be like anything
        return None
