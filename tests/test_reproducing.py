"""Requests as lines for the shell: the same bytes, as far as curl can be told, and a word where it cannot."""

import os
import shlex
import subprocess

import pytest
from loopback import fixed, serving

from conformance.messages import MANNERS, Exchange, Request, Setup
from conformance.model import Target
from conformance.render.traffic import request_text
from conformance.reproducing import curl_line, sent_again
from conformance.snippets import sdk_snippet

TARGET = Target("http://h/v1", key_configured=True)


def line(manner="", **setup):
    request = Request("POST", "/chat/completions", {"model": "m"}, setup=Setup("wire", manner=manner, **setup))
    return curl_line(TARGET, request)


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        ("chunked", "Transfer-Encoding: chunked"),
        ("expect", "Expect: 100-continue"),
        ("http/1.0", "--http1.0"),
        ("close", "Connection: close"),
        ("slow", "--limit-rate 4k"),
        ("compressed", "--compressed"),
    ],
)
def test_what_curl_can_be_told_is_told(manner, said):
    assert said in line(manner)
    assert " # " not in line(manner)


def test_two_requests_on_one_connection_are_one_url_twice():
    assert line("reuse").count("http://h/v1/chat/completions") == 2


@pytest.mark.parametrize("manner", ["lower-case", "upper-case", "pipelined", "half-closed", "stalled", "abort"])
def test_what_curl_cannot_be_told_is_said_behind_the_line(manner):
    assert line(manner).endswith(f" # but {MANNERS[manner]}")


def test_the_scheme_of_the_key_goes_along_and_nothing_else_does():
    assert '"Authorization: bearer $OPENAI_API_KEY"' in line(authorization="bearer {key}")
    assert shlex.split(line(authorization="$(id) {key}"))[-3:-2] == ["Authorization: $(id) {key}"]


def test_the_report_tells_the_manner():
    request = Request("GET", "/models", setup=Setup("wire", manner="http/1.0"))
    assert "client wire, sent http/1.0: as HTTP/1.0" in request_text_of(request)


def request_text_of(request):
    return request_text(Exchange(request, 200))


@pytest.mark.parametrize(("manner", "requests"), [("", 1), ("reuse", 2), ("close", 1)])
def test_curl_sends_it(manner, requests):
    with serving(fixed(b"{}")) as server:
        request = Request("POST", "/chat/completions", {"model": "m"}, setup=Setup("wire", manner=manner))
        told = curl_line(Target(server.url, key_configured=True), request)
        environment = {**os.environ, "OPENAI_API_KEY": "k3y"}
        subprocess.run(["sh", "-c", told], check=True, capture_output=True, timeout=20, env=environment)
    assert [server.body(number) for number in range(requests)] == [b'{"model": "m"}'] * requests
    assert server.header("authorization") == ["Bearer k3y"]
    assert (len(server.requests), server.connections) == (requests, 1)


RECORDED = Target("", id="recorded")
KEPT = (("Authorization", "[redacted]"), ("Content-Length", "9"), ("Host", "a"), ("User-Agent", "Ruby"))


@pytest.mark.parametrize(
    ("host", "path", "base"),
    [
        ("api.openai.com", "/v1/chat/completions", "https://api.openai.com/v1"),
        ("a.b:443", "/openai/deployments/x/chat/completions", "https://a.b:443/openai/deployments/x"),
        ("127.0.0.1:8080", "/chat/completions", "http://127.0.0.1:8080"),
        ("localhost", "/v1/chat/completions", "http://localhost/v1"),
        ("", "/v1/chat/completions", "https://HOST/v1"),
    ],
)
def test_what_was_recorded_is_sent_where_it_went(host, path, base):
    request = Request("POST", path, {"model": "m", "messages": []}, headers=KEPT)
    target, again = sent_again(RECORDED, Exchange(request, 200, source={"host": host}))
    assert (target.base_url, again.path, again.headers) == (base, "/chat/completions", (("User-Agent", "Ruby"),))
    assert f"{base}/chat/completions" in curl_line(target, again)
    said = curl_line(target, again) + sdk_snippet(target, again)
    assert '"Authorization: Bearer $RECORDED_API_KEY"' in said
    assert "os.environ.get('RECORDED_API_KEY', 'unused')" in said
    assert "OPENAI_API_KEY" not in said, "the key of the server that one tests goes to no host that a recording names"
    assert "client.chat.completions.create(" in sdk_snippet(target, again)


def test_other_paths_of_a_recording_stay_whole():
    target, again = sent_again(RECORDED, Exchange(Request("GET", "/v1/files/f"), 200, source={"host": "a"}))
    assert (target.base_url, again.path) == ("https://a", "/v1/files/f")


def test_what_a_run_asked_is_sent_as_it_was():
    exchange = Exchange(Request("GET", "/models", headers=KEPT), 200)
    assert sent_again(TARGET, exchange) == (TARGET, exchange.request)
