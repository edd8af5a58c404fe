"""The law is total, the worst outcome wins, and what a document tells is compared with what was seen."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.judge import judge, outcome_of, run_check, run_rule
from conformance.law import LAW, claim_for, claim_on, names_of, standing_of, untold
from conformance.messages import Exchange, Piece, Request, Setup
from conformance.model import (
    Case,
    Check,
    Claim,
    Ended,
    Finding,
    Level,
    Matrix,
    Outcome,
    Result,
    Seen,
    Stance,
    Standing,
    Target,
    Unclear,
)

TARGET = Target("http://127.0.0.1:1/v1", "m")


def check(run, **more):
    return Check("chat.x", "does x", Level.MUST, "chat.stop", "https://example.org", run, **more)


def answering(status=200, body=b"{}"):
    return lambda request: Exchange(request, status, (), (Piece(0.0, body),))


def test_law_is_total():
    assert set(LAW) == set(Stance)
    for stance, row in LAW.items():
        assert set(row) == set(Outcome), stance
        assert row[Outcome.FAILS] is Standing.FAULT
        assert row[Outcome.UNCLEAR] is Standing.UNKNOWN


def test_the_law_is_the_table_that_readers_are_given():
    page = (Path(__file__).parent.parent / "docs" / "reading-a-report.md").read_text("utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in page.splitlines() if row.count("|") == 9]
    (_, *outcomes), _, *stances = rows
    told = {
        (Stance("undocumented" if stance == "nothing" else stance), Outcome(outcome)): Standing(cell.split()[-1])
        for stance, *cells in stances
        for outcome, cell in zip(outcomes, cells, strict=True)
    }
    assert told == {(stance, outcome): standing for stance, row in LAW.items() for outcome, standing in row.items()}


def test_the_worst_outcome_wins():
    order = [Outcome.FAILS, Outcome.DIFFERS, Outcome.REFUSED, Outcome.IGNORED, Outcome.UNCLEAR, Outcome.ACCEPTED, Outcome.WORKS]
    assert list(Outcome) == order
    findings = [
        Finding("a", outcome=Outcome.IGNORED),
        Finding("b", outcome=Outcome.REFUSED),
        Finding("c", outcome=Outcome.UNCLEAR),
    ]
    assert outcome_of(check(None), findings) is Outcome.REFUSED


def test_a_clean_run_works_or_is_accepted():
    assert outcome_of(check(None), []) is Outcome.WORKS
    assert outcome_of(check(None, accepts=True), []) is Outcome.ACCEPTED


def test_a_deviation_is_kept_exactly_if_it_is_as_told():
    claim = Claim("chat.finish_reason", Stance.DEVIATES, expects={"finish_reason": "stop"})
    differs = Finding("ends with stop")
    told = Result(Outcome.DIFFERS, (differs,), (Seen("finish_reason", "stop"),))
    other = Result(Outcome.DIFFERS, (differs,), (Seen("finish_reason", None),))
    unseen = Result(Outcome.DIFFERS, (differs,))
    right = Result(Outcome.WORKS, (), (Seen("finish_reason", "length"),))
    standings = [standing_of(claim, result) for result in (told, other, unseen, right)]
    assert standings == [Standing.KEPT, Standing.BROKEN, Standing.UNCLAIMED, Standing.SURPASSED]


def test_a_promise_beside_a_kept_claim_can_break_it():
    claim = Claim("errors.unknown-model", Stance.SUPPORTED, expects={"type": "invalid_request_error"})
    kept = Result(Outcome.WORKS, (), (Seen("type", "invalid_request_error"),))
    broken = Result(Outcome.WORKS, (), (Seen("type", "api_error"),))
    assert standing_of(claim, kept) is Standing.KEPT
    assert standing_of(claim, broken) is Standing.BROKEN
    assert "api_error" in untold(claim, broken)
    assert "api_error" in judge(Case(check(None), "raw"), broken, claim, "x@1").reason


def test_expectations_are_values_or_schemas():
    claim = Claim("f", Stance.DEVIATES, expects={"n": {"maximum": 0}, "b": 1})
    assert standing_of(claim, Result(Outcome.DIFFERS, (), (Seen("n", 0), Seen("b", 1)))) is Standing.KEPT
    assert standing_of(claim, Result(Outcome.DIFFERS, (), (Seen("n", 0), Seen("b", True)))) is Standing.BROKEN
    assert standing_of(claim, Result(Outcome.DIFFERS, (), (Seen("n", 3),))) is Standing.BROKEN


def test_a_check_ends_by_raising_and_keeps_what_it_found():
    def run(target, send):
        send(Request("GET", "/models"))
        yield Finding("odd", outcome=Outcome.IGNORED)
        raise Ended(Finding("gone", outcome=Outcome.REFUSED))

    result = run_check(Case(check(run), "sdk"), TARGET, answering())
    assert result.outcome is Outcome.REFUSED
    assert [one.message for one in result.findings] == ["gone", "odd"]
    assert result.exchanges == (Request("GET", "/models", setup=Setup(client="sdk")).key,)


def test_unclear_tells_its_reason():
    def run(target, send):
        raise Unclear("the model would not")
        yield

    result = run_check(Case(check(run), "raw"), TARGET, answering())
    assert (result.outcome, result.reason) == (Outcome.UNCLEAR, "the model would not")


def test_whatever_else_a_check_raises_is_the_suites_own_error():
    def run(target, send):
        raise KeyError("bug")
        yield

    with pytest.raises(KeyError):
        run_check(Case(check(run), "raw"), TARGET, answering())


def exchange(path="/models", client="raw", body=b"{}", status=200):
    return Exchange(Request("GET", path, setup=Setup(client=client)), status, (), (Piece(0.0, body),))


def test_a_rule_judges_every_exchange_of_its_client_and_names_those_that_break_it():
    def run(one):
        if one.body == b"x":
            yield Finding("is x")

    case = Case(check(run, on="models", seed=lambda target: Request("GET", "/models")), "raw")
    good, bad = exchange(), exchange("/v1/models", body=b"x")
    result = run_rule(
        case, [good, bad, exchange("/chat", body=b"x"), exchange(client="sdk", body=b"x"), exchange(status=500, body=b"x")]
    )
    assert (result.outcome, result.reason, result.exchanges) == (Outcome.DIFFERS, "1 of 2 exchanges", (bad.request.key,))


def test_a_rule_without_an_exchange_is_unclear():
    case = Case(check(lambda one: iter(()), on="models", seed=lambda target: Request("GET", "/models")), "raw")
    assert run_rule(case, [exchange("/nothing")]).outcome is Outcome.UNCLEAR


def test_without_a_document_the_core_counts_as_supported():
    matrix = Matrix("x@1", "x", "1", "", "", {"chat.n": Claim("chat.n", Stance.IGNORED)})
    assert claim_on("chat.n", None, {"chat.n"}).stance is Stance.SUPPORTED
    assert claim_on("chat.vision", None, {"chat.n"}).stance is Stance.UNDOCUMENTED
    assert claim_on("chat.n", matrix, {"chat.n"}).stance is Stance.IGNORED
    assert claim_on("chat.stop", matrix, {"chat.stop"}).stance is Stance.UNDOCUMENTED


def test_the_exchange_that_shows_the_worst_finding_comes_first():
    def run(target, send):
        for name in ("/a", "/b", "/c"):
            send(Request("GET", name))
            if name == "/b":
                yield Finding("refuses", outcome=Outcome.REFUSED)
        yield Finding("is odd", outcome=Outcome.IGNORED)

    def send(request):
        return Exchange(request, 404 if request.path == "/b" else 200)

    keys = {name: Request("GET", name).key for name in ("/a", "/b", "/c")}
    assert run_check(Case(check(run), "raw"), TARGET, send).exchanges == (keys["/b"], keys["/a"], keys["/c"])


STATUS = {"/bad": 400, "/down": 500, "/also-down": 502, "/good": 200}


@pytest.mark.parametrize(
    ("outcome", "actual", "shown"),
    [
        (Outcome.FAILS, "", "/down"),
        (Outcome.FAILS, "502 bad gateway, for another value", "/also-down"),
        (Outcome.FAILS, "500 out of memory", "/down"),
        (Outcome.REFUSED, "400 no", "/bad"),
        (Outcome.DIFFERS, "400 no", "/good"),
    ],
)
def test_the_exchange_that_is_shown_first_went_wrong_as_the_finding_tells(outcome, actual, shown):
    bodies = {"/bad": b'{"error": {"message": "no"}}', "/down": b"out of memory", "/also-down": b"bad gateway"}

    def run(target, send):
        for path in STATUS:
            send(Request("GET", path))
        yield Finding("odd", actual=actual, outcome=outcome)

    def send(request):
        return Exchange(request, STATUS[request.path], (), (Piece(0.0, bodies.get(request.path, b"")),))

    first, *others = run_check(Case(check(run), "raw"), TARGET, send).exchanges
    assert first == Request("GET", shown).key
    assert len(others) == 3


def test_a_check_is_weighed_against_the_claim_on_the_narrowest_feature():
    asked = replace(check(None), id="chat.tools.stream.once", feature="chat.tools")
    assert list(names_of(asked)) == ["chat.tools.stream.once", "chat.tools.stream", "chat.tools"]
    wide, narrow = Claim("chat.tools", Stance.SUPPORTED), Claim("chat.tools.stream", Stance.UNSUPPORTED)
    both = Matrix("x@1", "x", "1", "", "", {"chat.tools": wide, "chat.tools.stream": narrow})
    assert claim_for(asked, both, ()) is narrow
    assert claim_for(replace(asked, id="chat.tools.required"), both, ()) is wide
    assert claim_for(asked, replace(both, claims={"chat.tools": wide}), ()) is wide
    assert claim_for(asked, None, {"chat.tools", "chat.tools.stream"}) == Claim("chat.tools", Stance.SUPPORTED)


def test_a_feature_that_is_not_below_that_of_the_check_has_no_say():
    asked = replace(check(None), id="errors.unknown-model.stream", feature="errors.stream")
    matrix = Matrix("x@1", "x", "1", "", "", {"errors.unknown-model": Claim("errors.unknown-model", Stance.REJECTED)})
    assert claim_for(asked, matrix, ()).stance is Stance.UNDOCUMENTED
