"""Whatever a recording holds, reading it gives exchanges or one error that says why, and never anything else."""

import copy
import gzip
import io
import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from test_traffic import ALL, entry, har, vcrpy

from conformance.jsonl import exchange_of, line_of
from conformance.traffic.cassettes import interaction_exchange
from conformance.traffic.files import Traffic
from conformance.traffic.har import entry_exchange

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(["gzip", "base64", "[1"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2), max_leaves=3
)


@st.composite
def bent(draw, document):
    """A document in which some values are others."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        inner = document
        while True:
            keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            key = draw(st.sampled_from(keys))
            if isinstance(inner[key], dict | list) and inner[key] and draw(st.integers(0, 3)):
                inner = inner[key]
                continue
            inner[key] = draw(VALUES)
            break
    return document


def reads(make, value):
    """An exchange that can be written and read again, nothing, or an error that is told."""
    try:
        exchange = make(value, 1)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return
    if exchange is not None:
        line = json.loads(json.dumps(line_of(exchange, "")))
        assert exchange_of(line).body == exchange.body


@settings(max_examples=400, deadline=None)
@given(bent(entry()))
def test_entries_are_read_or_refused(value):
    reads(entry_exchange, value)


@settings(max_examples=400, deadline=None)
@given(bent(vcrpy()["interactions"][0]))
def test_interactions_are_read_or_refused(value):
    reads(interaction_exchange, value)


def listed(path):
    traffic = Traffic((path,))
    list(traffic)
    assert all(told.startswith(str(path)) for told in traffic.damaged)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(ALL)),
    place=st.floats(0, 1),
    put=st.binary(max_size=6),
    cut=st.integers(0, 40),
    packed=st.booleans(),
)
def test_bytes_of_any_kind_are_read_or_refused(tmp_path_factory, name, place, put, cut, packed):
    data = gzip.compress(ALL[name].encode(), mtime=0) if packed else ALL[name].encode()
    at = int(place * len(data))
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data[:at] + put + data[at + cut :])
    listed(path)


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, max_size=3))
def test_documents_of_any_shape_are_read_or_refused(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "shape"
    for document in (har(*values), {"interactions": values}, {"http_interactions": [values]}):
        path.write_text(json.dumps(document))
        listed(path)
        text = io.StringIO()
        yaml.safe_dump(json.loads(json.dumps(document)), text, allow_unicode=True)
        path.write_text(text.getvalue(), "utf-8", "surrogatepass")
        listed(path)
