"""Checks of keys: missing, wrong, in another scheme, and given away."""

from dataclasses import replace

import pytest
from against import TARGET, served
from bending import right
from surroundings import except_for, outcome_of, refusing_all, reply, result_of

from conformance.checks.auth_keys import INVENTED
from conformance.messages import Exchange, Failure, Piece
from conformance.model import Outcome, Seen
from conformance.reference.app import sending

KEYED, UNKEYED = (replace(TARGET, key_configured=known) for known in (True, False))
KEYS = ("auth.key.missing", "auth.wrong-key.refused", "auth.wrong-key.stream", "auth.models.key")


@pytest.mark.parametrize("check", KEYS)
def test_keys_that_nobody_asks_for_are_ignored(check):
    result = result_of(check, sending(), KEYED)
    assert (result.outcome, result.seen[0]) == (Outcome.IGNORED, Seen("status", 200))


@pytest.mark.parametrize("check", KEYS)
def test_keys_are_not_judged_where_the_operator_names_none(check):
    asked = []
    result = result_of(check, lambda request: asked.append(request) or right()(request), UNKEYED)
    assert result.outcome is Outcome.UNCLEAR
    assert "--api-key" in result.reason
    assert asked == []


@pytest.mark.parametrize("check", KEYS)
@pytest.mark.parametrize(("status", "outcome"), [(401, Outcome.WORKS), (403, Outcome.DIFFERS), (500, Outcome.FAILS)])
def test_keys_that_are_missing_or_wrong(check, status, outcome):
    def send(request):
        return right()(request) if request.setup.authorization == "given" else reply(request, status, {})

    assert outcome_of(check, send, KEYED) is outcome


@pytest.mark.parametrize("body", [b'data: {"error": {"message": "no"}}\n\n', b'{"error": {"message": "no"}}'])
def test_a_refusal_that_looks_like_a_success_is_another_matter(body):
    def send(request):
        return right()(request) if request.setup.authorization == "given" else reply(request, 200, body=body)

    result = result_of("auth.wrong-key.stream", send, KEYED)
    assert (result.outcome, result.reason.split(",")[0]) == (Outcome.UNCLEAR, "the refusal comes as a success")


@pytest.mark.parametrize("check", [*KEYS, "auth.scheme.lower-case"])
def test_keys_are_not_judged_where_the_right_one_opens_nothing(check):
    result = result_of(check, refusing_all(401), KEYED)
    assert result.outcome is Outcome.UNCLEAR
    assert "--api-key" not in result.reason


def test_the_scheme_has_no_case_on_a_server_that_asks_for_keys():
    assert result_of("auth.scheme.lower-case", served("auth.key.missing")).outcome is Outcome.WORKS
    refusing = except_for(lambda one: one.setup.authorization.startswith("bearer"), refusing_all(401), right())
    assert outcome_of("auth.scheme.lower-case", refusing) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (INVENTED, Outcome.DIFFERS),
        (INVENTED[4:], Outcome.DIFFERS),
        (f"{INVENTED[:8]}****{INVENTED[-4:]}", Outcome.WORKS),
        ("", Outcome.WORKS),
    ],
)
@pytest.mark.parametrize("place", ["body", "header"])
def test_a_key_given_away_shows(said, outcome, place):
    def send(request):
        body = {"error": {"message": f"wrong key {said if place == 'body' else ''}"}}
        exchange = reply(request, 401, body)
        return exchange if place == "body" else replace(exchange, headers=(*exchange.headers, ("x-debug", said)))

    assert outcome_of("auth.echo.never", send) is outcome


def test_a_key_torn_over_two_pieces_shows_too():
    half = len(INVENTED) // 2
    pieces = (Piece(0.1, INVENTED[:half].encode()), Piece(0.2, INVENTED[half:].encode()))
    assert outcome_of("auth.echo.never", lambda one: Exchange(one, 401, (), pieces)) is Outcome.DIFFERS


def test_a_lost_answer_is_no_matter_of_keys():
    lost = except_for(
        lambda one: one.setup.authorization == "none", lambda one: Exchange(one, failure=Failure("timeout", "…")), right()
    )
    assert outcome_of("auth.key.missing", lost, KEYED) is Outcome.FAILS
