"""A drafted matrix is read without a problem and holds against the server it was drafted from, however wrong that server is."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pytest
from against import TARGET, server
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import command, ended

from conformance.drafting import Draft, Sighting, claim_for, draft
from conformance.exchanges import remembering
from conformance.features import all_features
from conformance.judge import judge
from conformance.law import LAW, claim_on
from conformance.matrix import parse_matrix
from conformance.model import Finding, Level, Outcome, Result, Seen, Stance, Standing, Target, Verdict
from conformance.observing import Observed
from conformance.opening import opened
from conformance.options import Options
from conformance.plan import prepare
from conformance.reference.serve import serving
from conformance.report import Footer, Header, Report, read
from conformance.session import Run

CASSETTE = Path(__file__).parent / "cassettes" / "llama.cpp"
HEADER = Header("0.1.0", Target("http://127.0.0.1:1/v1", "m", id="acme"), started="2026-11-22T01:02:03Z")
CLEAR = [one for one in Outcome if one not in (Outcome.UNCLEAR, Outcome.FAILS)]
FAULTS = (
    (
        *("one-choice-whatever-n", "done-missing", "seed-forces-temperature-zero", "finish-reason-always-stop"),
        *("prompt-tokens-zero-when-cached", "user-refused"),
    ),
    ("logprobs-ignored", "tools-ignored", "n-refused", "stop-leaked-in-stream", "error-flat", "id-empty"),
    ("json-schema-refused", "unknown-model-is-500", "temperature-above-one-refused", "stream-cut"),
)


def sighting(
    outcome: Outcome, *seen: Seen, case: str = "chat.n.choices-raw", feature: str = "chat.n", **finding: str
) -> Sighting:
    findings = (
        (Finding("says something", outcome=outcome, **finding),) if outcome not in (Outcome.WORKS, Outcome.ACCEPTED) else ()
    )
    check = case.rpartition("-")[0]
    verdict = Verdict(
        case, check, "t", Level.MUST, feature, "raw", None, Stance.UNDOCUMENTED, outcome, Standing.KEPT, findings=findings
    )
    return Sighting(verdict, seen)


def sightings(run: Run) -> list[Sighting]:
    return [Sighting(run.verdicts(case)[0], run.result(case).seen) for case in run.plan.cases]


def run_of(*faults: str) -> Run:
    """A run through raw HTTP alone, in this process, without what takes long."""
    plan = prepare(
        Options(via=("raw",), area=("chat", "models", "errors"), skip=("errors.context", "errors.malformed", "errors.wrong-type"))
    )
    run = Run(plan, TARGET, 1, remembering(server(*faults), lambda _: None, lambda _: None))
    run.start(plan.cases)
    return run


def held(made: Draft, run: Run) -> dict[str, Standing]:
    """The standings of a run's cases under a draft."""
    matrix = parse_matrix(made.text, "draft.yaml")
    assert len(matrix.claims) == made.claims
    return {
        case.id: judge(case, run.result(case), claim_on(case.check.feature, matrix, ()), matrix.id).standing
        for case in run.plan.cases
    }


@pytest.mark.parametrize("count", range(1, len(CLEAR) + 1))
def test_no_mixture_of_outcomes_breaks_its_claim(count):
    for outcomes in combinations(CLEAR, count):
        claim = claim_for("chat.n", [sighting(one) for one in outcomes])
        assert claim is not None
        assert not {LAW[claim.stance][one] for one in outcomes} & {Standing.BROKEN, Standing.FAULT}, outcomes


@pytest.mark.parametrize(
    ("outcomes", "stance"),
    [
        ("works", Stance.SUPPORTED),
        ("works accepted unclear", Stance.SUPPORTED),
        ("refused", Stance.REJECTED),
        ("ignored accepted", Stance.IGNORED),
        ("ignored works", Stance.IGNORED),
        ("works refused", Stance.PARTIAL),
        ("works differs", Stance.PARTIAL),
        ("ignored differs", Stance.UNSUPPORTED),
    ],
)
def test_the_stance_is_the_plainest_that_what_was_seen_supports(outcomes, stance):
    claim = claim_for("chat.n", [sighting(Outcome(one)) for one in outcomes.split()])
    assert claim is not None
    assert claim.stance is stance


@pytest.mark.parametrize("outcomes", ["unclear", "fails", "works fails", "unclear fails"])
def test_what_fails_and_what_is_unclear_makes_no_claim(outcomes):
    seen = [sighting(Outcome(one)) for one in outcomes.split()]
    assert claim_for("chat.n", seen) is None
    made = draft(HEADER, seen)
    assert (made.claims, made.unclear) == (0, ("chat.n",))
    assert "# no claim on chat.n" in made.text
    assert outcomes.split()[-1] in made.text


def test_a_difference_is_a_deviation_only_where_an_observation_says_how():
    told = sighting(Outcome.DIFFERS, Seen("choices", 1), actual="1")
    claim = claim_for("chat.n", [told, sighting(Outcome.WORKS)])
    assert claim is not None
    assert (claim.stance, claim.expects) == (Stance.DEVIATES, {"choices": 1})
    matrix = parse_matrix(draft(HEADER, [told]).text, "x")
    assert matrix.claims["chat.n"].expects == {"choices": 1}
    elsewhere = sighting(Outcome.DIFFERS, Seen("choices", 1), actual="absent")
    varying = sighting(Outcome.DIFFERS, Seen("message", "no model x"), actual="no model x")
    both = [told, sighting(Outcome.DIFFERS, Seen("choices", 0), actual="0")]
    for seen in ([elsewhere], [varying], both, [sighting(Outcome.DIFFERS)], [told, sighting(Outcome.REFUSED)]):
        found = claim_for("chat.n", seen)
        assert found is not None
        assert found.stance is Stance.PARTIAL


def test_the_evidence_stands_above_the_claim_in_the_order_of_the_vocabulary():
    seen = [
        sighting(Outcome.WORKS, case="models.list.target-raw", feature="models.list"),
        sighting(Outcome.ACCEPTED, case="chat.user.taken-raw", feature="chat.user"),
        replace(
            one := sighting(Outcome.DIFFERS, where="$.choices", expected="2", actual="1"),
            verdict=replace(one.verdict, reason="3 of 5 exchanges", exchanges=("0123456789abcdef",)),
        ),
    ]
    text = draft(HEADER, seen).text
    order = [name for name in all_features() if name in ("models.list", "chat.user", "chat.n")]
    places = [text.index(f"  {name}: {{") for name in order]
    assert places == sorted(places)
    line = "# differs (MUST): chat.n.choices-raw (3 of 5 exchanges) · says something at $.choices · expected 2, got 1 · exchange"
    assert line in " ".join(text.replace("  #   ", "").splitlines())
    assert "# accepted, no effect can be seen from outside: chat.user.taken-raw" in text
    assert draft(HEADER, seen[::-1]).text == text


def test_a_stance_of_what_is_not_there_is_explained_where_some_of_it_works():
    mixed = draft(HEADER, [sighting(Outcome.WORKS), sighting(Outcome.IGNORED)]).text
    assert "# 1 of these 2 cases work; ignored is the plainest that breaks with none of them." in mixed
    assert all("of these" not in draft(HEADER, [sighting(one)]).text for one in CLEAR)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_a_server_says_breaks_out_of_a_comment(model, actual):
    hostile = [model + "\nclaims: {}", actual + "\r\x85\u2028\u2029\x00\ud800  chat: {}"]
    target = replace(HEADER.target, model=hostile[0], server=hostile[1], id=hostile[0], base_url="http://x/" + hostile[1])
    one = sighting(Outcome.DIFFERS, Seen("finish_reason", hostile[1]), actual=hostile[1], where=hostile[0])
    one = replace(one, verdict=replace(one.verdict, reason=hostile[0], exchanges=(hostile[1],)))
    text = draft(replace(HEADER, target=target, suite=hostile[0]), [one]).text
    matrix = parse_matrix(text, "x")
    assert {name: claim.stance for name, claim in matrix.claims.items()} == {"chat.n": Stance.PARTIAL}
    assert text.encode("utf-8").decode("utf-8").splitlines() == text.split("\n")[:-1]


def test_a_draft_from_the_right_server_supports_everything_and_holds():
    run = run_of()
    made = draft(HEADER, sightings(run))
    assert made.unclear == ()
    assert {claim.stance for claim in parse_matrix(made.text, "x").claims.values()} == {Stance.SUPPORTED}
    assert set(held(made, run_of()).values()) == {Standing.KEPT}


@pytest.mark.parametrize("faults", FAULTS, ids=lambda faults: faults[0])
def test_a_draft_from_a_wrong_server_holds_against_it(faults):
    made = draft(HEADER, sightings(run_of(*faults)))
    found = held(made, run_of(*faults))
    assert [case for case, standing in found.items() if standing is Standing.BROKEN] == []
    assert len({claim.stance for claim in parse_matrix(made.text, "x").claims.values()}) > 1


def test_a_draft_from_a_real_engine_holds_against_it():
    plan = prepare(Options(replay=str(CASSETTE)))
    with opened(plan, CASSETTE) as run:
        run.start(plan.cases)
        made = draft(HEADER, sightings(run))
        found = held(made, run)
    assert made.claims > 50
    assert [case for case, standing in found.items() if standing is Standing.BROKEN] == []
    assert {"kept", "unknown"} <= {standing.value for standing in found.values()}


def test_the_command_drafts_what_the_other_commands_take(tmp_path):
    key = "sk-proj-Zq8vT2mWx4Lk9RbN"
    some = ("--only", "models", "--only", "chat.stop", "--only", "errors.unknown-model", "--only", "chat.n")
    with serving(faults=("one-choice-whatever-n",)) as url:
        more = ("--base-url", url, "--model", "reference", "--api-key", key, *some, "--report", "out")
        result = ended(command("matrix", "draft", *more, "--output", "draft.yaml", cwd=tmp_path))
        assert result.code == 0, result.err
        printed = ended(command("matrix", "draft", *more, cwd=tmp_path))
        assert (printed.code, printed.out) == (0, (tmp_path / "draft.yaml").read_text("utf-8"))
        assert ended(command("matrix", "check", "draft.yaml", cwd=tmp_path)).code == 0
        assert ended(command("run", *more, "--matrix", "draft.yaml", cwd=tmp_path)).code == 0
    assert "draft.yaml: " in result.out
    assert "cases against" in printed.err
    verdicts = read((tmp_path / "out" / "report.ndjson").read_text("utf-8")).verdicts
    assert {one.standing for one in verdicts} <= {Standing.KEPT, Standing.SURPASSED, Standing.UNKNOWN, Standing.UNCLAIMED}
    assert {one.stance for one in verdicts if one.feature == "chat.n"} == {Stance.IGNORED}
    assert key not in printed.out + printed.err
    assert {path.name for path in tmp_path.iterdir()} == {"out", "tmp", "draft.yaml"}


def test_a_key_that_a_server_says_itself_is_not_drafted():
    key = "sk-proj-Zq8vT2mWx4Lk9RbN"
    one = sighting(Outcome.DIFFERS, case="chat.usage.cached-raw", feature="chat.usage.cached", actual=key)
    target = replace(HEADER.target, model=f"model of {key}", server=key)
    report = Report(replace(HEADER, target=target), (one.verdict,), Footer(True))
    result = Result(Outcome.DIFFERS, seen=(Seen("prompt_tokens", key),))
    suite = SimpleNamespace(
        run=SimpleNamespace(result=lambda _: result),
        published=SimpleNamespace(report=report),
        broken=[],
        plan=SimpleNamespace(options=Options(api_key=key), cases=[SimpleNamespace(id="chat.usage.cached-raw")]),
    )
    found = Observed()
    found.pytest_unconfigure(SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda _: suite)))
    assert found.draft is not None
    assert "model of [redacted]" in found.draft.text
    assert "expects" not in found.draft.text
    lost = replace(report, footer=Footer(False))
    suite.published = SimpleNamespace(report=lost)
    unfinished = Observed()
    unfinished.pytest_unconfigure(SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda _: suite)))
    assert unfinished.draft is None


def test_no_server_no_draft(tmp_path):
    result = ended(command("matrix", "draft", "--base-url", "http://127.0.0.1:9/v1", cwd=tmp_path))
    assert (result.code, result.out) == (4, "")
    assert "nothing answers" in result.err
    wrong = ended(command("matrix", "draft", "--output", "no/where.yaml", cwd=tmp_path))
    assert (wrong.code, wrong.err.count("\n")) == (4, 1)
