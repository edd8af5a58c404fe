"""Mistakes at the endpoints beside chat: only a failure is held against a server."""

import pytest
from bending import right
from surroundings import except_for, outcome_of, refusing_all, reply, result_of

from conformance.checks.errors_endpoints import ENDPOINTS
from conformance.messages import Exchange, Failure
from conformance.model import Outcome

CHECK = "errors.status.endpoints"


def beside(request):
    return request.path in ENDPOINTS


def lost(kind):
    return lambda request: Exchange(request, failure=Failure(kind, "no"))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refusing_all(404), Outcome.WORKS),
        (refusing_all(422), Outcome.WORKS),
        (refusing_all(501), Outcome.WORKS),
        (lambda request: reply(request, 200, {}), Outcome.WORKS),
        (lambda request: reply(request, 502, body=b"<html>"), Outcome.WORKS),
        (refusing_all(500), Outcome.FAILS),
        (lost("timeout"), Outcome.FAILS),
        (lost("reset"), Outcome.FAILS),
        (refusing_all(429), Outcome.UNCLEAR),
    ],
)
def test_only_failures_tell(answer, outcome):
    assert outcome_of(CHECK, except_for(beside, answer, right())) is outcome


def test_every_endpoint_is_asked_everything_and_the_place_is_told():
    result = result_of(CHECK, except_for(beside, refusing_all(500), right()))
    assert len(result.findings) == 15
    for path in ENDPOINTS:
        assert sum(one.message.endswith(f" at {path}") for one in result.findings) == 5
    assert result.findings[0].message == "answers 500 to a model that does not exist at /completions"


def test_nothing_long_is_asked_for():
    asked = []
    outcome_of(CHECK, except_for(beside, lambda request: asked.append(request) or refusing_all()(request), right()))
    bodies = [one.json for one in asked if one.json and one.path != "/embeddings"]
    assert all((body.get("max_tokens") or body.get("max_output_tokens")) <= 16 for body in bodies)
    assert all(one.wrong for one in asked)
