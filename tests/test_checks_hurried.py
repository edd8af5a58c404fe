"""Servers that ask for fewer requests at a time, or are slow, are not blamed for it by checks of errors, keys, pages and load."""

from dataclasses import replace

import pytest
from against import SILENT, TARGET, ran, raw_cases, sending
from surroundings import completion, except_for, ids_of, outcome_of, refusing_all, reply, result_of

from conformance.checks.errors_context import LONG
from conformance.checks.load_parallel import PROMPTS
from conformance.checks.load_throng import MOST
from conformance.messages import Exchange, Failure, Piece, Reading
from conformance.model import Outcome

ASKING = [case for case in raw_cases(rules=False) if case.check.area in ("errors", "http", "auth", "load")]
FAIR = (*SILENT, Outcome.UNCLEAR)


def limited(every, first):
    """A right server that answers 429 to every so-many-th request, whatever it asks."""
    inner, asked = sending(api_key="sk-reference"), [first]

    def send(request):
        asked[0] += 1
        return refusing_all(429)(request) if asked[0] % every == 0 else inner(request)

    return send


@pytest.mark.parametrize("case", [case for case in ASKING if case.check.feature != "auth.any-key"], ids=repr)
def test_a_limit_of_the_rate_is_no_finding(case):
    found = {(every, first): ran(case, limited(every, first)).result for every in (2, 3, 5) for first in range(every)}
    assert {place: one.findings for place, one in found.items() if one.outcome not in FAIR} == {}


@pytest.mark.parametrize("id", ["errors.sdk.stream", "errors.sdk.key", "errors.sdk.mistake"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_limit_of_the_rate_is_no_exception_to_judge(id, first):
    inner = limited(2, first)

    def send(request):
        exchange = inner(request)
        error = {200: "", 429: "RateLimitError"}.get(exchange.status, "BadRequestError")
        details = {"message": "no", "type": "t"}
        return replace(exchange, readings=(Reading("sdk", None, "", error, "no", details),))

    assert outcome_of(id, send, TARGET) in FAIR


@pytest.mark.parametrize("id", ids_of("errors_context"))
@pytest.mark.parametrize(
    ("status", "after", "outcome"),
    [
        (504, None, Outcome.UNCLEAR),
        (524, None, Outcome.UNCLEAR),
        (503, 503, Outcome.UNCLEAR),
        (502, None, Outcome.UNCLEAR),
        (502, 502, Outcome.FAILS),
    ],
)
def test_a_proxy_that_gives_up_on_a_prompt_without_end_is_not_blamed(id, status, after, outcome):
    inner, only = sending(), id == "errors.context.stream"

    def send(request):
        long = isinstance(request.json, dict) and LONG in str(request.json.get("messages"))
        if long and (request.json.get("stream") or not only):
            return reply(request, status, body=b"<html>")
        return refusing_all(after)(request) if after and request.take else inner(request)

    assert outcome_of(id, send) is outcome


def late(request, seconds=60.0):
    return Exchange(request, failure=Failure("timeout", "no"), seconds=seconds)


@pytest.mark.parametrize("id", ["load.parallel.answered", "load.parallel.errors", "load.stream.answered"])
@pytest.mark.parametrize(("usual", "outcome"), [(11.0, Outcome.UNCLEAR), (0.5, Outcome.FAILS)])
def test_a_server_that_is_slow_alone_is_no_server_that_hangs_under_load(id, usual, outcome):
    inner, crowd = sending(), 2 if id == "load.parallel.errors" else 1

    def send(request):
        if request.take == crowd and "messages" in request.json:
            return late(request)
        return replace(inner(request), seconds=usual)

    assert outcome_of(id, send) is outcome


def test_a_choice_of_129_answers_may_take_longer_than_the_suite_waits():
    many = except_for(lambda request: request.json.get("n") == 129, late, sending())
    assert outcome_of("errors.range.n.bounds", many) is Outcome.UNCLEAR
    assert outcome_of("errors.status.answered", many) is Outcome.WORKS


def test_a_prompt_that_is_remembered_may_be_counted_otherwise():
    seen = set()

    def send(request):
        place = next(place for place, prompt in enumerate(PROMPTS) if request.json["messages"][0]["content"] == prompt)
        again = place in seen
        seen.add(place)
        return reply(request, 200, completion("Hello.", prompt=10 if again else 10 + place))

    assert outcome_of("load.parallel.usage", send) in FAIR


def brief(request, text, finish="stop"):
    body = b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}, "finish_reason": "%s"}]}\n\ndata: [DONE]\n\n'
    return Exchange(request, 200, (("content-type", "text/event-stream"),), (Piece(0.1, body % (text, finish.encode())),))


@pytest.mark.parametrize(
    ("texts", "outcome"), [((b"Sea", b"Sea breeze", b"Seas"), Outcome.WORKS), ((b"Sea", b"Sea breeze"), Outcome.DIFFERS)]
)
def test_a_text_that_ends_elsewhere_every_time_is_no_text_that_was_cut(texts, outcome):
    said = {}

    def send(request):
        return said.setdefault(request.key, brief(request, texts[min(len(said), len(texts) - 1)]))

    assert outcome_of("load.slow-reader.whole", send) is outcome


@pytest.mark.parametrize(("after", "answered"), [(None, Outcome.WORKS), ("connect", Outcome.FAILS)])
def test_connections_that_are_cut_are_told_and_the_end_of_the_server_is_worse(after, answered):
    inner = sending()

    def send(request):
        if request.take > MOST and after:
            return Exchange(request, failure=Failure(after, "no"))
        cut = 0 < request.take <= MOST and request.take % 4 == 0
        return Exchange(request, failure=Failure("reset", "no")) if cut else inner(request)

    assert outcome_of("load.burst.answered", send) is answered
    result = result_of("load.burst.kept", send)
    assert (result.outcome, len(result.findings)) == (Outcome.FAILS, 1)
    assert result.findings[0].actual.startswith("16 of 64 connections")


def holding(seconds, work):
    """A server on which the answer behind clients that left is late, after streams of these lengths."""
    inner, left = sending(), []

    def send(request):
        if request.setup.manner in ("abort", "gone"):
            left.append(request.json["max_tokens"])
            return inner(request)
        waits = left and left[-1] in work
        return replace(inner(request), seconds=seconds if waits else 0.1)

    return send


@pytest.mark.parametrize("id", ["load.abort.frees", "load.abort.plain"])
@pytest.mark.parametrize(("work", "outcome"), [((256,), Outcome.DIFFERS), ((256, 1), Outcome.UNCLEAR), ((), Outcome.WORKS)])
def test_only_the_work_for_clients_that_left_is_held_against_a_server(id, work, outcome):
    assert outcome_of(id, holding(30.0, work)) is outcome


@pytest.mark.parametrize(("tries", "outcome"), [(2, Outcome.WORKS), (9, Outcome.FAILS)])
def test_a_server_has_seconds_to_notice_that_clients_have_left(tries, outcome):
    inner, busy = sending(), [0]

    def send(request):
        if request.setup.manner == "abort":
            busy[0] = tries
        elif busy[0]:
            busy[0] -= 1
            return refusing_all(503)(request)
        return inner(request)

    assert outcome_of("load.abort.answers", send) is outcome


def marks(alone, crowd):
    """A server that says this under a schema."""

    def send(request):
        mark = request.json["response_format"]["json_schema"]["schema"]["properties"]["mark"]["enum"][0]
        said = crowd if request.take == 1 else alone
        return reply(request, 200, completion(said.replace("MARK", mark)))

    return send


@pytest.mark.parametrize(
    ("alone", "crowd", "outcome"),
    [
        ("MARK", "MARK", Outcome.WORKS),
        ("MARK", "amber", Outcome.DIFFERS),
        ("MARK", "sorry", Outcome.DIFFERS),
        ("sorry", "amber", Outcome.UNCLEAR),
        ("amber", "sorry", Outcome.DIFFERS),
    ],
)
def test_a_schema_that_a_server_keeps_now_and_then_is_not_load(alone, crowd, outcome):
    assert outcome_of("load.parallel.marked", marks(alone, crowd)) is outcome


@pytest.mark.parametrize(("status", "outcome"), [(505, Outcome.REFUSED), (426, Outcome.REFUSED), (500, Outcome.FAILS)])
def test_a_version_of_http_may_be_refused(status, outcome):
    assert outcome_of("http.older.answered", except_for(older, refusing_all(status), sending())) is outcome


def older(request):
    return request.setup.manner == "http/1.0"


@pytest.mark.parametrize(("status", "outcome"), [(411, Outcome.UNCLEAR), (400, Outcome.REFUSED), (500, Outcome.FAILS)])
def test_the_length_of_a_body_may_be_asked_for(status, outcome):
    chunked = except_for(lambda request: request.setup.manner == "chunked", refusing_all(status), sending())
    assert outcome_of("http.chunked.accepted", chunked) is outcome


def compressing(*late):
    """A server whose compressed streams are late as told, one after the other; others take a second."""
    inner, lateness = sending(), list(late)

    def send(request):
        exchange = inner(replace(request, setup=replace(request.setup, manner="")))
        squeezed = request.setup.manner == "compressed"
        pace = 0.0 if squeezed and lateness.pop(0) else 1 / len(exchange.pieces)
        pieces = tuple(Piece(place * pace, piece.data) for place, piece in enumerate(exchange.pieces))
        coding = (("content-encoding", "gzip"),) if squeezed else ()
        return replace(exchange, request=request, headers=(*exchange.headers, *coding), pieces=pieces)

    return send


@pytest.mark.parametrize(
    ("late", "outcome"), [((True, True), Outcome.DIFFERS), ((True, False), Outcome.WORKS), ((False,), Outcome.WORKS)]
)
def test_a_compressed_stream_may_be_late_once(late, outcome):
    known, inner = {}, compressing(*late)

    def send(request):
        return known.get(request.key) or known.setdefault(request.key, inner(request))

    assert outcome_of("http.compression.stream", send) is outcome
