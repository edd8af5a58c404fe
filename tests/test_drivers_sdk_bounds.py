"""What bounds the official clients: deadlines, caps, connections, threads."""

import gzip
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from loopback import CHUNKED, chunk, fixed, message, serving
from official import BOTH, DONE, GET, MODELS, POST, STREAM, ask, dumped, event, speaking, through

from conformance.drivers.limits import Limits
from conformance.messages import Request, Setup


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


ROOM = 20_000  # the packed bomb has room, what it unpacks to has not


@BOTH
@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip"])
def test_a_bomb_is_bounded(client, coding):
    packed = gzip.compress(b" " * 10**7)
    packed = gzip.compress(packed) if coding != "gzip" else packed
    bomb = fixed(packed, headers=f"Content-Type: application/json\r\nContent-Encoding: {coding}")
    exchange = ask(bomb, through(client, POST), Limits(timeout=10, most_bytes=ROOM))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", ROOM)


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
