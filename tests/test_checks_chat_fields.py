"""Checks of fields without a visible effect: accepted by a right server, refused or failed by others."""

import pytest
from bending import right
from surroundings import completion, except_for, ids_of, outcome_of, refusing_all, reply, saying

from conformance.model import Outcome

TAKEN = [one for one in ids_of("chat_fields") if one.endswith(".accepted")]


@pytest.mark.parametrize("id", TAKEN)
def test_a_right_server_accepts(id):
    assert outcome_of(id, right()) is Outcome.ACCEPTED


@pytest.mark.parametrize("id", TAKEN)
def test_a_field_that_is_refused_is_named_alone(id):
    name = id.split(".")[1]
    refused = except_for(lambda request: name in request.json, refusing_all(), right())
    assert outcome_of(id, refused) is Outcome.REFUSED
    others = [one for one in TAKEN if one != id and {id, one} != {"chat.store.accepted", "chat.metadata.accepted"}]
    assert {outcome_of(one, refused) for one in others} == {Outcome.ACCEPTED}


@pytest.mark.parametrize("id", TAKEN)
def test_a_crash_over_a_field_shows(id):
    name = id.split(".")[1]
    assert outcome_of(id, except_for(lambda request: name in request.json, refusing_all(500), right())) is Outcome.FAILS


@pytest.mark.parametrize("id", [*TAKEN, "chat.audio.answer", "chat.unknown-field.classified"])
def test_a_server_that_refuses_everything_is_unclear(id):
    assert outcome_of(id, refusing_all()) is Outcome.UNCLEAR


def test_fields_that_go_together_cost_one_request():
    asked = []
    inner = right()

    def counting(request):
        asked.append(request.key)
        return inner(request)

    for one in ("chat.user.accepted", "chat.store.accepted", "chat.metadata.accepted", "chat.modalities.accepted"):
        assert outcome_of(one, counting) is Outcome.ACCEPTED
    assert len(set(asked)) == 1


@pytest.mark.parametrize(("server", "outcome"), [(right(), Outcome.WORKS), (saying("Hello."), Outcome.IGNORED)])
def test_unknown_fields_are_told_apart(server, outcome):
    assert outcome_of("chat.unknown-field.classified", server) is outcome


def test_an_invented_field_is_sent_beside_a_foreign_one():
    refused = except_for(lambda request: "conformance_probe" in request.json, refusing_all(422), saying("Hello."))
    assert outcome_of("chat.unknown-field.classified", refused) is Outcome.IGNORED


def test_audio():
    def speaking(request):
        message = {"audio": {"id": "a", "data": "", "expires_at": 1, "transcript": "Hello."}}
        return reply(request, 200, completion(None, **message))

    assert outcome_of("chat.audio.answer", speaking) is Outcome.WORKS
    assert outcome_of("chat.audio.answer", saying("Hello.")) is Outcome.IGNORED


def heard(count, call=None):
    """A server that says the same whatever it is told, and counts the prompt as it likes once functions are in it."""
    return except_for(
        lambda request: "functions" in request.json,
        lambda request: reply(request, 200, completion("Hello.", prompt=count, function_call=call)),
        saying("Hello."),
    )


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        (right(), Outcome.WORKS),
        (heard(30), Outcome.WORKS),
        (heard(9, {"name": "set_lamp", "arguments": "{}"}), Outcome.WORKS),
        (heard(9), Outcome.IGNORED),
        (heard(0), Outcome.UNCLEAR),
        (except_for(lambda request: "functions" in request.json, refusing_all(), right()), Outcome.REFUSED),
    ],
)
def test_functions(server, outcome):
    assert outcome_of("chat.functions.heard", server) is outcome


def refusing_types(*types):
    """A server that refuses some types of response_format."""
    return except_for(
        lambda request: (request.json.get("response_format") or {}).get("type") in types, refusing_all(), saying("Hello.")
    )


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        (right(), Outcome.WORKS),
        (refusing_types("conformance_probe", "text", "json_object"), Outcome.WORKS),
        (refusing_types("conformance_probe", "text", "json_object", "json_schema"), Outcome.REFUSED),
        (refusing_types("text"), Outcome.IGNORED),
        (refusing_all(), Outcome.UNCLEAR),
    ],
)
def test_types_of_response_format(server, outcome):
    assert outcome_of("chat.response_format.unknown", server) is outcome


def moderating(found):
    return lambda request: reply(request, 200, completion("Hello.") | {"moderation": found})


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        (right(), Outcome.WORKS),
        (moderating({"input": {"type": "error"}, "output": {"type": "moderation_results"}}), Outcome.WORKS),
        (moderating({"input": {"type": "error"}}), Outcome.DIFFERS),
        (saying("Hello."), Outcome.IGNORED),
        (refusing_all(), Outcome.UNCLEAR),
    ],
)
def test_moderation(server, outcome):
    assert outcome_of("chat.moderation.answer", server) is outcome
