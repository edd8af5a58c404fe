"""What the chat area costs the server under test: so many requests of so many tokens, whichever client sends them."""

import pytest

from conformance.budgets import token_ceiling
from conformance.endpoints import is_error
from conformance.messages import Exchange
from conformance.planning import wanted_by
from conformance.reference.app import sending
from conformance.registry import all_cases, all_checks
from conformance.wire import read_json

AREAS = ("chat", "clients")
MOST_REQUESTS = 200
MOST_TOKENS = 64
WITHOUT_LIMIT = {
    "chat.max_tokens.default": "that there is no limit where none is given cannot be asked with one; a stop string ends it"
}


@pytest.fixture(scope="module")
def wanted():
    """Every request that the areas send to a server which supports everything, with the checks that want it."""
    found = {}
    for case in all_cases():
        if case.check.area in AREAS:
            for request in wanted_by(case):
                found.setdefault(request.key, (request, set()))[1].add(case.check.id)
    return found


def is_chat(request):
    return request.path == "/chat/completions" and request.method == "POST"


def test_requests_are_few(wanted, capsys):
    by_client = {}
    for request, _ in wanted.values():
        by_client[request.setup.client] = by_client.get(request.setup.client, 0) + 1
    tokens = sum(token_ceiling(request) for request, _ in wanted.values())
    with capsys.disabled():
        print(f"\nchat: {len(wanted)} of {MOST_REQUESTS} requests {by_client}, {tokens} tokens at most")  # noqa: T201 -- to be read
    assert len(wanted) <= MOST_REQUESTS


def test_requests_ask_for_few_tokens(wanted):
    asked = {}
    for request, checks in wanted.values():
        body = request.json if isinstance(request.json, dict) else {}
        limits = [body[name] for name in ("max_tokens", "max_completion_tokens") if isinstance(body.get(name), int)]
        if is_chat(request) and not request.wrong and isinstance(request.json, dict):
            for check in checks:
                asked.setdefault(check, []).append(max(limits, default=None))
    unlimited = {check for check, limits in asked.items() if None in limits}
    assert unlimited == set(WITHOUT_LIMIT) & set(all_checks())
    high = {check: limits for check, limits in asked.items() if any(limit and limit > MOST_TOKENS for limit in limits)}
    assert not high


def test_answers_have_few_tokens(wanted):
    """Also what has no limit of its own, or is spelled byte by byte."""
    send = sending()
    for request, checks in wanted.values():
        if is_chat(request):
            assert spent(send(request)) <= MOST_TOKENS, checks


def spent(exchange: Exchange) -> float:
    """The tokens of each choice of a plain answer, 0 for what is none."""
    answer = read_json(exchange.body).value
    if not isinstance(answer, dict) or is_error(answer):
        return 0
    return answer["usage"]["completion_tokens"] / len(answer["choices"])
