"""Checks of prescribed formats: silent on a right server, speaking on one that is not, unclear where the limit cut."""

import pytest
from bending import ignoring, right, streaming
from surroundings import completion, ids_of, outcome_of, refusing_all, reply, result_of, saying

from conformance.model import Outcome
from conformance.reference.app import sending

JSON = [one for one in ids_of("chat_json") if "text" not in one]


@pytest.mark.parametrize("id", ids_of("chat_json"))
def test_a_right_server_is_right(id):
    assert outcome_of(id, right()) is Outcome.WORKS


@pytest.mark.parametrize("id", JSON)
def test_a_format_that_is_ignored_shows(id):
    assert outcome_of(id, ignoring("response_format")) is Outcome.IGNORED


@pytest.mark.parametrize("id", ids_of("chat_json"))
def test_a_format_that_is_refused_shows(id):
    send = right()
    refused = outcome_of(id, lambda request: refusing_all()(request) if "response_format" in request.json else send(request))
    assert refused is Outcome.REFUSED


@pytest.mark.parametrize("id", ids_of("chat_json"))
def test_a_server_that_refuses_everything_is_unclear(id):
    assert outcome_of(id, refusing_all()) is Outcome.UNCLEAR


PLAIN = [one for one in JSON if "stream" not in one]


@pytest.mark.parametrize("id", PLAIN)
@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('```json\n{"colour": "blue"}\n```', Outcome.IGNORED),
        ("[1, 2]", Outcome.DIFFERS),
        ('"blue"', Outcome.DIFFERS),
        ('{"colour": "blue"} as you wished', Outcome.DIFFERS),
        ('{"colour": ', Outcome.DIFFERS),
    ],
)
def test_a_text_that_is_no_object(id, text, outcome):
    assert outcome_of(id, saying(text)) is outcome


@pytest.mark.parametrize("id", PLAIN)
@pytest.mark.parametrize(("finish", "spent"), [("length", 3), ("stop", 160)])
def test_an_object_that_was_cut_is_unclear(id, finish, spent):
    assert outcome_of(id, saying('{"colour": "bl', finish, spent=spent)) is Outcome.UNCLEAR


@pytest.mark.parametrize("id", PLAIN)
def test_text_that_was_cut_is_no_json_all_the_same(id):
    assert outcome_of(id, saying("Roses are red and", "length")) is Outcome.IGNORED


@pytest.mark.parametrize("id", PLAIN)
def test_a_refusal_of_the_model_is_unclear(id):
    assert outcome_of(id, saying(None, refusal="I would rather not.")) is Outcome.UNCLEAR


@pytest.mark.parametrize("text", ['{"colour": "red"}', '{"colour": "blue", "why": "so"}', "{}", '{"colour": 1}'])
def test_an_object_that_breaks_the_schema_shows(text):
    result = result_of("chat.json_schema.contrary", saying(text))
    assert result.outcome is Outcome.DIFFERS
    assert result.findings[0].seen_by == ("schema",)


def test_an_inner_object_is_judged():
    text = '{"lamp": {"state": "broken", "place": "desk"}, "urgent": true}'
    assert "lamp.state" in result_of("chat.json_schema.nested", saying(text)).findings[0].where


@pytest.mark.parametrize("id", ["chat.json_object.stream", "chat.json_schema.stream"])
def test_a_stream_that_loses_a_piece_shows(id):
    def lossy(chunks, _):
        return [chunk for chunk in chunks if "{" not in str(chunk["choices"][0]["delta"].get("content"))]

    assert outcome_of(id, streaming(lossy)) in (Outcome.DIFFERS, Outcome.IGNORED)


def test_another_text_with_the_format_text_shows():
    def answer(request):
        return reply(request, 200, completion("One." if "response_format" in request.json else "Two."))

    assert outcome_of("chat.response_format.text", answer) is Outcome.DIFFERS


def test_noise_with_the_format_text_is_unclear():
    inner = sending()

    def answer(request):
        exchange = inner(request)
        return reply(request, 200, completion(f"{request.key}")) if exchange.status == 200 else exchange

    assert outcome_of("chat.response_format.text", answer) is Outcome.UNCLEAR
