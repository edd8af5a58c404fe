"""What the reference server takes and refuses, field by field, and how it says so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.answers import objects_in
from conformance.messages import Request
from conformance.reference.app import sending
from conformance.reference.fields import FIELDS
from conformance.schema import against

SEND = sending()
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
USER = {"role": "user", "content": "Hello!"}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
STRICT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def ask(**fields):
    body = {"model": "reference", "messages": [USER], "max_tokens": 4} | fields
    exchange = SEND(Request("POST", "/chat/completions", {name: value for name, value in body.items() if value is not ...}))
    return exchange.status, next(objects_in(exchange)) if exchange.body.startswith(b"data:") else json.loads(exchange.body)


def schema_format(schema, **more):
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, **more}}


REFUSED = {
    "no model": ({"model": ...}, "model", "missing_required_parameter"),
    "no messages": ({"messages": ...}, "messages", "missing_required_parameter"),
    "null messages": ({"messages": None}, "messages", "invalid_type"),
    "empty messages": ({"messages": []}, "messages", "empty_array"),
    "messages as text": ({"messages": "Hello!"}, "messages", "invalid_type"),
    "a message as text": ({"messages": ["Hello!"]}, "messages[0]", "invalid_type"),
    "no role": ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
    "bad role": ({"messages": [{"role": "nobody", "content": "x"}]}, "messages[0].role", "invalid_value"),
    "no content": ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
    "content as number": ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content", "invalid_type"),
    "unknown part": (
        {"messages": [{"role": "user", "content": [{"type": "x"}]}]},
        "messages[0].content[0].type",
        "invalid_value",
    ),
    "unknown member": ({"messages": [USER | {"mood": "x"}]}, "messages[0].mood", "unknown_parameter"),
    "orphan tool message": (
        {"messages": [USER, {"role": "tool", "content": "x", "tool_call_id": "y"}]},
        "messages[1].tool_call_id",
        None,
    ),
    "unanswered call": ({"messages": [USER, CALLING]}, "messages", None),
    "user before the tool": ({"messages": [USER, CALLING, USER]}, "messages[2]", None),
    "cold": ({"temperature": -0.1}, "temperature", "decimal_below_min_value"),
    "moderation as text": ({"moderation": "x"}, "moderation", "invalid_type"),
    "moderation by nothing": ({"moderation": {}}, "moderation.model", "missing_required_parameter"),
    "moderation by a number": ({"moderation": {"model": 1}}, "moderation.model", "invalid_type"),
    "moderation and more": ({"moderation": {"model": "m", "mood": 1}}, "moderation.mood", "unknown_parameter"),
    "caching forever": ({"prompt_cache_options": {"ttl": "9h"}}, "prompt_cache_options.ttl", "invalid_value"),
    "caching and more": ({"prompt_cache_options": {"size": 1}}, "prompt_cache_options.size", "unknown_parameter"),
    "hot": ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
    "temperature as text": ({"temperature": "1"}, "temperature", "invalid_type"),
    "temperature as switch": ({"temperature": True}, "temperature", "invalid_type"),
    "top_p": ({"top_p": 1.1}, "top_p", "decimal_above_max_value"),
    "penalty": ({"presence_penalty": -2.5}, "presence_penalty", "decimal_below_min_value"),
    "n 0": ({"n": 0}, "n", "integer_below_min_value"),
    "n 129": ({"n": 129}, "n", "integer_above_max_value"),
    "n 1.5": ({"n": 1.5}, "n", "invalid_type"),
    "no tokens": ({"max_tokens": 0}, "max_tokens", "integer_below_min_value"),
    "two limits": ({"max_completion_tokens": 4}, "max_tokens", None),
    "five stops": ({"stop": list("abcde")}, "stop", "array_above_max_length"),
    "no stops": ({"stop": []}, "stop", "empty_array"),
    "stop as number": ({"stop": 3}, "stop", "invalid_type"),
    "many rivals": ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "integer_above_max_value"),
    "rivals alone": ({"top_logprobs": 2}, "top_logprobs", None),
    "heavy bias": ({"logit_bias": {"5": 101}}, "logit_bias.5", "decimal_above_max_value"),
    "bias by word": ({"logit_bias": {"the": 1}}, "logit_bias", "invalid_value"),
    "huge seed": ({"seed": 2**63}, "seed", "integer_above_max_value"),
    "stream as text": ({"stream": "true"}, "stream", "invalid_type"),
    "options alone": ({"stream_options": {"include_usage": True}}, "stream_options", None),
    "odd options": ({"stream": True, "stream_options": {"usage": True}}, "stream_options.usage", "unknown_parameter"),
    "odd tier": ({"service_tier": "gold"}, "service_tier", "invalid_value"),
    "long metadata": ({"metadata": {"a": "x" * 513}}, "metadata.a", "string_above_max_length"),
    "odd field": ({"top_k": 3}, "top_k", "unknown_parameter"),
    "choice without tools": ({"tool_choice": "auto"}, "tool_choice", None),
    "choice of nothing": ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice", None),
    "odd choice": ({"tools": [TOOL], "tool_choice": "any"}, "tool_choice", "invalid_value"),
    "no tools": ({"tools": []}, "tools", "empty_array"),
    "tool without name": (
        {"tools": [{"type": "function", "function": {}}]},
        "tools[0].function.name",
        "missing_required_parameter",
    ),
    "tool with spaces": (
        {"tools": [{"type": "function", "function": {"name": "a b"}}]},
        "tools[0].function.name",
        "invalid_value",
    ),
    "odd format": ({"response_format": {"type": "yaml"}}, "response_format.type", "invalid_value"),
    "format without json": ({"response_format": {"type": "json_object"}}, "messages", None),
    "no schema": ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
    "odd type": ({"response_format": schema_format({"type": "foo"})}, "response_format.json_schema.schema", "invalid_schema"),
    "loose strictness": (
        {"response_format": schema_format({"type": "object", "properties": {}}, strict=True)},
        "response_format.json_schema.schema",
        "invalid_schema",
    ),
    "lost reference": ({"response_format": schema_format({"$ref": "#/$defs/x"})}, "response_format", "invalid_schema"),
}

TAKEN = {
    "nulls": dict.fromkeys(name for name in FIELDS if name not in ("model", "messages", "max_tokens")),
    "warm": {"temperature": 2, "top_p": 1, "presence_penalty": 2, "frequency_penalty": -2},
    "stops": {"stop": ["a", "b", "c", "d"]},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello!"}]}]},
    "picture": {
        "messages": [
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]}
        ]
    },
    "developer": {"messages": [{"role": "developer", "content": "Be brief."}, USER]},
    "tool round": {"messages": [USER, CALLING, {"role": "tool", "tool_call_id": "call_1", "content": "9"}], "tools": [TOOL]},
    "own message": {"messages": [USER, {"role": "assistant", "content": "Hi", "refusal": None, "annotations": []}, USER]},
    "strict": {"response_format": schema_format(STRICT, strict=True)},
    "json mode": {"messages": [{"role": "user", "content": "Some JSON."}], "response_format": {"type": "json_object"}},
    "allowed tools": {
        "tools": [TOOL],
        "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [TOOL]}},
    },
    "dated model": {"model": "reference-2025-11-21"},
    "spoken": {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
}


@pytest.mark.parametrize(("fields", "param", "code"), REFUSED.values(), ids=REFUSED)
def test_wrong_requests_are_refused_by_name(fields, param, code):
    status, body = ask(**fields)
    assert status == 400
    assert not list(against("error", body))
    assert list(body["error"]) == ["message", "type", "param", "code"]
    assert (body["error"]["type"], body["error"]["param"], body["error"]["code"]) == ("invalid_request_error", param, code)


@pytest.mark.parametrize("fields", TAKEN.values(), ids=TAKEN)
def test_right_requests_are_answered(fields):
    status, body = ask(**fields)
    assert status == 200, body
    assert not list(against("chat.completion", body))
    sent = {"model": "reference", "messages": [USER], "max_tokens": 4} | fields
    assert not list(against("chat.request", sent))


def test_unknown_models_are_not_found():
    status, body = ask(model="gpt-5")
    assert status == 404
    assert (body["error"]["param"], body["error"]["code"]) == (None, "model_not_found")


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2), max_leaves=4
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), values, max_size=3))
def test_any_value_of_any_field_is_answered_or_refused(fields):
    status, body = ask(**fields)
    assert status in (200, 400, 404)
    assert "choices" in body if status == 200 else not list(against("error", body))
    sent = {"model": "reference", "messages": [USER], "max_tokens": 4} | fields
    assert (status == 200) <= (not list(against("chat.request", sent)))
