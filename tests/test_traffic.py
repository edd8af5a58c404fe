"""Recordings of every kind are told apart by their content and read one exchange at a time; what they lack is said."""

import base64
import gzip
import json
import random
import zlib

import pytest
import yaml
from recorders import ALL, ANSWER, SENT, STREAM, entry, har, one, read, vcrpy

from conformance.traffic import Traffic


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ALL)
def test_every_kind_is_read_whatever_its_name(tmp_path, name, packed):
    data = ALL[name].encode()
    exchange = one(tmp_path, gzip.compress(data) if packed else data)
    assert exchange.body.decode() == ANSWER
    assert exchange.status == 200
    assert exchange.request.path in ("/v1/chat/completions", "/v1/models")
    assert exchange.failure is None
    assert not exchange.timed


def test_a_folder_is_read_and_what_is_no_traffic_is_named(tmp_path):
    (tmp_path / "in" / ".git").mkdir(parents=True)
    for name, text in ALL.items():
        (tmp_path / "in" / name).write_text(text)
    others = {"a.txt": b"hello", "b.png": random.Random(1).randbytes(99), "c.gz": b"\x1f\x8bnothing", "d": b"", "e.json": b"[1]"}
    for name, data in others.items():
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / ".git" / "f").write_text(ALL["lines"])
    traffic = Traffic((tmp_path,))
    assert len(list(traffic)) == traffic.calls == len(ALL)
    assert sorted(name.rpartition("/")[2] for name in traffic.left_out) == sorted(others)


def test_an_entry_keeps_all_that_it_tells(tmp_path):
    exchange = one(tmp_path, har(entry(STREAM, "text/event-stream")))
    assert exchange.body.decode() == STREAM
    assert (exchange.started, exchange.seconds) == (1736892106.0, 1.5)
    assert exchange.request.json["messages"][0]["content"] == "hé"
    assert exchange.request.query == "api-version=1"
    assert exchange.request.headers == (("authorization", "Bearer sk-abcdefghij"),)
    assert exchange.source == {"fidelity": "raw", "headers_complete": True, "host": "api.example.com"}


@pytest.mark.parametrize(
    ("changes", "body", "lacks"),
    [
        ({"response__content": {"text": base64.b64encode(b"\xff\n").decode(), "encoding": "base64"}}, b"\xff\n", ""),
        ({"response__content": {"text": "%", "encoding": "base64"}}, b"", "no base64"),
        ({"response__content": {"text": '["YQ==", "Yg=="]', "encoding": "base64"}}, b"ab", ""),
        ({"response__content": {"text": '["YQ==", "%"]', "encoding": "base64"}}, b"", "no base64"),
        ({"response__content": {"size": 9, "mimeType": "x"}}, b"", "not kept"),
        ({"response__content": {"size": 9, "text": ""}}, b"", "not kept"),
        ({"response__content": {"size": 99, "text": "data: {"}}, b"", "cut by the recorder"),
        ({"response__content": {"size": 99, "text": "data: [DONE]\n\n"}}, b"data: [DONE]\n\n", ""),
        ({"response__content": {"size": 99, "text": '{"a": 1}'}}, b'{"a": 1}', ""),
        ({"response__content": {"text": "data: \u00c3\u00a9\n\n"}}, "data: é\n\n".encode(), ""),
        ({"response__content": {"text": "data: \u00e2\u20ac\u2122\n\n"}}, "data: \u2019\n\n".encode(), ""),
        ({"response__content": {"text": "data: é\n\n"}}, "data: é\n\n".encode(), ""),
        (
            {"response__content": {}, "_eventSourceMessages": [{"time": 1, "eventName": "message", "data": "a\nb"}]},
            b"data: a\ndata: b\n\n",
            "",
        ),
    ],
)
def test_bodies_of_archives(tmp_path, changes, body, lacks):
    exchange = one(tmp_path, har(entry("", "text/event-stream", **changes)))
    assert exchange.body == body
    assert lacks in exchange.source.get("lacks", "")
    assert bool(exchange.source.get("lacks")) == (not body)


def test_a_sign_of_replacement_is_faithful_only_where_the_size_says_so(tmp_path):
    text = 'data: {"a": "\ufffd"}\n\n'
    assert one(tmp_path, har(entry(text))).source["fidelity"] == "raw"
    assert one(tmp_path, har(entry(text, response__content__size=len(text.encode()) - 2))).source["fidelity"] == "text"


@pytest.mark.parametrize(
    "changes",
    [
        {"_resourceType": "document"},
        {"_webSocketMessages": []},
        {"response__status": 101},
        {"request__method": "OPTIONS"},
        {"request__headers": [{"name": "Accept", "value": "text/html,*/*"}]},
    ],
)
def test_what_a_browser_does_besides_is_left_out_and_counted(tmp_path, changes):
    (tmp_path / "a.har").write_text(json.dumps(har(entry(**changes), entry())))
    traffic = Traffic((tmp_path / "a.har",))
    assert (len(list(traffic)), traffic.others) == (1, 1)


def test_no_answer_is_the_recorders_trouble(tmp_path):
    exchange = one(tmp_path, har(entry(response__status=0, response___error="net::ERR_ABORTED")))
    assert (exchange.status, exchange.failure.kind, exchange.failure.message) == (None, "lost", "net::ERR_ABORTED")
    assert one(tmp_path, har({name: value for name, value in entry().items() if name != "response"})).failure.kind == "lost"


def test_an_answer_that_broke_off_is_the_recorders_trouble(tmp_path):
    exchange = one(tmp_path, har(entry('{"id": ', response___error="net::ERR_ABORTED")))
    assert (exchange.status, exchange.body, exchange.failure.kind) == (200, b'{"id": ', "lost")
    assert one(tmp_path, har(entry(response___error=None))).failure is None


@pytest.mark.parametrize(("text", "kind"), [(ANSWER, "application/json"), (STREAM, "text/event-stream")])
def test_an_answer_that_is_whole_did_not_break_off(tmp_path, text, kind):
    assert one(tmp_path, har(entry(text, kind, response___error="net::ERR_ABORTED"))).failure is None


def test_bodies_that_are_packed_and_taken_for_text(tmp_path):
    packed = gzip.compress(b"{}", mtime=0)
    headers = [{"name": "Content-Encoding", "value": "gzip"}]
    text = {"response__headers": headers, "response__content": {"text": packed.decode("latin-1"), "size": len(packed)}}
    assert one(tmp_path, har(entry(**text))).body == b"{}"
    lost = {"response__headers": headers, "response__content": {"text": packed.decode("utf-8", "replace")}}
    assert one(tmp_path, har(entry(**lost))).source["lacks"].startswith("the body is kept in a coding")


def test_requests_that_are_packed(tmp_path):
    cassette = vcrpy()
    cassette["interactions"][0]["request"] |= {"body": gzip.compress(SENT.encode()), "headers": {"Content-Encoding": ["gzip"]}}
    assert one(tmp_path, yaml.safe_dump(cassette)).request.json["model"] == "m"


def test_equal_requests_have_keys_of_their_own_and_stay_the_same(tmp_path):
    first = [exchange.request.key for exchange in read(tmp_path, har(entry(), entry(), entry("{}")))]
    assert len(set(first)) == 3
    assert first == [exchange.request.key for exchange in read(tmp_path, har(entry(), entry(), entry("{}")))]


@pytest.mark.parametrize(
    ("cassette", "body", "fidelity"),
    [
        (vcrpy(gzip.compress(b"{}"), {"Content-Encoding": ["gzip"]}), b"{}", "raw"),
        (vcrpy("{}", {"Content-Encoding": ["gzip"]}), b"{}", "raw"),
        (vcrpy(zlib.compress(b"{}"), {"Content-Encoding": ["deflate"]}), b"{}", "raw"),
        (vcrpy(STREAM), STREAM.encode(), "raw"),
        (vcrpy(b"\xff"), b"\xff", "raw"),
        (vcrpy(parsed_body={"a": 1}), b'{"a": 1}', "json-reparsed"),
        (vcrpy("{}", parsed_body=None), b"{}", "raw"),
        (vcrpy(body=None, content="{}", status_code=200, status=None), b"", "raw"),
        (vcrpy(b"\x1b\x0b\x80", {"Content-Encoding": ["br"]}), b"", "raw"),
        (vcrpy(""), b"", "raw"),
    ],
)
def test_bodies_of_cassettes(tmp_path, cassette, body, fidelity):
    exchange = one(tmp_path, yaml.safe_dump(cassette))
    assert (exchange.body, exchange.source["fidelity"]) == (body, fidelity)
    assert bool(body) != bool(exchange.source.get("lacks"))


def test_cassettes_of_old_versions_with_httpx(tmp_path):
    cassette = vcrpy()
    cassette["interactions"][0]["response"] = {"status_code": 201, "content": "{}", "headers": [["A", "b"]]}
    exchange = one(tmp_path, yaml.safe_dump(cassette))
    assert (exchange.status, exchange.body, exchange.headers) == (201, b"{}", (("A", "b"),))


def test_a_header_that_a_cassette_names_and_does_not_keep(tmp_path):
    exchange = one(tmp_path, yaml.safe_dump(vcrpy(headers={"Content-Type": None, "Date": [None]})))
    assert exchange.headers == (("Content-Type", "<dropped>"), ("Date", "<dropped>"))


def test_cassettes_of_old_versions_of_r(tmp_path):
    assert one(tmp_path, yaml.safe_dump(vcrpy(status={"status_code": "200", "message": "Success: (200) OK"}))).status == 200
