"""Claims that depend on a flag, a model or a version: what was stated settles them, what was not never breaks a promise."""

import pytest

from conformance.conditions import UnknownCondition, given_of, settled
from conformance.judge import judge
from conformance.law import in_force, standing_of
from conformance.matrix import parse_matrix
from conformance.model import Case, Check, Claim, Finding, Level, Outcome, Result, Stance, Standing

HEAD = """\
schema: 1
id: "acme@1"
server: acme
edition: "1"
title: Acme
document: {url: "", retrieved: "2026-11-21"}
claims:
"""
CLAIMS = """\
  chat.tools: {stance: supported, at: tools, when: {flag: [--jinja, --parser]}, note: with a template}
  chat.n:
    - {stance: ignored, at: settings, when: {setting: drop_params}}
    - {stance: rejected, at: parameters}
  responses:
    - {stance: partial, at: a, when: {endpoint: runtime}}
    - {stance: supported, at: b, when: {endpoint: mantle}}
  chat.seed: {stance: supported, at: c, when: {version: ">=0.5.1 <2"}}
  chat.vision: {stance: supported, at: d, when: {model: vision}}
"""
MATRIX = parse_matrix(HEAD + CLAIMS, "acme.yaml")
CASE = Case(Check("chat.x", "does x", Level.MUST, "chat.n", "https://example.org", lambda: iter(())), "raw")


def result(outcome):
    return Result(outcome, () if outcome is Outcome.WORKS else (Finding("odd", outcome=outcome),))


def after(*words, models=()):
    return settled(MATRIX, given_of(words, [MATRIX], models)).claims


def stances(claim):
    return [one.stance.value for one in (claim, *claim.otherwise)]


def test_nothing_stated_leaves_everything_open():
    assert after() == MATRIX.claims
    assert stances(MATRIX.claims["chat.n"]) == ["ignored", "rejected"]


@pytest.mark.parametrize(
    ("words", "feature", "left"),
    [
        (["setting=drop_params"], "chat.n", ["ignored"]),
        (["setting=not drop_params"], "chat.n", ["rejected"]),
        (["endpoint=mantle"], "responses", ["supported"]),
        (["version=0.5.1"], "chat.seed", ["supported"]),
        (["version=1.10"], "chat.seed", ["supported"]),
        (["version=v0.5"], "chat.seed", None),
        (["version=2.0.0"], "chat.seed", None),
        (["flag=--jinja", "flag=--parser"], "chat.tools", ["supported"]),
        (["flag=not --jinja"], "chat.tools", None),
        (["model=vision"], "chat.vision", ["supported"]),
        (["model=not vision"], "chat.vision", None),
    ],
)
def test_what_is_stated_settles_a_claim(words, feature, left):
    claim = after(*words).get(feature)
    assert (claim and stances(claim)) == left
    assert claim is None or not claim.when


def test_an_address_that_it_is_not_leaves_the_other_one_open():
    claim = after("endpoint=not mantle")["responses"]
    assert (stances(claim), claim.when) == (["partial"], (("endpoint", "runtime"),))


def test_half_of_the_conditions_leaves_the_other_half():
    claim = after("flag=--jinja")["chat.tools"]
    assert claim.when == (("flag", "--parser"),)


def test_a_model_that_was_named_settles_what_it_can_do():
    assert after(models=["vision"])["chat.vision"].when == ()


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("flag=--jinj", "did you mean '--jinja'"),
        ("flags=--jinja", "KIND is flag, setting, model, endpoint, version"),
        ("flag", "takes KIND=WHAT"),
        ("flag=", "takes KIND=WHAT"),
        ("version=new", "is no version"),
        ("model=blue", "no claim depends on the model 'blue'"),
    ],
)
def test_what_no_claim_asks_about_is_an_error(word, says):
    with pytest.raises(UnknownCondition, match=says):
        given_of([word], [MATRIX])


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in (Outcome.FAILS, Outcome.UNCLEAR)])
@pytest.mark.parametrize("stance", [one for one in Stance if one is not Stance.UNDOCUMENTED])
def test_an_unknown_condition_claims_nothing(stance, outcome):
    claim = Claim("chat.n", stance, when=(("flag", "--x"),), expects={"choices": 1}, at="here")
    verdict = judge(CASE, result(outcome), claim, "acme@1")
    assert (verdict.stance, verdict.standing) == (Stance.UNDOCUMENTED, Standing.UNCLAIMED)
    assert "depends on what was not stated: flag --x" in verdict.note


@pytest.mark.parametrize(("outcome", "standing"), [(Outcome.FAILS, Standing.FAULT), (Outcome.UNCLEAR, Standing.UNKNOWN)])
def test_a_crash_is_a_fault_under_any_condition(outcome, standing):
    assert judge(CASE, result(outcome), MATRIX.claims["chat.tools"], "acme@1").standing is standing


@pytest.mark.parametrize(
    ("outcome", "standing"),
    [
        (Outcome.IGNORED, "unclaimed"),
        (Outcome.REFUSED, "unclaimed"),
        (Outcome.WORKS, "surpassed"),
        (Outcome.DIFFERS, "broken"),
    ],
)
def test_what_both_claims_agree_on_counts(outcome, standing):
    """`ignored` where parameters are dropped, `rejected` otherwise: an effect of another kind breaks both."""
    assert judge(CASE, result(outcome), MATRIX.claims["chat.n"], "acme@1").standing.value == standing


def test_an_unconditional_claim_is_in_force():
    claim = Claim("chat.n", Stance.REJECTED)
    assert in_force(claim, result(Outcome.WORKS)) == claim


def test_a_deviation_whose_observation_was_not_made_claims_nothing():
    claim = Claim("chat.defaults", Stance.DEVIATES, more={"answer": "degraded"})
    told = {outcome: standing_of(claim, result(outcome)).value for outcome in Outcome}
    assert told == {
        Outcome.FAILS: "fault",
        Outcome.DIFFERS: "unclaimed",
        Outcome.REFUSED: "broken",
        Outcome.IGNORED: "unclaimed",
        Outcome.UNCLEAR: "unknown",
        Outcome.ACCEPTED: "surpassed",
        Outcome.WORKS: "surpassed",
    }
