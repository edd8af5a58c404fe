"""Whatever bytes come back, an exchange comes out of every driver, in time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import CHUNKED, chunk, message, serving

from conformance.drivers import raw, sdk, sockets
from conformance.drivers.limits import Limits
from conformance.messages import Request, Setup
from conformance.model import Target

BODY = b'{"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"content": "a"}}], "error": null}'
WHOLE = (
    message(BODY),
    message(BODY, "400 Bad Request", "Content-Type: text/event-stream; charset=utf-7\r\nRetry-After: soon"),
    CHUNKED + chunk(b"data: " + BODY + b"\n\n") + chunk(b"data: [DONE]\n\n") + chunk(b""),
    b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + BODY,
)
broken = st.builds(
    lambda whole, at, drop, put: whole[: at % len(whole)] + put + whole[at % len(whole) + drop :],
    whole=st.sampled_from(WHOLE),
    at=st.integers(0, 400),
    drop=st.integers(0, 9),
    put=st.binary(max_size=9)
    | st.sampled_from([b"\r\n", b"\r\n\r\n", b"\0", b"[" * 9999, b"9" * 5000, b"\\ud800", b"NaN", b"null"]),
)


@pytest.mark.parametrize("client", ["raw", "sdk", "sdk-async", "wire"])
def test_nothing_is_raised_whatever_comes_back(client):
    answers: list[bytes] = []
    driver = {"raw": raw, "wire": sockets}.get(client, sdk)
    with (
        serving(lambda connection, _: connection.sendall(answers[-1])) as served,
        driver.connected(Target(served.url), "k3y", Limits(timeout=0.5)) as send,
    ):

        @settings(max_examples=60, deadline=None)
        @given(broken, st.booleans())
        def judge(answer: bytes, stream: bool) -> None:
            answers.append(answer)
            fields = {"model": "m", "messages": [], "stream": stream}
            request = Request("POST", "/chat/completions", fields, take=len(answers), setup=Setup(client=client))
            began = time.monotonic()
            exchange = send(request)
            assert exchange.status is not None or exchange.failure is not None
            assert client in ("raw", "wire") or exchange.readings
            assert time.monotonic() - began < 2

        answers.append(WHOLE[0])
        send(Request("GET", "/models", setup=Setup(client=client)))  # loads the SDK
        judge()
