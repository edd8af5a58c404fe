"""Checks of the official client's helpers, over a socket: what they send, what breaks them, what is not the server's fault."""

import json
from dataclasses import replace

import pytest
from against import TARGET
from loopback import fixed
from loopback import serving as scripted

from conformance.calls import chat, sentence
from conformance.checks.chat_json import LAMP, prescribing
from conformance.checks.chat_tools import INVITING, offering
from conformance.drivers.limits import Limits
from conformance.drivers.sdk import connected
from conformance.drivers.sdk_models import model_of
from conformance.jsonl import exchange_of, line_of
from conformance.judge import run_check
from conformance.messages import Request, Setup
from conformance.model import Case, Outcome
from conformance.reference.serve import serving
from conformance.registry import all_checks

STREAM, TOOLS, PARSE = "clients.sdk.stream-helper", "clients.sdk.stream-helper.tools", "clients.sdk.parse"
OBJECT = "clients.sdk.stream-helper.parsed"
CLIENTS = pytest.mark.parametrize("client", ["sdk", "sdk-async"])


def result(id, *faults, client="sdk"):
    with serving(faults=faults) as url:
        target = replace(TARGET, base_url=url)
        with connected(target, "sk-any", Limits(timeout=10)) as send:
            return run_check(Case(all_checks()[id], client), target, send)


@CLIENTS
@pytest.mark.parametrize(
    ("id", "fault"),
    [
        (STREAM, "chunk-object-missing"),
        (STREAM, "chunk-object-plural"),
        (STREAM, "delta-missing-at-end"),
        (OBJECT, "chunk-object-missing"),
        (OBJECT, "delta-missing-at-end"),
        (TOOLS, "call-index-missing"),
        (TOOLS, "call-index-from-one"),
        (TOOLS, "call-name-repeated"),
    ],
)
def test_what_create_tolerates_and_the_helper_does_not_is_seen_by_the_client_alone(id, fault, client):
    found = result(id, fault, client=client)
    assert found.outcome in (Outcome.FAILS, Outcome.DIFFERS)
    assert {finding.seen_by for finding in found.findings} == {("sdk",)}


@pytest.mark.parametrize(
    ("id", "fault"),
    [
        (STREAM, "error-within-stream"),
        (TOOLS, "tools-ignored"),
        (TOOLS, "stream-with-tools-refused"),
        (TOOLS, "arguments-cut"),
        (OBJECT, "json-schema-refused"),
        (OBJECT, "ignores-response-format"),
        (OBJECT, "error-within-stream"),
        (PARSE, "json-schema-refused"),
        (PARSE, "ignores-response-format"),
        (PARSE, "json-schema-as-json-object"),
    ],
)
def test_what_other_checks_judge_is_unclear(id, fault):
    assert result(id, fault).outcome is Outcome.UNCLEAR


@pytest.fixture(scope="module")
def helped():
    """Exchanges of all ways to call, with both clients, and the requests that the server heard."""
    asked = [
        ("stream", sentence(TARGET, stream=True, max_tokens=3)),
        ("stream", offering(TARGET, INVITING, "required", stream=True)),
        ("parse", chat(TARGET, max_tokens=64, response_format=prescribing(LAMP))),
        ("parse", chat(TARGET, max_tokens=4, response_format=prescribing(LAMP))),
        ("raw-response", chat(TARGET)),
    ]
    with serving() as url, connected(replace(TARGET, base_url=url), "sk-any", Limits(timeout=10)) as send:
        return {
            (client, place): send(replace(request, setup=Setup(client=client, call=way)))
            for client in ("sdk", "sdk-async")
            for place, (way, request) in enumerate(asked)
        }


def test_both_clients_make_the_same_of_it(helped):
    for place in range(5):
        one, other = (helped[client, place].readings[0] for client in ("sdk", "sdk-async"))
        assert (one.type, one.error) == (other.type, other.error)
        assert (one.value is None) is (other.value is None)


@CLIENTS
def test_a_limit_that_cut_is_no_exception_of_the_stream_helper(helped, client):
    told = helped[client, 0].readings[0]
    assert told.error == ""
    assert told.value["final"]["choices"][0]["finish_reason"] == "length"
    assert told.value["final"]["choices"][0]["message"]["content"] == told.value["text"] != ""
    assert set(told.value["events"]) == {"chunk", "content.delta", "content.done"}


@CLIENTS
def test_a_limit_that_cut_is_an_exception_of_parse(helped, client):
    assert helped[client, 3].readings[0].error == "LengthFinishReasonError"


@CLIENTS
def test_a_raw_response_tells_its_status_and_id(helped, client):
    exchange = helped[client, 4]
    told = exchange.readings[0].value
    assert (told["status"], told["request_id"]) == (200, exchange.header("x-request-id"))


def test_lines_keep_the_way_of_the_call_and_are_silent_about_the_ordinary_one(helped):
    for exchange in helped.values():
        line = line_of(exchange)
        assert line["request"]["setup"]["call"] == exchange.request.setup.call
        assert exchange_of(line).request == exchange.request
    assert "call" not in line_of(replace(exchange, request=Request("GET", "/models")))["request"]["setup"]


def test_a_way_of_calling_makes_another_request():
    ways = ("create", "stream", "parse", "raw-response")
    assert len({replace(chat(TARGET), setup=Setup("sdk", call=way)).key for way in ways}) == 4
    assert replace(chat(TARGET), setup=Setup("sdk", call="create")).key == replace(chat(TARGET), setup=Setup("sdk")).key


def test_a_class_tells_its_schema_and_reads_what_fits_it():
    parts = {"many": {"type": "array", "items": {"type": "integer"}}, "one": {"const": "x"}, "none": {"type": "null"}}
    schema = {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}
    made = model_of("answer", schema)
    assert (made.__name__, made.model_json_schema()) == ("answer", schema)
    assert made.model_validate_json('{"many": [1], "one": "x", "none": null}').many == [1]
    with pytest.raises(ValueError, match="one"):
        made.model_validate_json('{"many": [], "one": "y", "none": null}')


@CLIENTS
@pytest.mark.parametrize(
    ("way", "request_"),
    [
        ("stream", offering(TARGET, INVITING, "required", stream=True, top_k=1)),
        ("stream", chat(TARGET, max_tokens=64, response_format=prescribing(LAMP), stream=True)),
        ("parse", chat(TARGET, max_tokens=64, response_format=prescribing(LAMP))),
        ("raw-response", chat(TARGET)),
    ],
)
def test_helpers_send_the_very_request(way, request_, client):
    with scripted(fixed(b"{}")) as served, connected(replace(TARGET, base_url=served.url), None, Limits(timeout=2)) as send:
        send(replace(request_, setup=Setup(client=client, call=way)))
    sent = json.loads(served.body())
    assert {"stream": False, **sent} == {"stream": False, **request_.json}
