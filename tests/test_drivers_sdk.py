"""The SDK's driver: what goes out, what is overheard, what is read, and what no server can do to it."""

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import UserDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from loopback import CHUNKED, chunk, fixed, message, serving, streamed

from conformance.drivers import raw
from conformance.drivers.limits import Limits
from conformance.drivers.sdk import UNUSED, NotSent, connected
from conformance.messages import Exchange, Request, Send, Setup
from conformance.model import Target

MODELS = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "me"}]}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"role": "assistant", "content": "Hi"}}],
}
FIELDS = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
GET = Request("GET", "/models")
POST = Request("POST", "/chat/completions", FIELDS)
STREAM = Request("POST", "/chat/completions", FIELDS | {"stream": True})
BOTH = pytest.mark.parametrize("client", ["sdk", "sdk-async"])
QUICK = Limits(timeout=1.0)


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def event(text: str) -> bytes:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    one = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
    return b"data: " + dumped(one) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def through(client: str, request: Request, **setup: object) -> Request:
    return replace(request, setup=replace(request.setup, client=client, **setup))


@contextmanager
def speaking(url: str, key: str | None = None, limits: Limits = QUICK, headers=()) -> Iterator[Send]:
    with connected(Target(url), key, limits, headers) as send:
        yield send


def ask(answer, request: Request, limits: Limits = QUICK) -> Exchange:
    with serving(answer) as served, speaking(served.url, limits=limits) as send:
        return send(request)


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


@BOTH
def test_requests_say_what_they_mean(client):
    fields = FIELDS | {"temperature": None, "top_k": 5, "stream": False}
    with serving(fixed(dumped(MODELS))) as served, speaking(served.url + "/", "k3y") as send:
        send(through(client, Request("POST", "/chat/completions", fields, query="a=b", headers=(("X-One", "1"),))))
        assert served.line() == "POST /v1/chat/completions?a=b HTTP/1.1"
        assert json.loads(served.body()) == fields
        assert (served.header("x-one"), served.header("authorization")) == (["1"], ["Bearer k3y"])
        assert served.header("accept-encoding") == ["identity"]
        send(through(client, Request("GET", "/models/a%2Fb")))
        assert served.line() == "GET /v1/models/a%2Fb HTTP/1.1"
        send(through(client, GET))
        assert served.line() == "GET /v1/models HTTP/1.1"


@BOTH
@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "/chat/completions", {"model": "m"}),
        Request("POST", "/chat/completions", {"stream": True}),
        Request("POST", "/chat/completions", body=b"{nope", headers=(("Content-Type", "text/odd"),)),
        Request("POST", "/chat/completions", [1]),
        Request("GET", "/fine_tuning/jobs"),
        Request("DELETE", "/models/m"),
        Request("GET", "/chat/completions"),
    ],
)
def test_what_no_method_of_the_sdk_says_goes_out_all_the_same(client, request_):
    with serving(fixed(dumped({"error": {"message": "no"}}), "400 Bad Request")) as served, speaking(served.url) as send:
        exchange = send(through(client, request_))
        assert served.line() == f"{request_.method} /v1{request_.path} HTTP/1.1"
        assert served.body() in (request_.body or b"", dumped(request_.json).replace(b" ", b""))
        assert exchange.readings[0].error == "BadRequestError"


def test_what_cannot_be_sent_is_the_suites_error():
    with speaking("http://127.0.0.1:9/v1") as send, pytest.raises(NotSent, match="OPTIONS"):
        send(through("sdk", Request("OPTIONS", "/models")))


@BOTH
@pytest.mark.parametrize("environment", [False, True])
@pytest.mark.parametrize(
    ("key", "authorization", "sent"),
    [
        ("k3y", "given", ["Bearer k3y"]),
        (None, "given", [f"Bearer {UNUSED}"]),
        ("k3y", "none", []),
        ("k3y", "Basic abc", ["Basic abc"]),
        ("k3y", "Bearer ollama", ["Bearer ollama"]),
    ],
)
def test_authorization_is_as_set_up(client, environment, key, authorization, sent):
    with serving(fixed(dumped(MODELS))) as served, speaking(served.url, key) as send:
        send(through(client, GET, authorization=authorization, environment=environment))
        assert served.header("authorization") == sent


class Changing(UserDict):
    """An environment from which a variable vanishes while it is gone through, as pytest's own does between two tests."""

    def __iter__(self):
        yield from self.data
        yield "PYTEST_CURRENT_TEST_BEFORE"


@BOTH
def test_variables_of_others_may_vanish_while_a_client_is_built(client, monkeypatch):
    with serving(fixed(dumped(MODELS))) as served, speaking(served.url) as send:
        monkeypatch.setattr(os, "environ", Changing(os.environ))
        assert send(through(client, GET)).status == 200


@BOTH
@pytest.mark.parametrize("environment", [False, True])
def test_the_operators_environment_says_nothing(client, environment, monkeypatch):
    lying = {
        "OPENAI_API_KEY": "other",
        "OPENAI_ADMIN_KEY": "admin",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "OPENAI_ORG_ID": "org",
        "OPENAI_PROJECT_ID": "project",
        "OPENAI_CUSTOM_HEADERS": "X-Custom: 1\nAuthorization: Bearer custom",
    }
    for name, value in lying.items():
        monkeypatch.setenv(name, value)
    with serving(fixed(dumped(MODELS))) as served, speaking(served.url, "k3y") as send:
        assert send(through(client, GET, environment=environment)).status == 200
        assert served.header("authorization") == ["Bearer k3y"]
        assert served.header("openai-organization") == served.header("openai-project") == served.header("x-custom") == []
    assert {name: os.environ[name] for name in lying} == lying


@BOTH
@pytest.mark.parametrize("slash", [None, True, False])
@pytest.mark.parametrize("environment", [False, True])
def test_base_urls_work_with_and_without_slash(client, slash, environment):
    with serving(fixed(dumped(MODELS))) as served, speaking(served.url) as send:
        assert send(through(client, GET, slash=slash, environment=environment)).status == 200
        assert served.line() == "GET /v1/models HTTP/1.1"


@BOTH
@pytest.mark.parametrize("environment", [False, True])
def test_nothing_is_retried(client, environment):
    with serving(fixed(b"{}", "503 Busy", "Retry-After: 9999999999999")) as served, speaking(served.url) as send:
        assert send(through(client, GET, environment=environment)).status == 503
        assert len(served.requests) == 1


@BOTH
def test_redirects_are_answers_and_the_key_stays_here(client):
    with serving(fixed(b"{}")) as other:
        away = fixed(b"", "307 Temporary Redirect", f"Location: {other.url}/models")
        with serving(away) as served, speaking(served.url, "k3y", headers=(("X-Api-Key", "s3cret"),)) as send:
            exchange = send(through(client, POST))
            assert (exchange.status, served.header("x-api-key"), other.requests) == (307, ["s3cret"], [])


def trickle(connection: socket.socket, data: bytes, at_once: int = 0) -> None:
    connection.sendall(data[:at_once])
    for byte in data[at_once : at_once + 35]:
        connection.sendall(bytes((byte,)))
        time.sleep(0.02)


@BOTH
@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        lambda *_: time.sleep(0.7),
        lambda connection, _: trickle(connection, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100),
        lambda connection, _: trickle(connection, message(b" " * 100), 40),
        lambda connection, _: trickle(connection, CHUNKED + chunk(b": hm\n\n") * 100, len(CHUNKED)),
    ],
    ids=["silence", "headers", "body", "comments"],
)
def test_the_deadline_is_over_the_whole_exchange(client, warm, answer):
    def answers(connection: socket.socket, request: bytes) -> object:
        return connection.sendall(message(dumped(MODELS))) is None if b"GET" in request else answer(connection, request)

    with serving(answers) as served, speaking(served.url, limits=Limits(timeout=0.4)) as send:
        if warm:
            assert send(through(client, GET)).status == 200
        began = time.monotonic()
        exchange = send(through(client, STREAM))
        assert exchange.failure is not None
        assert exchange.failure.kind == "timeout"
        assert [reading.by for reading in exchange.readings] == ["sdk"]
        assert exchange.readings[0].error
        assert time.monotonic() - began < 0.8
        assert send(through(client, GET)).status == 200


@BOTH
def test_an_endless_stream_ends_at_the_cap_and_is_no_reading(client):
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED)
        while True:
            connection.sendall(chunk(event("a" * 1000)))

    exchange = ask(endless, through(client, STREAM), Limits(timeout=10, most_bytes=12345))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body), exchange.readings) == ("limit", 12345, ())


@BOTH
@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip"])
def test_a_bomb_is_bounded(client, coding):
    packed = gzip.compress(b" " * 10**7)
    packed = gzip.compress(packed) if coding != "gzip" else packed
    bomb = fixed(packed, headers=f"Content-Type: application/json\r\nContent-Encoding: {coding}")
    exchange = ask(bomb, through(client, POST), Limits(timeout=10, most_bytes=1000))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", 1000)


@BOTH
def test_a_connection_left_open_after_done_is_waited_for_shortly(client):
    def lingering(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED + chunk(event("a")) + chunk(DONE))
        time.sleep(3)

    exchange = ask(lingering, through(client, STREAM), Limits(timeout=10))
    assert (exchange.failure, exchange.readings[0].error) == (None, "")
    assert exchange.body == event("a") + DONE
    assert exchange.seconds < 2


@BOTH
def test_a_stream_is_heard_to_its_end_also_where_the_sdk_gives_up(client):
    def long(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(CHUNKED + chunk(b"data: {nope\n\n"))
        time.sleep(1.3)
        connection.sendall(chunk(event("b")) + chunk(DONE) + chunk(b""))
        return True

    exchange = ask(long, through(client, STREAM), Limits(timeout=10))
    assert (exchange.failure, exchange.readings[0].error) == (None, "JSONDecodeError")
    assert exchange.body.endswith(DONE)


@BOTH
def test_connections_are_kept_alive_and_may_be_closed_while_idle(client):
    seen: list[int] = []

    def three_times(connection: socket.socket, _: bytes) -> bool:
        seen.append(1)
        connection.sendall(message(dumped(MODELS)))
        return len(seen) % 3 != 0

    with serving(three_times) as served, speaking(served.url) as send:
        assert [send(through(client, GET)).failure for _ in range(9)] == [None] * 9
        assert served.connections == 3


@BOTH
def test_threads_do_not_disturb_each_other(client):
    def echo(connection: socket.socket, request: bytes) -> bool:
        name = request.split(b"/models/")[1].split(b" ")[0].decode()
        connection.sendall(message(dumped(MODELS["data"][0] | {"id": name})))
        return True

    found: dict[int, str] = {}
    with serving(echo) as served, speaking(served.url, limits=Limits(timeout=10)) as send:

        def work(number: int) -> None:
            found[number] = send(through(client, Request("GET", f"/models/m{number}"))).readings[0].value["id"]

        threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: f"m{number}" for number in range(12)}


@BOTH
def test_nobody_there_is_a_failure_to_connect(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with speaking(f"http://127.0.0.1:{port}/v1") as send:
        exchange = send(through(client, GET))
    assert exchange.failure is not None
    assert (exchange.failure.kind, exchange.readings[0].error) == ("connect", "APIConnectionError")


def test_the_sdk_is_loaded_at_the_first_request_only():
    code = "import sys, conformance.drivers.sdk; sys.exit(any(one in sys.modules for one in ('openai', 'httpx2')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_setup_is_part_of_what_is_asked():
    keys = {replace(GET, setup=Setup(client=client)).key for client in ("raw", "sdk", "sdk-async")}
    assert len(keys) == 3
