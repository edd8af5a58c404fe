"""Exchanges go into a line and come back the same; files of others, of killed writers and of nobody are read or refused."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.messages import Exchange, Failure, Piece, Reading, Request, Setup
from conformance.model import Target
from conformance.recordings import (
    RecordingError,
    exchange_of,
    exchanges_in,
    line_of,
    recorded_target,
    recording_in,
    write_recording,
)
from conformance.redaction import DROPPED

texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
names = st.text("abcXYZ-", min_size=1, max_size=8)
headers = st.lists(st.tuples(names, st.text(st.characters(max_codepoint=255), max_size=8)), max_size=4).map(tuple)
moments = st.floats(0, 4e9, allow_nan=False)
requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST"]),
    path=texts.map("/".__add__),
    json=values,
    headers=headers,
    query=texts,
    take=st.integers(0, 3),
    setup=st.builds(
        Setup,
        client=st.sampled_from(["raw", "sdk"]),
        slash=st.sampled_from([None, True, False]),
        authorization=texts,
        environment=st.booleans(),
        manner=st.sampled_from(["", "chunked", "http/1.0"]),
    ),
    wrong=st.booleans(),
) | st.builds(Request, method=st.just("POST"), path=st.just("/x"), body=st.binary(max_size=20))
pieces = st.lists(st.builds(Piece, at=moments, data=st.binary(max_size=9) | texts.map(str.encode)), max_size=4).map(tuple)
readings = st.builds(
    Reading, by=texts, value=values, type=texts, error=texts, message=texts, details=st.dictionaries(texts, values, max_size=2)
)
common = {
    "request": requests,
    "failure": st.none() | st.builds(Failure, kind=texts, message=texts),
    "started": moments,
    "seconds": moments,
    "readings": st.lists(readings, max_size=2).map(tuple),
    "source": st.dictionaries(names, values, max_size=2),
}
answered = st.builds(Exchange, status=st.integers(100, 599), headers=headers, pieces=pieces, **common)
untimed = st.builds(
    Exchange,
    status=st.integers(100, 599),
    headers=headers,
    pieces=st.binary(min_size=1, max_size=9).map(lambda data: (Piece(0.0, data),)) | st.just(()),
    timed=st.just(False),
    **common,
)
exchanges = answered | untimed | st.builds(Exchange, **common)


@settings(max_examples=300)
@given(exchanges, st.sampled_from(["/v1", "", "/api/v1/"]))
def test_a_line_gives_back_the_exchange_it_was_made_of(exchange, base_path):
    line = json.loads(json.dumps(line_of(exchange, base_path)))
    back = exchange_of(line)
    assert back == exchange
    assert back.request.key == exchange.request.key == line["key"]


EXCHANGE = Exchange(
    Request("POST", "/chat/completions", {"stream": True}),
    200,
    (("A", "1"), ("a", "2"), ("B", "3")),
    (Piece(0.5, b"data: \xc3"), Piece(0.6, b"\xa9\n\n")),
    started=1.7e9,
)


def test_a_line_is_as_the_contract_says():
    line = line_of(EXCHANGE)
    assert line["request"]["path"] == "/v1/chat/completions"
    assert line["request"]["json"] == {"stream": True}
    assert line["response"]["headers"] == {"A": "1, 2", "B": "3"}
    assert line["response"]["body"] == "data: é\n\n"
    assert (line["response"]["body_base64"], line["error"]) == (None, None)
    assert line["recorded_at"] == "2023-11-14T22:13:20Z"
    plain = line_of(Exchange(EXCHANGE.request, 200, pieces=(Piece(0.5, b"a"), Piece(0.6, b"b"))))
    assert plain["response"]["pieces"] == [[0.5, "a"], [0.6, "b"]]
    binary = line_of(Exchange(EXCHANGE.request, 200, pieces=(Piece(0.5, b"\xff"),)))
    assert (binary["response"]["body"], binary["response"]["body_base64"]) == (None, "/w==")


FOREIGN = {
    "key": "3647ab52a5a926c8",
    "host": "api.example.com",
    "request": {"method": "POST", "path": "/openai/v1/chat/completions", "query": "", "headers": {"a": "b"}, "json": {"n": 1}},
    "response": {"status": 200, "headers": {"c": ["d", "e"]}, "body": "{}", "body_base64": None, "pieces": None},
    "error": None,
    "recorded_at": "2025-01-14T22:01:46+00:00",
    "source": {"fidelity": "raw"},
}


def test_lines_of_others_are_read_with_the_path_on_the_wire():
    exchange = exchange_of(FOREIGN)
    assert exchange.request.path == "/openai/v1/chat/completions"
    assert exchange.request.key == "3647ab52a5a926c8"
    assert exchange.headers == (("c", "d"), ("c", "e"))
    assert (exchange.body, exchange.timed, exchange.started) == (b"{}", False, 1736892106.0)
    assert exchange.source == {"fidelity": "raw", "host": "api.example.com"}


@pytest.mark.parametrize(
    "change",
    [
        {"recorded_at": None},
        {"recorded_at": "yesterday"},
        {"source": None},
        {"response": None, "error": "timed out"},
        {"key": None},
        {"request": {"method": "GET", "path": "/v1/models"}},
        {"response": {"status": 200, "headers": [["c", "d"]], "body_base64": "/w=="}},
    ],
)
def test_lines_of_others_may_lack_things(change):
    exchange = exchange_of(FOREIGN | change)
    assert exchange.status in (200, None)
    assert len(exchange.request.key) == 16


def test_a_header_without_a_value_was_dropped():
    response = {"status": 200, "headers": {"a": None, "b": ["c", None]}, "body": "{}"}
    assert exchange_of(FOREIGN | {"response": response}).headers == (("a", DROPPED), ("b", "c"), ("b", DROPPED))


def test_a_body_is_text():
    with pytest.raises(TypeError, match="no text"):
        exchange_of(FOREIGN | {"response": {"status": 200, "body": {"id": 1}}})


def test_what_another_recorder_calls_an_error_is_its_own_trouble():
    assert exchange_of(FOREIGN | {"response": None, "error": {"a": 1}}).failure == Failure("lost", '{"a": 1}')


def test_a_recording_comes_back_with_its_target(tmp_path: Path):
    target = Target("http://user:pass@127.0.0.1:1/api", "m", key_configured=True)
    secret = "sk-very-secret-indeed"
    told = Exchange(EXCHANGE.request, 401, pieces=(Piece(0.1, f"no {secret}".encode()),))
    path = write_recording([EXCHANGE, told], tmp_path / "new", target, (secret,))
    assert [one.name for one in path.parent.iterdir()] == ["exchanges.jsonl.gz"]
    text = gzip.decompress(path.read_bytes()).decode()
    assert secret not in text
    assert "pass" not in text
    assert '"/api/chat/completions"' in text
    first, second = recording_in(path.parent)
    assert first == (EXCHANGE.request.key, EXCHANGE)
    assert second[1].body == b"no [redacted]"
    assert recorded_target(path.parent) == Target("http://127.0.0.1:1/api", "m", key_configured=True)


def test_loose_exchanges_of_a_killed_run_are_a_recording(tmp_path: Path):
    folder = tmp_path / ".exchanges"
    folder.mkdir()
    (folder / "1.json").write_text(json.dumps(line_of(EXCHANGE)))
    assert dict(recording_in(tmp_path)) == {EXCHANGE.request.key: EXCHANGE}


def spelled(*lines: object) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_half_line_at_the_end_is_left_out(tmp_path: Path, cut):
    path = tmp_path / "exchanges.jsonl"
    path.write_bytes(spelled(FOREIGN, FOREIGN)[: -1 - cut])
    assert len(list(exchanges_in(path))) == 1


def test_a_gzip_whose_writer_was_killed_gives_what_is_whole(tmp_path: Path):
    path = tmp_path / "exchanges.jsonl.gz"
    path.write_bytes(gzip.compress(spelled(*[FOREIGN | {"host": str(number)} for number in range(500)]))[:-30])
    assert 1 <= len(list(exchanges_in(path))) < 500


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (spelled(FOREIGN) + b"nope\n", ":2: no JSON"),
        (spelled([1]), ":1: no JSON object"),
        (spelled(FOREIGN, {"a": 1}), ":2: no exchange: KeyError"),
        (spelled(FOREIGN | {"request": []}), ":1: no exchange: AttributeError"),
        (b"\x1f\x8bnonsense", ":1: cannot be unpacked"),
        (b"\xff\xfe\n", ":1: no JSON"),
    ],
)
def test_what_is_no_recording_is_told_with_its_place(tmp_path: Path, data, said):
    path = tmp_path / "exchanges.jsonl"
    path.write_bytes(data)
    with pytest.raises(RecordingError) as caught:
        list(exchanges_in(path))
    assert str(caught.value).startswith(f"{path}{said}")


def test_a_folder_without_a_recording_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        list(recording_in(tmp_path))
    (tmp_path / "exchanges.jsonl").write_bytes(b"")
    with pytest.raises(RecordingError, match="empty"):
        recorded_target(tmp_path)
    (tmp_path / "exchanges.jsonl").write_bytes(spelled(FOREIGN))
    with pytest.raises(RecordingError, match="does not say which server"):
        recorded_target(tmp_path)
