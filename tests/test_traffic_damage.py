"""Recordings that are broken, hostile or huge: what is whole is read, the rest is named, and nothing takes more than it may."""

import gzip
import json
import zlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from recorders import ALL, LINE, damage, entry, har, one, read, traffic_of, vcrpy

from conformance.traffic import Traffic, files, items, surrogates, yamls
from conformance.traffic.decoding import decoded


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
