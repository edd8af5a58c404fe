"""Checks of tools: silent on a right server, speaking on one that is not, unclear where a model would not call."""

import json

import pytest
from bending import answering, asking, ignoring, right, streaming
from surroundings import completion, except_for, ids_of, outcome_of, refusing_all, reply, result_of, saying

from conformance.model import Outcome, Seen

TOOLS = ids_of("chat_tools")
JUDGED = ["chat.tools.required", "chat.tools.named", "chat.tool_choice.required", "chat.tool_choice.auto"]


def call(name="set_lamp", arguments='{"state": "on"}', id="call_1"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls, finish="tool_calls", text=None):
    return saying(text, finish, tool_calls=list(calls))


@pytest.mark.parametrize("id", TOOLS)
def test_a_right_server_is_right(id):
    expected = Outcome.ACCEPTED if id == "chat.parallel_tool_calls.false" else Outcome.WORKS
    assert outcome_of(id, right()) is expected


@pytest.mark.parametrize(
    ("id", "outcome"),
    [
        ("chat.tools.required", Outcome.IGNORED),
        ("chat.tools.named", Outcome.IGNORED),
        ("chat.tool_choice.required", Outcome.IGNORED),
        ("chat.function_call.named", Outcome.IGNORED),
        ("chat.tools.stream", Outcome.UNCLEAR),
        ("chat.tool_choice.none", Outcome.UNCLEAR),
        ("chat.tool_choice.auto", Outcome.UNCLEAR),
        ("chat.parallel_tool_calls.false", Outcome.UNCLEAR),
    ],
)
def test_a_server_that_knows_no_tools(id, outcome):
    assert outcome_of(id, ignoring("tools", "tool_choice", "functions", "function_call", "parallel_tool_calls")) is outcome


@pytest.mark.parametrize("id", TOOLS)
def test_tools_that_are_refused(id):
    refused = except_for(lambda request: {"tools", "functions"} & request.json.keys(), refusing_all(), right())
    assert outcome_of(id, refused) is Outcome.REFUSED


@pytest.mark.parametrize("id", TOOLS)
def test_a_server_that_refuses_everything_is_unclear(id):
    assert outcome_of(id, refusing_all()) is Outcome.UNCLEAR


@pytest.mark.parametrize("status", [400, 500])
def test_a_server_that_streams_nothing_is_not_blamed_for_tools_or_formats(status):
    plain = except_for(lambda request: request.json.get("stream"), refusing_all(status), right())
    names = ["tools.stream", "tools.parameters", "tools.arguments.stream", "json_object.stream", "json_schema.stream"]
    assert {outcome_of(f"chat.{name}", plain) for name in names} == {Outcome.UNCLEAR}
    assert outcome_of("chat.stream.flag", plain) in (Outcome.REFUSED, Outcome.FAILS)


@pytest.mark.parametrize("id", ["chat.tools.required", "chat.tool_choice.required", "chat.tool_choice.auto"])
@pytest.mark.parametrize(
    ("called", "where"),
    [
        (call("set_tv"), "[0].function.name"),
        (call(arguments="{'state': on}"), "[0].function.arguments"),
        (call(arguments='{"state": "purple"}'), "[0].function.arguments:$.state"),
        (call(arguments="{}"), "[0].function.arguments:$.state"),
    ],
)
def test_a_call_that_does_not_fit_shows(id, called, where):
    result = result_of(id, calling(called))
    assert result.outcome is Outcome.DIFFERS
    assert result.findings[0].where.endswith(where)


@pytest.mark.parametrize("id", JUDGED)
def test_a_call_of_a_wrong_shape_is_left_to_the_rule(id):
    assert outcome_of(id, calling(call(arguments={"state": "on"}))) is Outcome.UNCLEAR


def test_a_call_that_was_cut_is_unclear():
    assert outcome_of("chat.tools.required", calling(call(arguments='{"sta'), finish="length")) is Outcome.UNCLEAR


def rambling(prompt_with_tools, text="On and on and on"):
    def send(request):
        offered = "tools" in request.json
        return reply(request, 200, completion(text if offered else "On and on", "length", prompt_with_tools if offered else 9))

    return send


def test_text_that_was_cut_before_a_call_is_unclear():
    assert outcome_of("chat.tool_choice.required", rambling(99)) is Outcome.UNCLEAR


def test_text_that_was_cut_is_no_call_where_it_is_what_comes_without_tools():
    assert outcome_of("chat.tool_choice.required", rambling(9, "On and on")) is Outcome.IGNORED


def test_tools_that_reach_the_prompt_are_not_ignored():
    def send(request):
        return reply(request, 200, completion("Hello.", prompt=99 if "tools" in request.json else 9))

    assert outcome_of("chat.tools.required", send) is Outcome.UNCLEAR
    assert outcome_of("chat.tool_choice.required", send) is Outcome.IGNORED


def test_a_call_left_in_the_text_shows():
    text = '<tool_call>\n{"name": "set_lamp", "arguments": {"state": "on"}}\n</tool_call>'
    assert outcome_of("chat.tools.required", saying(text)) is Outcome.DIFFERS


@pytest.mark.parametrize("called", [call("set_lamp"), call("set_fan", '{"speed": "low"}')])
def test_another_tool_than_the_named_one_shows(called):
    assert outcome_of("chat.tools.named", calling(called)) is Outcome.IGNORED


@pytest.mark.parametrize("liked", ["set_lamp", "set_fan"])
@pytest.mark.parametrize("finish", ["stop", "tool_calls"])
def test_the_named_tool_is_right_however_the_answer_ends(liked, finish):
    arguments = {"set_lamp": '{"state": "on"}', "set_fan": '{"speed": "low"}'}

    def send(request):
        choice = request.json["tool_choice"]
        name = choice["function"]["name"] if isinstance(choice, dict) else liked
        return calling(call(name, arguments[name]), finish=finish)(request)

    assert outcome_of("chat.tools.named", send) is Outcome.WORKS


def test_a_call_in_spite_of_none_shows():
    required = asking(lambda body: {**body, "tool_choice": "required"}, lambda body: body.get("tool_choice") == "none")
    assert outcome_of("chat.tool_choice.none", required) is Outcome.IGNORED
    assert outcome_of("chat.tool_choice.none", calling(call())) is Outcome.IGNORED


@pytest.mark.parametrize(("calls", "outcome"), [(1, Outcome.ACCEPTED), (2, Outcome.IGNORED), (0, Outcome.UNCLEAR)])
def test_parallel_calls_are_counted(calls, outcome):
    result = result_of("chat.parallel_tool_calls.false", calling(*[call(id=f"call_{one}") for one in range(calls)]))
    assert (result.outcome, result.seen) == (outcome, (Seen("tool_calls", calls),))


def test_a_stream_without_the_call_shows():
    def without(chunks, _):
        for chunk in chunks:
            for choice in chunk["choices"]:
                choice["delta"].pop("tool_calls", None)
        return chunks

    assert outcome_of("chat.tools.stream", streaming(without)) is Outcome.IGNORED


def test_streamed_arguments_that_are_doubled_show():
    def doubled(chunks, _):
        for chunk in chunks:
            for choice in chunk["choices"]:
                for one in choice["delta"].get("tool_calls", []):
                    one["function"]["arguments"] = one["function"].get("arguments", "") * 2
        return chunks

    assert outcome_of("chat.tools.stream", streaming(doubled)) is Outcome.DIFFERS


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ({"function_call": {"name": "set_fan", "arguments": "{}"}}, Outcome.WORKS),
        ({"function_call": {"name": "set_lamp", "arguments": "{}"}}, Outcome.DIFFERS),
        ({"tool_calls": [call("set_fan")]}, Outcome.DIFFERS),
        ({}, Outcome.IGNORED),
    ],
)
def test_a_legacy_call(message, outcome):
    assert outcome_of("chat.function_call.named", saying("Hello.", **message)) is outcome


def test_a_call_where_none_is_allowed_is_quoted():
    result = result_of("chat.tool_choice.none", calling(call()))
    assert json.loads(result.findings[0].actual)[0]["function"]["name"] == "set_lamp"


def test_a_right_server_that_calls_everything_set_lamp_is_not_right():
    def renamed(answer, _):
        for choice in answer["choices"]:
            for one in choice["message"].get("tool_calls") or []:
                one["function"]["name"] = "set_lamp"
        return answer

    assert outcome_of("chat.tools.named", answering(renamed)) is Outcome.DIFFERS
