"""Tools, formats and several choices of the reference server."""

import json
import re

import pytest

from conformance import calls
from conformance.answers import object_of, objects_in, text_of
from conformance.model import Target
from conformance.reference.app import sending

TARGET = Target("http://127.0.0.1:1/v1", model="reference")
SEND = sending()
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "The weather of a city.", "parameters": PARAMETERS},
}
CLOCK = {"type": "function", "function": {"name": "get_time", "description": "The hour in a zone."}}


def plain(*args, **fields):
    return object_of(SEND(calls.chat(TARGET, *args, **fields)))


def chunks(*args, **fields):
    return list(objects_in(SEND(calls.stream(TARGET, *args, **fields))))


def test_several_choices_take_turns():
    answer = plain(n=3, temperature=1.5)
    assert [one["index"] for one in answer["choices"]] == [0, 1, 2]
    assert len({one["message"]["content"] for one in answer["choices"]}) == 3
    told = chunks(n=2)
    assert [one["choices"][0]["index"] for one in told[:4]] == [0, 1, 0, 1]
    assert all(len(one["choices"]) == 1 for one in told)


def test_log_probabilities_join_to_the_text():
    answer = plain(logprobs=True, top_logprobs=2)
    listed = answer["choices"][0]["logprobs"]["content"]
    assert b"".join(bytes(one["bytes"]) for one in listed).decode() == text_of(answer)
    assert all(len(one["top_logprobs"]) == 2 for one in listed)
    streamed = [entry for one in chunks(logprobs=True) for entry in (one["choices"][0]["logprobs"] or {}).get("content", [])]
    assert [one["token"] for one in streamed] == [one["token"] for one in listed]


def test_a_tool_is_called_where_it_is_meant():
    answer = plain("What is the weather in Rome?", tools=[WEATHER, CLOCK], max_tokens=60)
    message = answer["choices"][0]["message"]
    assert message["content"] is None
    assert [one["function"]["name"] for one in message["tool_calls"]] == ["get_weather"]
    assert "city" in json.loads(message["tool_calls"][0]["function"]["arguments"])
    assert re.fullmatch(r"call_[A-Za-z0-9]{24}", message["tool_calls"][0]["id"])
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert text_of(plain("Tell me a story.", tools=[WEATHER, CLOCK]))


@pytest.mark.parametrize(
    ("choice", "count", "finish"),
    [("none", 0, "length"), ("required", 2, "tool_calls"), ({"type": "function", "function": {"name": "get_time"}}, 1, "stop")],
)
def test_tool_choice_rules(choice, count, finish):
    answer = plain("Tell me a story.", tools=[WEATHER, CLOCK], tool_choice=choice, max_tokens=24)
    assert len(answer["choices"][0]["message"].get("tool_calls", [])) == count
    assert answer["choices"][0]["finish_reason"] == finish


def test_one_call_at_a_time_where_parallel_calls_are_off():
    answer = plain(
        "The weather in Rome and the hour in Oslo, please.", tools=[WEATHER, CLOCK], parallel_tool_calls=False, max_tokens=60
    )
    assert len(answer["choices"][0]["message"]["tool_calls"]) == 1


def test_streamed_calls_have_a_head_and_fragments():
    told = chunks("The weather and the hour, please.", tools=[WEATHER, CLOCK], max_tokens=60)
    deltas = [one["choices"][0]["delta"] for one in told]
    calls_ = [call for delta in deltas for call in delta.get("tool_calls", [])]
    assert deltas[0]["content"] is None
    heads = [call for call in calls_ if "id" in call]
    assert [(one["index"], one["type"], one["function"]["arguments"]) for one in heads] == [
        (0, "function", ""),
        (1, "function", ""),
    ]
    fragments = [list(call["function"]) for call in calls_ if "id" not in call]
    assert fragments
    assert all(one == ["arguments"] for one in fragments)


def test_a_tools_result_is_used():
    messages = [
        {"role": "user", "content": "What is the weather in Rome?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "zx-4711 degrees"},
    ]
    assert text_of(plain(messages, tools=[WEATHER])).startswith("zx-4711 degrees")


def test_the_legacy_form_of_calls():
    answer = plain("The weather?", functions=[WEATHER["function"]], max_tokens=60)
    assert answer["choices"][0]["message"]["function_call"]["name"] == "get_weather"
    assert answer["choices"][0]["finish_reason"] == "function_call"


def test_a_format_is_kept_within_the_limit_and_cut_at_it():
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["blue"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}
    assert json.loads(text_of(plain("Say red.", response_format=form, max_tokens=40))) == {"colour": "blue"}
    assert plain("Say red.", response_format=form, max_tokens=3)["choices"][0]["finish_reason"] == "length"
