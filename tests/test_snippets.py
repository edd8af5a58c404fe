"""Requests as Python for the official client: what it sends is the request, and what it cannot send is not pretended."""

import inspect
import json
from pathlib import Path

import pytest
from loopback import fixed, serving
from openai.resources.chat.completions import Completions

from conformance.messages import Request, Setup
from conformance.model import Target
from conformance.recordings import recording_in
from conformance.snippets import CHAT, sdk_snippet

RECORDED = Path(__file__).parent / "cassettes" / "llama.cpp"
TARGET = Target("http://h/v1")
HELLO = {"model": "m", "messages": [{"role": "user", "content": "Hello!"}]}


def chat(**fields):
    return Request("POST", "/chat/completions", HELLO | fields)


def sent_by(request, monkeypatch):
    """What a server gets when the snippet is run."""
    monkeypatch.setenv("OPENAI_API_KEY", "k3y")
    with serving(fixed(b"{}")) as server:
        exec(sdk_snippet(Target(server.url), request), {})
        assert len(server.requests) == 1
        return server


def recorded():
    """The requests of a whole run, each shape of fields once."""
    found = {}
    for _, exchange in recording_in(RECORDED):
        request = exchange.request
        shape = (request.method, request.path, request.setup.authorization, *sorted(request.json or ()))
        found.setdefault(shape, request)
    return [one for one in found.values() if sdk_snippet(TARGET, one)]


@pytest.mark.parametrize("request_", recorded(), ids=lambda one: one.key)
def test_the_client_sends_the_request_of_a_run(request_, monkeypatch, capsys):
    server = sent_by(request_, monkeypatch)
    assert server.line().startswith(f"{request_.method} /v1{request_.path}")
    assert json.loads(server.body() or "null") == request_.json


def test_there_are_requests_to_try():
    assert len(recorded()) > 40


HOSTILE = "'''\"\"\"\\\n{x}\u202e\ud83d __import__('os').abort() # " + "long " * 60


@pytest.mark.parametrize(
    "fields",
    [
        {"user": HOSTILE.replace("\ud83d", "")},
        {HOSTILE.replace("\ud83d", ""): {HOSTILE.replace("\ud83d", ""): [None, True, 1e300, -1]}},
        {"temperature": None, "stop": [], "tools": {}, "stream": False},
        {"not a name": 1, "extra_body": 2, "class": 3, "self": 4, "timeout": 5},
    ],
)
def test_whatever_the_fields_are_they_are_data(fields, monkeypatch, capsys):
    assert json.loads(sent_by(chat(**fields), monkeypatch).body()) == HELLO | fields


@pytest.mark.parametrize(
    ("how", "sent"),
    [
        ("given", ["Bearer k3y"]),
        ("none", []),
        ("Basic abc", ["Basic abc"]),
        ("bearer {key}", ["bearer k3y"]),
        ("Bearer x{key}'+y", ["Bearer xk3y'+y"]),
    ],
)
def test_the_key_goes_as_it_did_and_is_never_spelled_out(how, sent, monkeypatch, capsys):
    request = Request("POST", "/chat/completions", HELLO, setup=Setup("sdk", authorization=how))
    assert "k3y" not in sdk_snippet(TARGET, request)
    assert sent_by(request, monkeypatch).header("authorization") == sent


def test_queries_headers_and_names_of_models_go_along(monkeypatch, capsys):
    server = sent_by(Request("POST", "/chat/completions", HELLO, query="a=1&b=", headers=(("X-One", "1"),)), monkeypatch)
    assert server.line().startswith("POST /v1/chat/completions?a=1&b= ")
    assert server.header("x-one") == ["1"]
    server = sent_by(Request("GET", "/models/a%2Fb"), monkeypatch)
    assert server.line().startswith("GET /v1/models/a%2Fb ")
    server = sent_by(Request("POST", "/other", {"a": 1}, query="a=1", headers=(("X-One", "1"),)), monkeypatch)
    assert server.line().startswith("POST /v1/other?a=1 ")
    assert server.header("x-one") == ["1"]


def test_a_stream_is_read_piece_by_piece():
    assert "for chunk in client.chat.completions.create(" in sdk_snippet(TARGET, chat(stream=True))


@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "/chat/completions", body=b"{"),
        Request("OPTIONS", "/chat/completions"),
        Request("GET", "/models", {"a": 1}),
        Request("POST", "/chat/completions", {"a": float("nan")}),
        Request("GET", "/models", headers=(("X", "é"),)),
        Request("GET", "/models", setup=Setup("wire", manner="chunked")),
    ],
)
def test_what_the_client_cannot_send_is_not_pretended(request_):
    assert sdk_snippet(TARGET, request_) == ""


def test_the_client_knows_every_field_that_is_said_by_name():
    assert set(inspect.signature(Completions.create).parameters) >= CHAT
