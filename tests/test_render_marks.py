"""Which bytes are marked for a finding: exactly those that its path leads to, in every form of answer, and none by guess."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_strategies import texts, unhurried

from conformance.messages import Exchange, Piece, Request
from conformance.model import Finding
from conformance.render.excerpts import HEAD, TAIL, excerpt_html
from conformance.render.marks import (
    HAYSTACK,
    MOST_SPANS,
    Mark,
    Span,
    marks_header,
    marks_status,
    spans_in_body,
    spans_in_request,
    text_of,
)

STREAM = b': hi\r\n\r\ndata: {"a": [1, 2]}\r\n\r\nevent: x\ndata:{"a": "\xc3\xa4"}\n\ndata: [DONE]\n\n'
PLAIN = b'{"id": "x", "choices": [{"text": "\xe6\xbc\xa2", "more": {"n": -1e3}}, {"text": null}], "id": "y"}'


def answer(body, status=200, headers=()):
    return Exchange(Request("POST", "/x", {}), status, headers, (Piece(0.1, body),))


def mark(where, message="is odd", actual="", *, sure=True, first=True):
    return Mark(Finding(message, where, "other", actual), 7, sure, first)


def marked(body, *args, **more):
    return [text_of(body)[one.start : one.end] for one in spans_in_body(answer(body), mark(*args, **more))]


@pytest.mark.parametrize(
    ("body", "where", "found"),
    [
        (PLAIN, "$.id", ['"x"', '"y"']),
        (PLAIN, "$.choices[0].text", ['"漢"']),
        (PLAIN, "$.choices[-1].text", ["null"]),
        (PLAIN, "$.choices[*].text", ['"漢"', "null"]),
        (PLAIN, "$.choices[0].more.n", ["-1e3"]),
        (PLAIN, "$.choices[0].more", ['{"n": -1e3}']),
        (PLAIN, "$.choices[1].more", ['{"text": null}']),
        (PLAIN, "$.nowhere.at.all", [PLAIN.decode()]),
        (PLAIN, "$", [PLAIN.decode()]),
        (PLAIN, "status", []),
        (PLAIN, "no path", []),
        (PLAIN, "$[0]", [PLAIN.decode()]),
        (STREAM, "$[0].a", ["[1, 2]"]),
        (STREAM, "$[0].a[1]", ["2"]),
        (STREAM, "$[1].a", ['"ä"']),
        (STREAM, "$[2]", ["[DONE]"]),
        (STREAM, "$[-1]", ["[DONE]"]),
        (STREAM, "$[*].a", ["[1, 2]", '"ä"']),
        (STREAM, "$[9].a", []),
        (STREAM, "$[0].b", ['{"a": [1, 2]}']),
        (b'[{"a": 1}]', "$[0].a", ["1"]),
        (b'{"a": 1, "b": ', "$.a", ["1"]),
        (b'{"a": 1, "b": ', "$.b", []),
        (b"", "$.a", []),
        (b"\xff{", "$.a", []),
        (b'{"a": ' + b"[" * 100_000, "$.a[0]", []),
        (b'{"a": "\xff"}', "$.a", ['"\udcff"']),
    ],
)
def test_a_path_leads_to_its_bytes(body, where, found):
    assert marked(body, where) == found


@pytest.mark.parametrize(
    ("body", "message", "found"),
    [
        (b'{"a": 1, "b": {"a": 2}, "a": 3}', "the body has duplicate keys: a, c", ['"a"', '"a"', '"a"']),
        (b'{"a": 1,}', "is not JSON at character 8", ["}"]),
        ("ää".encode() + b"\xff!", "is not UTF-8 at byte 4", ["\udcff"]),
        (b"Internal Server Error", "the error is no JSON object", ["Internal Server Error"]),
        (b"x" * (HAYSTACK + 1), "the error is no JSON object", []),
        (b"  ", "is empty", []),
    ],
)
def test_what_is_wrong_with_the_whole_is_marked_where_it_is_told(body, message, found):
    assert marked(body, "$", message) == found


def test_of_several_places_only_those_are_marked_that_hold_what_the_finding_tells():
    body = b'data: {"a": "x"}\n\ndata: {"a": "{"}\n\ndata: {"a": "y"}\n\n'
    assert marked(body, "$[*].a", actual="{") == ['"{"']
    assert marked(body, "$[*].a", actual="three values") == ['"x"', '"{"', '"y"']
    many = b'data: {"a": 1}\n\n' * 99 + b'data: {"a": 2}\n\n'
    assert marked(many, "$[*].a", actual="2") == ["2"]
    assert len(marked(many, "$[*].a", actual="other")) == MOST_SPANS


def test_an_answer_lacks_nothing_that_is_a_part_of_the_request():
    asked = Exchange(Request("POST", "/x", {"tools": False}), 200, (), (Piece(0.1, b'{"error": 1}'),))
    assert not list(spans_in_body(asked, mark("$.tools", actual="500 not an array")))
    assert list(spans_in_body(asked, mark("$.tools", actual="absent")))
    assert list(spans_in_body(asked, mark("$.other", actual="500 not an array")))


def test_an_object_that_lacks_something_is_marked_unless_it_is_a_haystack():
    body = b'{"usage": {"total": 1}, "long": {"x": "%s"}}' % (b"y" * HAYSTACK)
    (span,) = spans_in_body(answer(body), mark("$.usage.prompt"))
    assert span.note == "is odd (missing in here)"
    assert marked(body, "$.long.prompt") == []
    assert marked(body, "$.nowhere") == []


@pytest.mark.parametrize(
    ("actual", "found"), [("1", ["1"]), ("2", []), ("", []), ("absent", [])], ids=["agrees", "differs", "silent", "missing"]
)
def test_where_it_is_not_sure_the_bytes_have_to_agree(actual, found):
    assert marked(b'{"a": 1}', "$.a", actual=actual, sure=False) == found


def test_what_is_missing_is_marked_in_the_first_exchange_alone():
    body = b'{"usage": {"total": 1}}'
    assert marked(body, "$.usage.x", actual="absent", sure=False) == ['{"total": 1}']
    assert marked(body, "$.usage.x", actual="absent", sure=False, first=False) == []


def test_a_status_and_a_header_are_marked_where_they_are_meant():
    one = answer(b'{"id": "a"}', 500)
    assert marks_status(mark("status"), one)
    assert not marks_status(mark("$.status"), one)
    assert marks_status(mark("status", actual='500 {"id":"a"}', sure=False), one)
    assert not marks_status(mark("status", actual='500 {"id":"b"}', sure=False), one)
    assert not marks_status(mark("status", actual="500", sure=False), one)
    assert marks_header(mark("Content-Type"), "content-type", "x")
    assert marks_header(mark("Content-Type", actual="x", sure=False), "content-type", "x")
    assert not marks_header(mark("Content-Type", actual="y", sure=False), "content-type", "x")


def test_a_path_into_the_request_is_marked_there():
    text = json.dumps({"messages": [{"role": "user"}], "stop": ["a"]}, indent=2)
    assert [text[one.start : one.end] for one in spans_in_request(text, mark("$.messages[0].role"))] == ['"user"']
    assert list(spans_in_request(text, mark("$.stop", sure=False))) == []


@unhurried
@given(st.recursive(texts | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.just("a"), inner)))
def test_every_place_of_a_value_is_found(value):
    body = json.dumps({"v": value}).encode()

    def ensure(path, part):
        assert [json.loads(one) for one in marked(body, path)] == [part]
        for index, one in enumerate(part if isinstance(part, list) else []):
            ensure(f"{path}[{index}]", one)
        if isinstance(part, dict) and part:
            ensure(f"{path}.a", part["a"])

    ensure("$.v", value)


@unhurried
@given(st.binary(max_size=80), texts)
def test_whatever_comes_nothing_breaks(body, where):
    for one in spans_in_body(answer(body), mark(where)):
        assert 0 <= one.start <= one.end <= len(text_of(body))


def test_an_excerpt_keeps_what_is_marked_and_counts_the_rest():
    text = "a" * HEAD + "b" * 5000 + "<&>" + "c" * 5000 + "d" * TAIL
    shown = excerpt_html(text, [Span(HEAD + 5000, HEAD + 5003, 3, 'so "odd"')])
    assert '<mark data-of="3" title="so &quot;odd&quot;">&lt;&amp;&gt;</mark>' in shown
    assert shown.startswith("a" * HEAD)
    assert shown.endswith("d" * TAIL)
    assert shown.count("characters left out") == 2


def test_marks_may_overlap_and_touch():
    spans = [Span(0, 4, 1, "one"), Span(2, 6, 2, "two"), Span(6, 8, 1, "one")]
    assert excerpt_html("abcdefgh", spans) == (
        '<mark data-of="1" title="one">ab</mark><mark data-of="1 2" title="one; two">cd</mark>'
        '<mark data-of="2" title="two">ef</mark><mark data-of="1" title="one">gh</mark>'
    )


@unhurried
@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4))
def test_marks_lose_no_character(text, places):
    spans = [Span(*sorted(place), 1, "n") for place in places]
    bare = excerpt_html(text, [])
    with_marks = excerpt_html(text, spans)
    assert with_marks.replace('<mark data-of="1" title="n">', "").replace("</mark>", "") == bare
