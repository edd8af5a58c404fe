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
