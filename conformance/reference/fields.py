"""What each field of a chat completion request may be, and the refusal of everything else.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from conformance.reference.audio import FORMATS
from conformance.reference.errors import bad_request, bad_value, missing, out_of_range, unknown_parameter, wrong_type
from conformance.reference.forms import check_format
from conformance.reference.messages import check_content, check_messages
from conformance.reference.moderation import check_moderation
from conformance.reference.tools import check_choice, check_functions, check_tools
from conformance.reference.values import Object

Asks = Callable[[str, Any], None]
"""Looks at a field's name and value and raises Refused where the value may not be."""


def number(low: float, high: float) -> Asks:
    """A number between two bounds."""

    def ask(name: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise wrong_type(name, "a number", value)
        if not low <= value <= high:
            raise out_of_range(name, "decimal", high if value > high else low, value, value > high)

    return ask


def integer(low: int, high: int) -> Asks:
    """A whole number between two bounds."""

    def ask(name: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(name, "an integer", value)
        if not low <= value <= high:
            raise out_of_range(name, "integer", high if value > high else low, value, value > high)

    return ask


def string(longest: int = 1 << 20) -> Asks:
    """A string of no more than so many characters."""

    def ask(name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise wrong_type(name, "a string", value)
        if len(value) > longest:
            raise out_of_range(name, "string", longest, len(value), True)

    return ask


def boolean(name: str, value: Any) -> None:
    """True or false, and nothing that reads like it."""
    if not isinstance(value, bool):
        raise wrong_type(name, "a boolean", value)


def one_of(*allowed: str) -> Asks:
    """A string of a list."""

    def ask(name: str, value: Any) -> None:
        string()(name, value)
        if value not in allowed:
            raise bad_value(name, "one of " + ", ".join(allowed), value)

    return ask


def check_stop(name: str, value: Any) -> None:
    """A string or one to four of them."""
    if not isinstance(value, str | list):
        raise wrong_type(name, "a string or an array of strings", value)
    given = [value] if isinstance(value, str) else value
    if not given:
        raise bad_request(f"'{name}' is an empty array.", name, "empty_array")
    if len(given) > 4:
        raise out_of_range(name, "array", 4, len(given), True)
    for place, one in enumerate(given):
        string()(f"{name}[{place}]", one)


def check_metadata(name: str, value: Any) -> None:
    """Up to 16 pairs of strings, 64 and 512 characters long."""
    check_object(name, value)
    if len(value) > 16:
        raise out_of_range(name, "array", 16, len(value), True)
    for key, held in value.items():
        string(64)(f"{name} key", key)
        string(512)(f"{name}.{key}", held)


def check_bias(name: str, value: Any) -> None:
    """Token ids, as strings, to numbers between -100 and 100."""
    check_object(name, value)
    for key, bias in value.items():
        if not key.isdecimal():
            raise bad_value(name, "a map from token ids", key)
        number(-100, 100)(f"{name}.{key}", bias)


def check_object(name: str, value: Any) -> None:
    """An object, whatever it holds."""
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)


def check_prediction(name: str, value: Any) -> None:
    """A text, or its parts, that much of the answer is expected to repeat."""
    check_object(name, value)
    for key in ("type", "content"):
        if key not in value:
            raise missing(f"{name}.{key}")
    one_of("content")(f"{name}.type", value["type"])
    check_content(name, "system", value)


def check_stream_options(name: str, value: Any) -> None:
    """An object of two switches."""
    check_object(name, value)
    for key, switch in value.items():
        if key not in ("include_usage", "include_obfuscation"):
            raise unknown_parameter(f"{name}.{key}")
        boolean(f"{name}.{key}", switch)


def check_modalities(name: str, value: Any) -> None:
    """A list of text and audio."""
    if not isinstance(value, list):
        raise wrong_type(name, "an array", value)
    if not value:
        raise bad_request(f"'{name}' is an empty array.", name, "empty_array")
    for place, one in enumerate(value):
        one_of("text", "audio")(f"{name}[{place}]", one)


def check_cache(name: str, value: Any) -> None:
    """How prompts are cached: a mode and a lifetime."""
    check_object(name, value)
    for key, held in value.items():
        if key not in _CACHING:
            raise unknown_parameter(f"{name}.{key}")
        one_of(*_CACHING[key])(f"{name}.{key}", held)


def check_audio(name: str, value: Any) -> None:
    """A voice and a format."""
    check_object(name, value)
    for key in ("voice", "format"):
        if key not in value:
            raise missing(f"{name}.{key}")
    string()(f"{name}.voice", value["voice"])
    one_of(*FORMATS)(f"{name}.format", value["format"])


_CACHING = {"mode": ("implicit", "explicit"), "ttl": ("30m",)}
_ANY_SEED = integer(-(2**63), 2**63 - 1)
_LIMIT = integer(1, 32_768)

FIELDS: dict[str, Asks] = {
    "audio": check_audio,
    "messages": check_messages,
    "model": string(),
    "frequency_penalty": number(-2, 2),
    "function_call": check_choice,
    "functions": check_functions,
    "logit_bias": check_bias,
    "logprobs": boolean,
    "max_completion_tokens": _LIMIT,
    "max_tokens": _LIMIT,
    "metadata": check_metadata,
    "modalities": check_modalities,
    "moderation": check_moderation,
    "n": integer(1, 128),
    "parallel_tool_calls": boolean,
    "prediction": check_prediction,
    "presence_penalty": number(-2, 2),
    "prompt_cache_key": string(),
    "prompt_cache_options": check_cache,
    "prompt_cache_retention": one_of("in_memory", "24h"),
    "reasoning_effort": one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "response_format": check_format,
    "safety_identifier": string(128),
    "seed": _ANY_SEED,
    "service_tier": one_of("auto", "default", "flex", "scale", "priority", "fast"),
    "stop": check_stop,
    "store": boolean,
    "stream": boolean,
    "stream_options": check_stream_options,
    "temperature": number(0, 2),
    "tool_choice": check_choice,
    "tools": check_tools,
    "top_logprobs": integer(0, 20),
    "top_p": number(0, 1),
    "user": string(),
    "verbosity": one_of("low", "medium", "high"),
    "web_search_options": check_object,
}
"""Every field of the API. What this model has no use for is looked at and left alone."""

_REQUIRED = ("model", "messages")
_NEEDS = (
    ("stream_options", "stream"),
    ("top_logprobs", "logprobs"),
    ("parallel_tool_calls", "tools"),
    ("tool_choice", "tools"),
    ("function_call", "functions"),
)


def check_request(sent: Object) -> None:
    """Nothing, for a request that may be answered. Raises Refused."""
    for name in _REQUIRED:
        if name not in sent:
            raise missing(name)
    for name, value in sent.items():
        if name not in FIELDS:
            raise unknown_parameter(name)
        if value is not None or name in _REQUIRED:
            FIELDS[name](name, value)
    _check_together(sent, [name for name, value in sent.items() if value is not None])


def _check_together(sent: Object, given: Iterable[str]) -> None:
    for name, other in _NEEDS:
        if name in given and not sent.get(other):
            raise bad_request(f"'{name}' has no place in a request without '{other}'.", name)
    if "max_tokens" in given and "max_completion_tokens" in given:
        raise bad_request("Only one of 'max_tokens' and 'max_completion_tokens' can be set.", "max_tokens")
    if ("audio" in given) != ("audio" in (sent.get("modalities") or ())) or ("audio" in given and sent.get("stream")):
        raise bad_request("'audio' needs the modality audio, and is not streamed.", "audio")
    if "tools" in given and "functions" in given:
        raise bad_request("Only one of 'tools' and 'functions' can be set.", "functions")
    asked = sent.get("response_format") or {}
    if asked.get("type") == "json_object" and "json" not in str(sent["messages"]).lower():
        raise bad_request("JSON mode needs the word 'json' somewhere in the messages.", "messages")
