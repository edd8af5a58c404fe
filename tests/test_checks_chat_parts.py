"""Checks of content parts, of history and of images: silent on a right server, speaking on one that is not."""

import base64
import random
import struct
import zlib
from dataclasses import replace

import pytest
from bending import TARGET, asking, curt, refusing, right
from bending import answering as changing
from surroundings import completion, except_for, ids_of, outcome_of, refusing_all, reply

from conformance.checks.chat_parts import SIDE, solid_png
from conformance.model import Outcome
from conformance.registry import all_checks

PARTS = ids_of("chat_parts")
HISTORY = ids_of("chat_history")


def has_parts(request):
    return any(isinstance(one.get("content"), list) for one in request.json["messages"])


def each(change):
    """Reads every message another way."""
    return asking(lambda body: {**body, "messages": [change(dict(one)) for one in body["messages"]]})


@pytest.mark.parametrize("id", PARTS + HISTORY)
def test_a_right_server_is_right(id):
    assert outcome_of(id, right()) is (Outcome.ACCEPTED if all_checks()[id].accepts else Outcome.WORKS)


@pytest.mark.parametrize("id", PARTS + HISTORY)
def test_a_server_that_refuses_everything_is_unclear(id):
    assert outcome_of(id, refusing_all()) is Outcome.UNCLEAR


@pytest.mark.parametrize("id", ["chat.content-parts.text", "chat.content-parts.several"])
def test_parts_that_are_refused(id):
    assert outcome_of(id, except_for(has_parts, refusing_all(), right())) is Outcome.REFUSED


def test_parts_whose_text_is_lost():
    def lost(message):
        return {**message, "content": "?"} if isinstance(message["content"], list) else message

    assert outcome_of("chat.content-parts.text", each(lost)) is Outcome.IGNORED


def test_parts_that_are_printed_into_the_prompt():
    def printed(message):
        return {**message, "content": str(message["content"])} if isinstance(message["content"], list) else message

    assert outcome_of("chat.content-parts.text", each(printed)) is Outcome.DIFFERS


def test_the_same_text_from_parts_is_right_whatever_the_cache_counts():
    def uncounted(answer, _):
        return {**answer, "usage": {**answer["usage"], "prompt_tokens": len(answer["id"]) % 3}}

    assert outcome_of("chat.content-parts.text", changing(uncounted)) is Outcome.WORKS


def test_a_model_that_says_the_same_to_everything_shows_nothing_of_parts():
    assert outcome_of("chat.content-parts.text", changing(curt)) is Outcome.UNCLEAR


def test_a_second_part_that_is_lost():
    def first_only(message):
        return {**message, "content": message["content"][:1]} if isinstance(message["content"], list) else message

    assert outcome_of("chat.content-parts.several", each(first_only)) is Outcome.IGNORED


@pytest.mark.parametrize(("id", "role"), [("chat.history.own", "assistant"), ("chat.tools.history", "tool")])
def test_messages_that_do_not_reach_the_model(id, role):
    assert outcome_of(id, each(lambda one: {**one, "content": "."} if one["role"] == role else one)) is Outcome.IGNORED


def test_a_developer_that_does_not_reach_the_model():
    heard = asking(lambda body: {**body, "messages": [one for one in body["messages"] if one["role"] != "developer"]})
    assert outcome_of("chat.developer.role", heard) is Outcome.IGNORED


def test_another_answer_by_chance_is_no_sign_that_a_message_was_heard():
    dice = random.Random(0)
    inner = right()

    def forgetful(request):
        said = [{"role": "user", "content": "Hello!"}]
        drawn = replace(request, json={**request.json, "messages": said, "temperature": 1.5}, take=dice.randrange(10**6))
        return replace(inner(drawn), request=request)

    for check in ("chat.developer.role", "chat.tools.history", "chat.messages.turns", "chat.content-parts.several"):
        assert outcome_of(check, forgetful) is Outcome.UNCLEAR


@pytest.mark.parametrize(
    ("id", "role"), [("chat.history.own", "assistant"), ("chat.tools.history", "tool"), ("chat.developer.role", "developer")]
)
def test_messages_that_are_refused(id, role):
    def among(request):
        return any(one["role"] == role for one in request.json["messages"])

    assert outcome_of(id, except_for(among, refusing_all(), right())) is Outcome.REFUSED


def seeing(red, blue, question, tokens=9):
    """A model with an answer to red, to blue and to the question alone; an image counts as many tokens."""
    texts = {solid_png(255, 0, 0): red, solid_png(0, 0, 255): blue}

    def send(request):
        content = request.json["messages"][0]["content"]
        urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"] if isinstance(content, list) else []
        text = texts[urls[0]] if urls else question
        return reply(request, 200, completion(text, prompt=9 + (tokens if urls else 0)))

    return send


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        (seeing("Red.", "Blue.", "Which?"), Outcome.WORKS),
        (seeing("Which?", "Which?", "Which?", tokens=0), Outcome.IGNORED),
        (seeing("Nice.", "Nice.", "Which?"), Outcome.UNCLEAR),
        (seeing("Which?", "Which?", "Which?", tokens=99), Outcome.UNCLEAR),
    ],
)
def test_an_image(server, outcome):
    assert outcome_of("chat.vision.image", server, TARGET) is outcome


def hearing(text, tokens=9):
    """A model that says something to audio, which counts as many tokens, and something else to a question."""

    def send(request):
        heard = len(request.json["messages"][0]["content"]) > 1
        return reply(request, 200, completion(text if heard else "What?", prompt=9 + (tokens if heard else 0)))

    return send


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        (right(), Outcome.WORKS),
        (hearing("A tone.", tokens=0), Outcome.WORKS),
        (hearing("What?"), Outcome.WORKS),
        (hearing("What?", tokens=0), Outcome.IGNORED),
        (hearing("What?", tokens=-9), Outcome.UNCLEAR),
        (refusing(lambda body: "input_audio" in str(body)), Outcome.REFUSED),
        (refusing_all(), Outcome.UNCLEAR),
    ],
)
def test_audio(server, outcome):
    assert outcome_of("chat.audio-input.heard", server) is outcome


def test_two_answers_to_one_image_are_unclear():
    def send(request):
        return reply(request, 200, completion(request.key))

    assert outcome_of("chat.vision.image", send) is Outcome.UNCLEAR


def test_images_are_what_they_say():
    data = base64.b64decode(solid_png(1, 2, 3).partition(",")[2])
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (SIDE, SIDE)
    place = data.index(b"IDAT")
    (size,) = struct.unpack(">I", data[place - 4 : place])
    assert zlib.decompress(data[place + 4 : place + 4 + size]) == (b"\0" + b"\1\2\3" * SIDE) * SIDE
    assert struct.unpack(">I", data[-4:]) == (zlib.crc32(b"IEND"),)
