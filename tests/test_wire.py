"""The strict readers of JSON and of server-sent events: what they take, what they object to, and that they never raise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from conformance.wire import DEEPEST, NOT_JSON, Event, read_events, read_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
LINES = st.sampled_from(
    [b"data: a", b"data:b", b"data", b"data:", b": x", b"event: e", b"id: 1", b"retry: 3", b"odd", b"", b"\xff", b"\xef\xbb\xbf"]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_both_readers_take_any_bytes(data: bytes) -> None:
    assert isinstance(read_json(data).problems, tuple)
    assert all(0 <= event.offset <= len(data) for event in read_events(data).events)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(LINES, ENDS), max_size=25))
def test_events_take_any_lines(lines: list[tuple[bytes, bytes]]) -> None:
    events = read_events(b"".join(line + end for line, end in lines))
    assert all(offset <= sum(len(line) + len(end) for line, end in lines) for offset in events.hollow)


@given(VALUES)
def test_json_reads_what_was_written(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == read_json(json.dumps(value, ensure_ascii=False).encode("utf-8"))
    assert read_json(json.dumps(value).encode()).value == value
    assert read_json(json.dumps(value).encode()).problems == ()


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=12), max_size=6), ENDS, st.booleans())
def test_events_read_what_was_written(texts: list[str], end: bytes, space: bool) -> None:
    before = b"data: " if space else b"data:"
    body = b"".join(before + text.encode() + end + end for text in texts)
    stripped = [text if space else text.removeprefix(" ") for text in texts]
    assert [event.data for event in read_events(body).events] == stripped
    assert read_events(body).problems == ()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'\xef\xbb\xbf{"a": 1}', "starts with a byte order mark"),
        (b'{"a": "\xff"}', "is not UTF-8 at byte 7"),
        (b'{"a": 1, "a": 2}', "has duplicate keys: a"),
        (b'{"a": {"b": 1, "b": 1}}', "has duplicate keys: b"),
        (b'{"a": NaN}', "contains NaN, which is not JSON"),
        (b"[Infinity]", "contains Infinity, which is not JSON"),
        (b"[-Infinity]", "contains -Infinity, which is not JSON"),
    ],
)
def test_json_that_lenient_readers_take(data: bytes, problem: str) -> None:
    parsed = read_json(data)
    assert parsed.ok
    assert parsed.problems == (problem,)


@pytest.mark.parametrize(
    "data", [b"", b"  ", b"{", b'{"a": 1} x', b'{"a": 1}{"a": 1}', b"{'a': 1}", b"[1,]", b"[" * 100_000, b"data: {}", b"nul"]
)
def test_json_that_nobody_takes(data: bytes) -> None:
    parsed = read_json(data)
    assert parsed.value is NOT_JSON
    assert not parsed.ok
    assert len(parsed.problems) == 1


@pytest.mark.parametrize("data", [b"1", b'"a"', b"null", b" [ ] \n", b'{"a": "\\ud83d"}', b'{"a": 1e400}', b"9" * 4000])
def test_json_that_is_odd_but_right(data: bytes) -> None:
    assert read_json(data).ok
    assert read_json(data).problems == ()


def test_an_integer_of_any_length_is_read() -> None:
    assert read_json(b"9" * 5000).ok


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\r\n\r\n", ["a"]),
        (b"data: a\r\r", ["a"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data:  a\n\n", [" a"]),
        (b"data\n\n", [""]),
        (b": hello\n\ndata: a\n\n", ["a"]),
        (b"data: a\n: x9Kq\n\n", ["a"]),
        (b"id: 1\nretry: 3\ndata: a\n\n", ["a"]),
        (b"event: x\n\ndata: a\n\n", ["a"]),
        (b"\n\n\ndata: a\n\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a", []),
        (b"data: a\n", []),
        (b"", []),
    ],
)
def test_events_by_the_standard(body: bytes, data: list[str]) -> None:
    assert [event.data for event in read_events(body).events] == data


def test_events_have_names_and_offsets() -> None:
    events = read_events(b"event: x\ndata: a\n\ndata: b\n\n").events
    assert events == (Event("a", "x", 0), Event("b", "", 18))


def test_an_unfinished_event_is_the_tail() -> None:
    assert read_events(b"data: a\n\ndata: b").tail == "data: b"
    assert read_events(b"data: a\n\ndata: b\n").tail == "data: b\n"
    assert read_events(b"data: a\n\n").tail == ""
    assert read_events(b"data: a\n\n: bye").tail == ""


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"\xef\xbb\xbfdata: a\n\n", "starts with a byte order mark"),
        (b"data: \xff\n\n", "is not UTF-8 at byte 6"),
    ],
)
def test_what_is_odd_about_events(body: bytes, problem: str) -> None:
    assert read_events(body).problems == (problem,)


@pytest.mark.parametrize("line", ['{"a": 1}', "error: x", "DATA: a", " data: a", "keep-alive"])
def test_lines_that_are_no_field_are_strays(line: str) -> None:
    events = read_events(f"data: a\n\n{line}\n\ndata: b\n\n".encode())
    assert events.strays == ((9, line),)
    assert [event.data for event in events.events] == ["a", "b"]
    assert events.problems == events.hollow == ()


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        (b"retry: 3000\n\ndata: a\n\n", 1),
        (b"retry: soon\n\ndata: a\n\n", 0),
        (b"event: ping\n\ndata: a\n\n", 1),
        (b"event:\n\ndata: a\n\n", 0),
        (b"id: 1\ndata: a\n\n\n", 1),
        (b"id: 1\ndata: a\n\n: alive\n\n", 1),
        (b"id: 1\ndata: a\n\nid:\n\n\n", 0),
        (b"data: a\n\n\n\n: alive\n\n", 0),
    ],
)
def test_blocks_without_data_that_the_official_client_trips_over(body: bytes, blocks: int) -> None:
    assert len(read_events(body).hollow) == blocks
    assert _client_raises(body) == bool(blocks)


def _client_raises(body: bytes) -> bool:
    """Whether the official client dispatches an event of empty data."""
    return any(event.data == "" for event in SSEDecoder().iter_bytes(iter([body])))


def test_what_is_nested_too_deeply_for_those_who_copy_and_spell_it_is_no_json():
    for depth, ok in ((DEEPEST, True), (DEEPEST + 1, False), (960, False), (100_000, False)):
        assert read_json(b"[" * depth + b"]" * depth).ok is ok
        assert read_json(b'{"a":' * depth + b"1" + b"}" * depth).ok is ok
    assert read_json(b"[" + b"[]," * 500 + b"{}]").ok
