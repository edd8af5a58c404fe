"""Recordings of every kind are told apart by their content and read one exchange at a time; what they lack is said."""

import base64
import gzip
import json
import random
import zlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conformance.traffic import Traffic, files, items, surrogates, yamls
from conformance.traffic.decoding import decoded

ANSWER = '{"id": "é", "object": "chat.completion"}'
STREAM = 'data: {"a": "é"}\r\n\r\ndata: [DONE]\n\n'
SENT = '{"model": "m", "messages": [{"role": "user", "content": "hé"}]}'
URL = "https://user:pass@api.example.com/v1/chat/completions?api-version=1"


def entry(text=ANSWER, kind="application/json", **changes):
    content = {"size": len((text or "").encode()), "mimeType": kind} | ({} if text is None else {"text": text})
    made = {
        "startedDateTime": "2025-01-14T22:01:46.000Z",
        "time": 1500,
        "request": {
            "method": "POST",
            "url": URL,
            "headers": [{"name": ":method", "value": "POST"}, {"name": "authorization", "value": "Bearer sk-abcdefghij"}],
            "postData": {"mimeType": "application/json", "text": SENT},
        },
        "response": {"status": 200, "headers": [{"name": "Content-Type", "value": kind}], "content": content},
    }
    for path, value in changes.items():
        *inner, last = path.split("__")
        place = made
        for name in inner:
            place = place[name]
        place[last] = value
    return made


def har(*entries):
    return {"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [{"id": "p"}], "entries": list(entries)}}


def vcrpy(string=ANSWER, headers=None, **response):
    message = {"body": {"string": string}, "headers": headers or {"content-type": ["application/json"]}}
    return {
        "interactions": [
            {
                "request": {"method": "POST", "uri": URL, "body": SENT, "headers": {"accept": ["*/*"]}},
                "response": message | {"status": {"code": 200, "message": "OK"}} | response,
            }
        ],
        "version": 1,
    }


RUBY = """---
http_interactions:
- request:
    method: post
    uri: https://api.example.com/v1/chat/completions
    body:
      encoding: UTF-8
      string: '{"model":"m"}'
    headers: &1
      Content-Type:
      - application/json
  response:
    status: {code: 200, message: OK}
    headers: *1
    body: !ruby/hash:Some::Thing
      encoding: ASCII-8BIT
      base64_string: |
        %s
    http_version:
  recorded_at: Tue, 14 Jan 2025 22:01:46 GMT
recorded_with: VCR 6.3.1
"""
GO = """---
version: 2
interactions:
    - id: 0
      request:
        method: POST
        url: https://api.example.com/v1/chat/completions
        body: '{"model":"m"}'
      response:
        headers: {Content-Type: [application/json]}
        body: '%s'
        status: 200 OK
        code: 200
        duration: 1.2s
"""
LINE = {"request": {"method": "GET", "path": "/v1/models"}, "response": {"status": 200, "body": ANSWER}}
ALL = {
    "a.har": json.dumps(har(entry())),
    "pretty.txt": "\ufeff" + json.dumps(har(entry()), indent=2),
    "vcr.yaml": yaml.safe_dump(vcrpy(), allow_unicode=True),
    "vcr.json": json.dumps(vcrpy(), indent=1),
    "ruby.yml": RUBY % base64.b64encode(ANSWER.encode()).decode(),
    "go.yaml": GO % ANSWER,
    "lines": json.dumps(LINE) + "\n",
    "others": json.dumps({"source": {"a": 1}, "recorded_at": None} | LINE) + "\n",
    "long": json.dumps(LINE | {"more": "x" * 99_999}) + "\n",
    "later.har": json.dumps({"comment": "x"} | har(entry())),
}


def traffic_of(tmp_path, text, name="file"):
    """The traffic of a file, read to its end, and its exchanges."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else (text if isinstance(text, str) else json.dumps(text)).encode())
    traffic = Traffic((path,))
    return traffic, list(traffic)


def read(tmp_path, text):
    traffic, exchanges = traffic_of(tmp_path, text)
    assert traffic.damaged == []
    return exchanges


def damage(tmp_path, text):
    """What is told of a file of which nothing can be read."""
    traffic, exchanges = traffic_of(tmp_path, text)
    assert exchanges == []
    assert traffic.damages == len(traffic.damaged) == 1
    return traffic.damaged[0]


def one(tmp_path, document):
    [exchange] = read(tmp_path, document)
    return exchange


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", ":1: is no HAR"),
        ('{"a": 1}\n', ":1: no exchange"),
        ('{"log": {"entries": [{"request"', "no JSON"),
        ('{"log": {"entries": [{"request": 1}]}}', "entry 1 is no exchange"),
        ('{"log": {"entries": [{"request": {}, "response": []}]}}', "entry 1 is no exchange"),
        ("interactions:\n- request: {}\n  response: {}\n", "interaction 1 is no exchange"),
        ("interactions:\n- a: [\n", "is no YAML"),
        ("interactions:\n- *nobody\n", "alias of nothing"),
        ("interactions: &a\n- *a\n", "alias of nothing"),
        ("interactions:\n- ? [1]\n  : 2\n", "a key that is no text"),
        ('{"log": {"entries": [{"a": ' + "[" * 400 + "]" * 400 + "}]}}", "nested too deeply"),
        ("interactions:\n- a: " + "[" * 400 + "]" * 400, "nested too deeply"),
        (b"\x1f\x8bnonsense", "cannot be unpacked"),
        (gzip.compress(ALL["a.har"].encode() + b" " * 300_000)[:150], "cannot be unpacked"),
    ],
)
def test_what_is_broken_is_told_with_its_file(tmp_path, text, said):
    told = damage(tmp_path, text)
    assert told.startswith(str(tmp_path / "file"))
    assert said in told


BROKEN = [
    (json.dumps(LINE) + "\nnothing\n{}\n" + json.dumps(LINE) + "\n", 2, 2),
    (json.dumps(LINE) + '\n{"half": ', 1, 0),
    (json.dumps(har(entry(), {"request": 1}, entry())), 2, 1),
    (json.dumps(har(entry(), entry()))[:-60], 1, 1),
    (yaml.safe_dump({"interactions": [*vcrpy()["interactions"], {"request": {}}, *vcrpy()["interactions"]]}), 2, 1),
    (yaml.safe_dump(vcrpy()) + "- [\n", 1, 1),
]


@pytest.mark.parametrize(("text", "calls", "damages"), BROKEN)
def test_what_is_whole_beside_what_is_broken_is_read(tmp_path, text, calls, damages):
    traffic, exchanges = traffic_of(tmp_path, text)
    assert len(exchanges) == traffic.calls == calls
    assert traffic.damages == damages
    assert all(str(tmp_path / "file") in told for told in traffic.damaged)


def test_of_a_file_whose_packing_is_cut_short_the_beginning_is_read(tmp_path):
    packed = gzip.compress(json.dumps(har(*[entry(more=at) for at in range(3000)])).encode())
    traffic, exchanges = traffic_of(tmp_path, packed[: len(packed) // 2])
    assert 500 < len(exchanges) < 2500
    assert traffic.damages == 1


def test_a_broken_file_of_a_folder_stops_no_other(tmp_path):
    for name, text in {"a.har": ALL["a.har"][:-99], "b.har": ALL["a.har"], "c.yaml": "interactions:\n- [\n"}.items():
        (tmp_path / name).write_text(text)
    traffic = Traffic((tmp_path,))
    assert len(list(traffic)) == 1
    assert [told.partition(":")[0] for told in traffic.damaged] == [str(tmp_path / "a.har"), str(tmp_path / "c.yaml")]


def test_some_damages_are_told_and_all_are_counted(tmp_path):
    traffic, _ = traffic_of(tmp_path, json.dumps(LINE) + "\n" + "nothing\n" * 50)
    assert (traffic.calls, traffic.damages, len(traffic.damaged)) == (1, 50, files.MOST_NAMED)


def test_a_bomb_of_aliases_is_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 12)]
    assert "alias" in damage(tmp_path, "\n".join([*lines, "interactions: []", ""]).replace("a0:", "interactions: []\na0:", 1))


def test_the_latest_anchors_are_known(tmp_path, monkeypatch):
    monkeypatch.setattr(yamls, "MOST_ANCHORS", 2)
    known = "interactions: []\na: &1 x\nb: &2 x\nc: &3 x\nd: *3\n"
    assert read(tmp_path, known) == []
    assert "alias of nothing" in damage(tmp_path, known + "e: *1\n")


@pytest.mark.parametrize("name", ["a.har", "vcr.yaml", "vcr.json"])
def test_no_exchange_takes_more_than_it_may(tmp_path, monkeypatch, name):
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    monkeypatch.setattr(files, "_HEAD", 300)
    text = ALL[name].replace("completion", "completion" * 500)
    assert "or a single one" in damage(tmp_path, text)


def test_many_small_exchanges_are_no_large_one(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 18)
    assert len(read(tmp_path, har(*[entry()] * 900))) == 900


def test_items_with_millions_of_parts_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(items, "MOST_EVENTS", 100)
    assert "too many parts" in damage(tmp_path, har(entry(more=[0] * 100)))


def test_what_inflates_beyond_measure_is_no_body():
    bomb = zlib.compressobj(9, wbits=31)
    data = b"".join(bomb.compress(b"\0" * (1 << 20)) for _ in range(70)) + bomb.flush()
    assert decoded(data, "gzip") is None
    assert decoded(gzip.compress(b"a") + gzip.compress(b"b"), "gzip") == b"ab"
    assert decoded(gzip.compress(gzip.compress(b"a")), "gzip, gzip") == b"a"
    assert decoded(gzip.compress(b"abc")[:-3], "gzip") is None


@given(st.text(st.sampled_from('\\udcDC80e9"\ud83d\ude00\udc80aé'), max_size=40), st.integers(1, 7))
def test_half_characters_are_mended_wherever_the_bytes_are_torn(text, size):
    data = json.dumps(text).encode()

    class Torn:
        at = 0

        def read(self, _=-1):
            self.at += size
            return data[self.at - size : self.at]

    mended, file = b"", surrogates.Mended(Torn())
    while part := file.read():
        mended += part
    whole = json.loads(data)  # which joins halves that meet
    assert json.loads(mended) == "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in whole)


def test_half_characters_in_an_archive(tmp_path):
    text = json.dumps(har(entry("", response__content={"size": 9, "text": "data: \udcff\n\n"})))
    exchange = one(tmp_path, text)
    assert exchange.body.decode() == "data: \ufffd\n\n"
    assert exchange.source["fidelity"] == "text"
