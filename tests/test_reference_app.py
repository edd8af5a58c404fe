"""The reference server's answers: the shapes, the order and the habits of OpenAI's own traffic."""

import json
import re
from dataclasses import replace

import pytest

from conformance import calls
from conformance.answers import object_of, objects_in, streamed_text, text_of
from conformance.messages import Request, Setup
from conformance.model import Target
from conformance.reference.app import sending
from conformance.schema import against

TARGET = Target("http://127.0.0.1:1/v1", model="reference")
SEND = sending()


def plain(*args, **fields):
    return object_of(SEND(calls.chat(TARGET, *args, **fields)))


def chunks(*args, **fields):
    return list(objects_in(SEND(calls.stream(TARGET, *args, **fields))))


def test_a_plain_answer_has_the_keys_of_openai_in_their_order():
    answer = plain()
    assert list(answer) == ["id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"]
    assert list(answer["choices"][0]) == ["index", "message", "logprobs", "finish_reason"]
    assert list(answer["choices"][0]["message"]) == ["role", "content", "refusal", "annotations"]
    assert re.fullmatch(r"chatcmpl-[A-Za-z0-9]{29}", answer["id"])
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]
    assert not list(against("chat.completion", answer))


def test_bodies_are_indented_and_end_with_a_line():
    body = SEND(calls.chat(TARGET)).body
    assert body.startswith(b'{\n  "id": "chatcmpl-')
    assert body.endswith(b"}\n")


def test_headers_tell_a_request_id_and_the_type():
    exchange = SEND(calls.chat(TARGET))
    assert exchange.header("content-type") == "application/json"
    assert re.fullmatch(r"req_[0-9a-f]{32}", exchange.header("x-request-id") or "")
    assert SEND(calls.stream(TARGET)).header("content-type") == "text/event-stream; charset=utf-8"


def test_a_stream_begins_with_the_role_and_ends_with_an_empty_delta():
    first, *middle, last = chunks()
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert all(list(one["choices"][0]["delta"]) == ["content"] for one in middle)
    assert last["choices"][0]["delta"] == {}
    assert last["choices"][0]["finish_reason"] == "length"
    assert len({(one["id"], one["created"], one["model"], one["object"]) for one in (first, *middle, last)}) == 1
    assert not any("usage" in one for one in (first, *middle, last))


def test_a_stream_is_framed_like_openais():
    body = SEND(calls.stream(TARGET)).body
    assert re.fullmatch(rb"(data: \{[^\n]+\}\n\n)+data: \[DONE\]\n\n", body)
    assert {len(frame) % 16 for frame in body.split(b"\n\n")[:-2]} == {5}


def test_usage_comes_last_where_it_is_asked_for():
    *others, last = chunks(stream_options={"include_usage": True})
    assert all(one["usage"] is None for one in others)
    assert last["choices"] == []
    assert last["usage"] == plain()["usage"]


def test_obfuscation_can_be_left_out():
    assert not any("obfuscation" in one for one in chunks(stream_options={"include_obfuscation": False}))


@pytest.mark.parametrize(
    "fields", [{}, {"max_tokens": 60}, {"seed": 3, "temperature": 1.2}, {"stop": [" the", "."]}, {"max_tokens": 1}]
)
def test_streams_say_what_plain_answers_say(fields):
    assert streamed_text(chunks(**fields)) == text_of(plain(**fields))


def test_a_stop_string_is_held_back():
    whole = text_of(plain(max_tokens=20))
    stop = whole[10:18]
    told = chunks(max_tokens=20, stop=stop)
    assert streamed_text(told) == whole[: whole.index(stop)]
    assert told[-1]["choices"][0]["finish_reason"] == "stop"


def test_limits_are_counted_exactly():
    answer = plain(max_completion_tokens=7, max_tokens=...)
    assert answer["usage"]["completion_tokens"] == 7
    assert answer["choices"][0]["finish_reason"] == "length"


def test_prompts_are_counted_alike_in_every_spelling():
    part = [{"role": "user", "content": [{"type": "text", "text": "Hello!"}]}]
    assert plain(part)["usage"] == plain("Hello!")["usage"]
    system, developer = (
        [{"role": role, "content": "Be brief."}, {"role": "user", "content": "Hi"}] for role in ("system", "developer")
    )
    assert plain(system)["choices"] == plain(developer)["choices"]
    picture = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hello!"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
            ],
        }
    ]
    assert plain(picture)["usage"]["prompt_tokens"] == plain("Hello!")["usage"]["prompt_tokens"] + 85


def test_models_are_listed_and_retrieved():
    listed = object_of(SEND(calls.models()))
    assert not list(against("model.list", listed))
    assert listed["data"][0]["id"] == "reference"
    for model in listed["data"]:
        assert object_of(SEND(calls.model(model["id"]))) == model
    assert SEND(calls.model("meta/none")).status == 404


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (Request("GET", "/chat/completions"), 405, "method_not_allowed"),
        (Request("POST", "/models"), 405, "method_not_allowed"),
        (Request("POST", "/nowhere", {}), 404, "unknown_url"),
        (Request("POST", "//chat/completions", {}), 404, "unknown_url"),
        (calls.raw_chat(b"{"), 400, None),
        (calls.raw_chat(b""), 400, None),
        (calls.raw_chat(b"\xff"), 400, None),
        (calls.raw_chat(b'{"temperature": NaN}'), 400, None),
        (calls.raw_chat(b"[" * 100_000), 400, None),
        (calls.raw_chat(b"[]"), 400, "invalid_type"),
        (calls.raw_chat(b"model=x", "application/x-www-form-urlencoded"), 415, "unsupported_content_type"),
    ],
)
def test_what_is_no_request_is_refused_in_the_envelope(request_, status, code):
    exchange = SEND(request_)
    body = json.loads(exchange.body)
    assert exchange.status == status
    assert body["error"]["code"] == code
    assert not list(against("error", body))


@pytest.mark.parametrize(("authorization", "status"), [("given", 200), ("none", 401), ("Bearer other", 401), ("Basic x", 401)])
def test_a_key_is_demanded_where_one_is_set(authorization, status):
    request = replace(calls.models(), setup=Setup(authorization=authorization))
    assert sending(api_key="sk-1")(request).status == status
    assert SEND(request).status == 200


def test_the_same_request_has_the_same_answer_and_another_take_another_one():
    one = calls.chat(TARGET, temperature=1.0)
    assert SEND(one).body == SEND(one).body
    texts = {text_of(object_of(SEND(calls.chat(TARGET, temperature=1.0, take=take)))) for take in range(4)}
    assert len(texts) == 4
    seeded = {text_of(object_of(SEND(calls.chat(TARGET, temperature=1.0, seed=5, take=take)))) for take in range(4)}
    assert len(seeded) == 1


def test_pieces_of_a_stream_arrive_one_after_the_other():
    times = [piece.at for piece in SEND(calls.stream(TARGET)).pieces]
    assert times == sorted(set(times))
    assert len(times) > 10


def test_jobs_can_be_listed_and_not_made():
    assert object_of(SEND(Request("GET", "/fine_tuning/jobs")))["data"] == []
    made = SEND(Request("POST", "/fine_tuning/jobs", {"model": "reference", "training_file": "file-1"}))
    assert json.loads(made.body)["error"]["code"] == "invalid_training_file"
