"""No rule raises anything but Ended, whatever a server answers and whatever a recorder wrote down as the request."""

from __future__ import annotations

import json
from typing import Any

from canned.making import ASKED, COMPLETION, COUNTED, ERROR, GOOD, OPENING, TOOL, answer, changed, chunk, lines
from canned.plain import CALLED, DAY, RIVALS, TOKEN
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rules_canned import RULES, findings
from test_rules_mutations import breaks

from conformance.messages import Exchange, Failure, Piece, Request

FULL = changed(
    COMPLETION,
    *CALLED,
    ("choices.0.logprobs", {"content": [TOKEN | {"top_logprobs": RIVALS}, DAY]}),
    ("usage.prompt_tokens_details", {"cached_tokens": 1}),
)
CHUNKS = (*GOOD, OPENING, chunk({}, "tool_calls"), COUNTED)
REQUEST = ASKED | {
    "tools": [TOOL],
    "stop": ["x"],
    "n": 1,
    "max_tokens": 9,
    "logprobs": True,
    "top_logprobs": 2,
    "stream_options": {"include_usage": True},
}

SCALARS = st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5
)
PATHS = st.sampled_from(["/chat/completions", "/models", "/models/m", "/embeddings", "/responses", "/elsewhere"])
HEADERS = st.lists(st.tuples(st.sampled_from(["Content-Type", "date", "x"]), st.text(max_size=20)), max_size=3)
FAILURES = st.none() | st.builds(Failure, st.sampled_from(["reset", "limit", "timeout"]), st.text(max_size=5))
SOURCES = st.dictionaries(st.sampled_from(["fidelity", "headers_complete", "headers_masked", "sanitised"]), VALUES, max_size=3)


def judge(exchange: Exchange) -> None:
    for rule in RULES.values():
        findings(rule, exchange)


@st.composite
def edited(draw: st.DrawFn, value: Any) -> Any:
    """A value with some members replaced by anything."""
    places = sorted({place for place, _, _ in breaks(value)}, key=len, reverse=True)
    chosen = draw(st.lists(st.sampled_from(places), max_size=3, unique=True))
    for place in chosen:
        try:
            value = changed(value, (place, draw(VALUES)))
        except (KeyError, IndexError, TypeError):
            continue  # an edit before took the place away
    return value


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=200),
    status=st.integers(99, 999),
    headers=HEADERS,
    path=PATHS,
    sent=VALUES,
    failure=FAILURES,
    source=SOURCES,
)
def test_rules_take_any_bytes(body, status, headers, path, sent, failure, source) -> None:
    request = Request("GET" if "models" in path else "POST", path, sent)
    judge(Exchange(request, status, tuple(headers), (Piece(0.1, body),), failure, source=source))


@settings(max_examples=250, deadline=None)
@given(body=edited(FULL), sent=edited(REQUEST))
def test_rules_take_any_completion(body, sent) -> None:
    judge(answer(body, asked=sent))


@settings(max_examples=250, deadline=None)
@given(chunks=st.tuples(*map(edited, CHUNKS)), sent=edited(REQUEST | {"stream": True}), moment=st.floats(0, 9))
def test_rules_take_any_stream(chunks, sent, moment) -> None:
    sent = sent | {"stream": True}
    judge(answer(lines(*chunks), "text/event-stream", asked=sent))
    judge(Exchange(Request("POST", "/chat/completions", sent), 200, (), (Piece(0.1, lines(*chunks)), Piece(moment, b""))))


@settings(max_examples=80, deadline=None)
@given(body=edited(ERROR), models=VALUES, status=st.sampled_from([200, 400, 404, 503]))
def test_rules_take_any_error_and_any_list(body, models, status) -> None:
    judge(answer(body, status=status))
    judge(answer({"object": "list", "data": models}, asked=None, path="/models"))
    judge(answer(models, asked=None, path="/models/m"))


def test_rules_take_deep_and_huge_bodies() -> None:
    for depth in (300, 900, 1500, 100_000):
        deep = (
            b'{"id": '
            + b"[" * depth
            + b"]" * depth
            + b', "choices": [{"message": {"content": '
            + b'{"a":' * depth
            + b"1"
            + b"}" * depth
            + b"}}]}"
        )
        judge(answer(deep))
        judge(answer(b"data: " + deep + b"\n\ndata: [DONE]\n\n", "text/event-stream", asked=REQUEST | {"stream": True}))
    judge(answer(b'{"created": ' + b"9" * 5000 + b"}"))
    judge(answer(json.dumps(COMPLETION).replace("11", "9" * 4000).encode()))
