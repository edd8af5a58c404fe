"""How the official clients are set up: what they send, to whom, with which key, and what their environment says."""

import json
import os
from collections import UserDict

import pytest
from loopback import fixed, serving
from official import BOTH, FIELDS, GET, MODELS, POST, dumped, speaking, through

from conformance.drivers.sdk import UNUSED, NotSent
from conformance.messages import Request


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
