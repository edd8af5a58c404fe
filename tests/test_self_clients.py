"""Checks that speak through the official client or oddly: silent about the right server, loud about wrong ones, over a socket."""

from dataclasses import replace

import pytest
from against import SILENT, TARGET

from conformance.drivers import sdk, sockets
from conformance.drivers.limits import Limits
from conformance.judge import run_check, run_rule
from conformance.model import Outcome
from conformance.reference.serve import serving
from conformance.registry import all_cases

SPOKEN = [case for case in all_cases() if not case.check.on and case.via != "raw"]
READS = [case for case in all_cases() if case.check.id == "clients.sdk.reads"]

NOTICED = {
    "clients.sdk.create": "done-after-json",
    "clients.sdk.stream": "keepalive-as-data",
    "clients.sdk.models": "models-absent",
    "clients.sdk.unknown-model": "unknown-model-is-500",
    "clients.environment.create": "done-after-json",
    "clients.sdk.stream-helper": "chunk-object-missing",
    "clients.sdk.stream-helper.tools": "call-index-missing",
    "clients.sdk.stream-helper.parsed": "chunk-object-missing",
    "clients.sdk.parse": "done-after-json",
    "clients.sdk.request-id.property": "request-id-never",
    "clients.sdk.raw-response": "done-after-json",
    "http.base-url.slash": "nothing-is-lost",
    "errors.sdk.mistake": "no-messages-is-500",
    "errors.sdk.stream": "mistakes-streamed",
    "errors.sdk.members": "error-as-string",
    "errors.sdk.code": "unknown-model-as-ollama",
    "errors.sdk.request-id": "request-id-never",
    "errors.sdk.model": "unknown-model-is-500",
    "errors.sdk.key": "wrong-key-bad-request",
    "http.chunked.accepted": "chunks-not-read",
    "http.expect.answered": "expectation-refused",
    "http.connection.reuse": "requests-out-of-step",
    "http.connection.reuse-stream": "requests-out-of-step",
    "http.older.answered": "older-version-refused",
    "http.compression.plain": "gzip-in-name-only",
    "http.compression.stream": "gzip-in-name-only",
    "load.abort.answers": "dies-when-clients-leave",
    "load.abort.frees": "works-for-who-has-left",
    "load.stalled-writer.answered": "half-a-body-taken-for-all",
}
"""A fault for every check that another client than the plain one speaks for."""

ELSEWHERE = (
    *("load.abort.plain", "load.half-closed.answered", "load.pipelined.answered", "load.slow-reader.whole"),
    *("http.connection.close", "http.headers.lower-case", "http.headers.upper-case"),
)
"""Checks that are held against servers of their own in test_checks_load.py and test_checks_http.py, since no application can
misbehave so low.
"""


def outcome(case, *faults):
    driver = sockets if case.via == "wire" else sdk
    with serving(faults=faults, api_key="sk-any") as url:
        target = replace(TARGET, base_url=url)
        with driver.connected(target, "sk-any", Limits(timeout=10)) as send:
            if not case.check.on:
                return run_check(case, target, send).outcome
            seed = case.check.seed(target)
            exchange = send(replace(seed, setup=replace(seed.setup, client=case.via)))
            return run_rule(case, [exchange]).outcome


@pytest.mark.parametrize("case", [*SPOKEN, *READS], ids=repr)
def test_the_right_server_is_understood(case):
    assert outcome(case) in SILENT


@pytest.mark.parametrize("case", [case for case in SPOKEN if case.check.id not in ELSEWHERE], ids=repr)
def test_wrong_servers_are_noticed(case):
    found = outcome(case, NOTICED[case.check.id])
    assert found not in (*SILENT, Outcome.UNCLEAR)


@pytest.mark.parametrize("case", READS, ids=repr)
def test_what_the_client_cannot_read_is_noticed(case):
    assert outcome(case, "done-after-json") is Outcome.FAILS
