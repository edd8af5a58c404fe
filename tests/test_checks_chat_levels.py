"""Checks of harder schemas, tools and conversations: what a model cannot help is unclear, what a server does shows."""

import json

import pytest
from bending import asking, ignoring, refusing, right
from surroundings import completion, ids_of, outcome_of, refusing_all, reply, result_of, saying

from conformance.checks.chat_json_levels import LADDER, WORDS
from conformance.model import Level, Outcome
from conformance.reference.app import sending
from conformance.registry import all_checks

RUNGS = [f"chat.json_schema.{name}" for name in LADDER]
FITTING = {
    "const": {"kind": "lamp", "state": "on"},
    "array": {"colours": ["red", "red"]},
    "any-of": {"order": {"fan": "low"}},
    "null": {"on": True, "broken": None, "note": None},
    "references": {"inner": "on", "outer": "off"},
    "recursion": {"sum": {"not": {"not": False}}},
    "recursion.root": {"state": "on", "behind": {"state": "off", "behind": None}},
    "members": dict.fromkeys(WORDS, True),
    "bounds": {"hour": 8, "days": [1, 7]},
    "pattern": {"code": "AB-123"},
}
BREAKING = {
    "const": {"kind": "fan", "state": "on"},
    "array": {"colours": ["red", "pink"]},
    "any-of": {"order": {"fan": "low", "lamp": "on"}},
    "null": {"on": None, "broken": None, "note": None},
    "references": {"inner": "on", "outer": "of"},
    "recursion": {"sum": {"not": {"not": 1}}},
    "recursion.root": {"state": "on", "behind": {"state": "off"}},
    "members": dict.fromkeys(WORDS[1:], True),
    "bounds": {"hour": 18, "days": [1, 7]},
    "pattern": {"code": "AB-1234"},
}


@pytest.mark.parametrize("id", [one for module in ("json_levels", "tools_hard", "dialogue") for one in ids_of(f"chat_{module}")])
def test_right_servers_are_right(id):
    assert outcome_of(id, right()) in (Outcome.WORKS, Outcome.ACCEPTED)


@pytest.mark.parametrize("name", LADDER)
def test_what_fits_a_schema_is_told_from_what_breaks_it(name):
    assert outcome_of(f"chat.json_schema.{name}", saying(json.dumps(FITTING[name]))) is Outcome.WORKS
    assert outcome_of(f"chat.json_schema.{name}", saying(json.dumps(BREAKING[name]))) is Outcome.DIFFERS


@pytest.mark.parametrize("id", RUNGS)
def test_a_format_that_is_ignored_or_refused_shows(id):
    assert outcome_of(id, ignoring("response_format")) is Outcome.IGNORED
    assert outcome_of(id, refusing(lambda body: "response_format" in body)) is Outcome.REFUSED
    assert outcome_of(id, refusing_all()) is Outcome.UNCLEAR


@pytest.mark.parametrize("id", [*RUNGS, "chat.json_schema.order"])
def test_what_the_limit_cut_is_unclear(id):
    assert outcome_of(id, saying('{"sum": {"not": {"no', "length", spent=64)) is Outcome.UNCLEAR


def test_keywords_that_openai_refuses_for_some_models_are_no_must():
    lenient = [name for name in LADDER if all_checks()[f"chat.json_schema.{name}"].level is Level.SHOULD]
    assert lenient == ["recursion.root", "bounds", "pattern"]


@pytest.mark.parametrize(
    ("names", "outcome"),
    [(WORDS, Outcome.WORKS), (WORDS[::-1], Outcome.DIFFERS), (WORDS[1:], Outcome.UNCLEAR)],
)
def test_the_order_of_members_is_compared_where_they_are_the_same(names, outcome):
    assert outcome_of("chat.json_schema.order", saying(json.dumps(dict.fromkeys(names, True)))) is outcome


def test_a_server_that_refuses_every_schema_is_not_praised_for_the_invalid_one():
    assert outcome_of("chat.json_schema.invalid", refusing(lambda body: "response_format" in body)) is Outcome.UNCLEAR


def test_a_server_that_breaks_on_an_invalid_schema_fails():
    inner = sending()

    def send(request):
        invalid = "foo" in json.dumps(request.json)
        return reply(request, 500, {"error": {"message": "no"}}) if invalid else inner(request)

    assert outcome_of("chat.json_schema.invalid", send) is Outcome.FAILS


@pytest.mark.parametrize(
    ("arguments", "finish", "outcome"),
    [
        ('{"lamp": {"state": "on", "floor": 1}, "until": null}', "tool_calls", Outcome.WORKS),
        ('{"lamp": {"state": "on", "floor": 3}, "until": null}', "tool_calls", Outcome.DIFFERS),
        ('{"lamp": {"state": "on"}, "until": "noon"}', "tool_calls", Outcome.DIFFERS),
        ('{"lamp": {"sta', "tool_calls", Outcome.DIFFERS),
        ('{"lamp": {"sta', "length", Outcome.UNCLEAR),
    ],
)
def test_strict_arguments_are_held_against_their_schema(arguments, finish, outcome):
    call = {"id": "c", "type": "function", "function": {"name": "set_lamp", "arguments": arguments}}
    assert outcome_of("chat.tools.strict", saying(None, finish, tool_calls=[call])) is outcome


def test_a_call_that_does_not_come_leaves_strictness_unclear():
    assert outcome_of("chat.tools.strict", saying("Done.")) is Outcome.UNCLEAR


def test_tools_that_are_not_allowed_show():
    assert outcome_of("chat.tool_choice.allowed", asking(lambda body: {**body, "tool_choice": "required"})) is Outcome.IGNORED
    refused = refusing(lambda body: isinstance(body.get("tool_choice"), dict))
    assert outcome_of("chat.tool_choice.allowed", refused) is Outcome.REFUSED


def test_history_that_is_never_taken_leaves_hard_arguments_unclear():
    assert outcome_of("chat.tools.history.hard", refusing(lambda body: len(body["messages"]) > 2)) is Outcome.UNCLEAR
    assert outcome_of("chat.tools.history.hard", refusing(lambda body: len(body["messages"]) > 3, 500)) is Outcome.FAILS


def test_a_second_system_message_that_is_dropped_shows():
    def one_system(body):
        return {**body, "messages": [one for place, one in enumerate(body["messages"]) if one["role"] != "system" or not place]}

    assert outcome_of("chat.messages.several-systems", asking(one_system)) is Outcome.IGNORED


def test_parts_of_the_assistant_that_reach_the_model_otherwise_show():
    def spelled(body):
        return {**body, "messages": [{**one, "content": str(one["content"])} for one in body["messages"]]}

    found = result_of("chat.content-parts.assistant", asking(spelled))
    assert found.outcome is Outcome.DIFFERS
    assert found.findings[0].where == "$.messages[1].content"


def test_a_blind_server_is_not_asked_about_broken_images():
    assert outcome_of("chat.vision.broken", refusing(lambda body: "image_url" in json.dumps(body), 500)) is Outcome.UNCLEAR


def test_broken_images_that_are_taken_show():
    assert outcome_of("chat.vision.broken", lambda request: reply(request, 200, completion("Red."))) is Outcome.IGNORED


def calling(state, request):
    call = {"id": "c", "type": "function", "function": {"name": "set_lamp", "arguments": json.dumps({"state": state})}}
    if not request.json.get("stream"):
        return reply(request, 200, completion(None, "tool_calls", tool_calls=[call]))
    deltas = [{"tool_calls": [{"index": 0, **call}]}, {}]
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    return reply(request, 200, body=b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in chunks))


@pytest.mark.parametrize(
    ("plain", "streamed", "outcome"),
    [
        (["on"], ["on"], Outcome.WORKS),
        (["on"], ["off"], Outcome.DIFFERS),
        (["on", "off"], ["off", "off"], Outcome.WORKS),
        (["on", "off"], ["low", "low"], Outcome.UNCLEAR),
        (["on", "on"], ["off", "low"], Outcome.UNCLEAR),
    ],
)
def test_streamed_arguments_are_those_of_the_plain_answer(plain, streamed, outcome):
    def send(request):
        told = streamed if request.json.get("stream") else plain
        return calling(told[min(request.take, len(told) - 1)], request)

    assert outcome_of("chat.tools.arguments.stream", send) is outcome
