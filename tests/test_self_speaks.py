"""The suite speaks properly: whatever it does not send wrong on purpose fits OpenAI's request schema."""

import json

import pytest
from against import right

from conformance.endpoints import endpoint_of
from conformance.jsonl import exchange_of, line_of
from conformance.reference.fields import FIELDS
from conformance.schema import against, named_schema
from conformance.wire import NOT_JSON, read_json

MEANT_UNKNOWN = ("keep_alive", "conformance_probe")
"""Fields that a check sends to tell servers apart; to send them is no fault of the suite."""


def sent_by_the_suite():
    """In the order of their keys, since checks that ask in parallel ask in no order, and every worker has to collect the same."""
    asked = {one.request.key: one for found in right().values() for one in found.exchanges}
    ordered = [asked[key] for key in sorted(asked)]
    return [one for one in ordered if endpoint_of(one) == "chat" and one.request.method == "POST"]


def body_of(exchange):
    if exchange.request.json is not None:
        return exchange.request.json
    return read_json(exchange.request.body or b"").value


def proper():
    return [one for one in sent_by_the_suite() if not one.request.wrong]


@pytest.mark.parametrize("exchange", proper(), ids=lambda one: one.request.key)
def test_proper_requests_fit_the_schema(exchange):
    body = body_of(exchange)
    assert body is not NOT_JSON
    known = {name: value for name, value in body.items() if name not in MEANT_UNKNOWN}
    assert not list(against("chat.request", known))


def test_every_exchange_of_the_suite_is_read_again_from_a_recording():
    lines = (json.loads(json.dumps(line_of(one))) for found in right().values() for one in found.exchanges)
    assert all(exchange_of(line).request.key == line["key"] for line in lines)


def test_every_proper_request_is_answered_by_the_right_server():
    setups = [(one, one.request.setup) for one in proper()]
    keyed = [one for one, setup in setups if setup.authorization == "given" and setup.manner != "gone"]
    refused = [one for one in keyed if one.status != 200 and not any(name in body_of(one) for name in MEANT_UNKNOWN)]
    assert not [body_of(one) for one in refused]


def test_requests_that_are_wrong_are_refused_by_the_right_server():
    taken = [one for one in sent_by_the_suite() if one.request.wrong and one.status == 200]
    assert not [body_of(one) for one in taken]


def test_what_the_suite_sends_can_be_recorded_and_read_again():
    asked = {one.request.key: one for found in right().values() for one in found.exchanges}
    read = {key: exchange_of(json.loads(json.dumps(line_of(one)))) for key, one in asked.items()}
    assert [key for key, one in read.items() if one.request.key != key] == []


def test_the_schema_knows_every_field_that_the_reference_server_knows():
    assert set(FIELDS) <= set(named_schema("chat.request")["properties"])


def test_the_suite_asks_for_few_tokens():
    bodies = [body_of(one) for one in proper()]
    limits = [body.get("max_tokens") or body.get("max_completion_tokens") for body in bodies]
    assert all(limit <= 256 for limit in limits if limit is not None), limits
    assert all(body.get("stop") for body, limit in zip(bodies, limits, strict=True) if limit is None)
