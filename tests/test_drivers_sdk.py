"""The SDK's driver: what goes out, what is overheard, what is read, and what no server can do to it."""

import gzip
import socket
import time

import pytest
from loopback import CHUNKED, chunk, fixed, serving, streamed
from official import ANSWER, BOTH, DONE, POST, QUICK, STREAM, ask, dumped, event, speaking, through

from conformance.drivers import raw
from conformance.model import Target


@BOTH
def test_an_answer_is_overheard_and_read_twice(client):
    exchange = ask(fixed(dumped(ANSWER), headers="X-Request-Id: req_1\r\nContent-Type: application/json"), through(client, POST))
    assert (exchange.status, exchange.body, exchange.failure) == (200, dumped(ANSWER), None)
    sdk, strict = exchange.readings
    assert (sdk.by, sdk.type, sdk.error, sdk.value) == ("sdk", "ChatCompletion", "", ANSWER)
    assert sdk.details == {"request_id": "req_1"}
    assert (strict.by, strict.type, strict.value) == ("sdk-strict", "ChatCompletion", ANSWER)


@BOTH
def test_a_stream_is_overheard_to_its_end_with_its_times(client):
    def slow(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(CHUNKED + chunk(event("a")))
        time.sleep(0.2)
        connection.sendall(chunk(event("b")) + chunk(DONE) + chunk(b": after\n\n") + chunk(b""))
        return True

    exchange = ask(slow, through(client, STREAM))
    assert exchange.body == event("a") + event("b") + DONE + b": after\n\n"
    assert exchange.pieces[0].at < 0.15 < 0.2 <= exchange.pieces[1].at
    assert exchange.failure is None
    for reading in exchange.readings:
        assert (reading.type, reading.error) == ("ChatCompletionChunk", "")
        assert [one["choices"][0]["delta"]["content"] for one in reading.value] == ["a", "b"]


@pytest.mark.parametrize(
    "answer",
    [
        fixed(dumped(ANSWER)),
        fixed(b"{nope"),
        fixed(b""),
        fixed(b"<html>", headers="Content-Type: text/html"),
        fixed(dumped({"error": {"message": "no", "type": "t", "param": "p", "code": "c"}}), "404 Not Found"),
        fixed(gzip.compress(dumped(ANSWER)), headers="Content-Type: application/json\r\nContent-Encoding: gzip"),
        fixed(
            gzip.compress(gzip.compress(dumped(ANSWER))), headers="Content-Type: application/json\r\nContent-Encoding: gzip, gzip"
        ),
        fixed(dumped(ANSWER), headers="Content-Type: application/json\r\nContent-Encoding: br"),
        streamed(event("a"), DONE),
        streamed(event("a"), b"data: {nope\n\n", event("b"), DONE),
        streamed(b'data: {"error": {"message": "late"}}\n\n', event("a")),
        lambda connection, _: connection.sendall(CHUNKED + chunk(event("a"))),
        lambda connection, _: connection.sendall(b"nonsense\r\n\r\n"),
        lambda *_: None,
    ],
)
@pytest.mark.parametrize("request_", [POST, STREAM], ids=["plain", "stream"])
def test_raw_and_both_clients_hear_the_same(answer, request_):
    with serving(answer) as served, speaking(served.url) as send, raw.connected(Target(served.url), None, QUICK) as plain:
        heard = [plain(request_), send(through("sdk", request_)), send(through("sdk-async", request_))]
    first, sync, later = [(one.status, one.headers, one.body, one.failure and one.failure.kind) for one in heard]
    assert first == sync == later
    assert [(one.by, one.value, one.error, one.message) for one in heard[1].readings] == [
        (one.by, one.value, one.error, one.message) for one in heard[2].readings
    ]
    assert heard[1].readings


@BOTH
def test_what_the_sdk_raises_is_a_reading(client):
    error = {"message": "no such thing", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
    answer = fixed(dumped({"error": error}), "404 Not Found", "x-request-id: req_2")
    (reading,) = ask(answer, through(client, POST)).readings
    assert (reading.by, reading.error, reading.value) == ("sdk", "NotFoundError", None)
    assert "no such thing" in reading.message
    assert {name: reading.details[name] for name in ("status", "type", "param", "code", "request_id")} == {
        "status": 404,
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
        "request_id": "req_2",
    }


@BOTH
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fixed(b"{nope"), "JSONDecodeError"),
        (streamed(b"data: {nope\n\n", DONE), "JSONDecodeError"),
        (streamed(b'data: {"error": {"message": "late"}}\n\n'), "APIError"),
        (fixed(b"[" * 200_000), "RecursionError"),
        (fixed(b"1" * 5000), "ValueError"),
    ],
)
def test_exceptions_of_any_kind_are_readings(client, answer, error):
    request = STREAM if "stream" in answer.__qualname__ else POST
    assert ask(answer, through(client, request)).readings[0].error == error


def test_chunks_before_an_exception_are_kept():
    (sdk, strict) = ask(streamed(event("a"), b"data: nope\n\n"), through("sdk", STREAM)).readings
    assert len(sdk.value) == 1
    assert sdk.error == strict.error == "JSONDecodeError"


def test_strict_sees_what_the_sdk_lets_pass_without_a_second_request():
    with serving(fixed(dumped(ANSWER | {"choices": "none"}))) as served, speaking(served.url) as send:
        lax, strict = send(through("sdk", POST)).readings
        assert (lax.error, lax.value["choices"]) == ("", "none")
        assert strict.error == "APIResponseValidationError"
        assert len(served.requests) == 1
