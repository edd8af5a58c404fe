"""The registry of faults: every one cites a public report, says what it does and never raises."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.reference.app import Server, answer, sending
from conformance.reference.faults import all_faults, named
from conformance.reference.faults.registry import STAGES, UnknownFault, fault
from conformance.reference.values import Asked

BODIES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b'{"model": "reference", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 4}',
            b'{"model": "reference", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 4, "stream": true}',
            b'{"model": "no", "messages": [1, {"role": 2}, null], "stream": true, "tools": 3, "response_format": 4}',
            b'{"model": ["x"], "messages": {"role": "user"}, "n": "2", "temperature": {}, "stop": 1, "max_tokens": "x"}',
            b'{"model": 4, "messages": 4, "stop": 4, "tools": 4, "max_tokens": null, "response_format": 4, "stream": 4}',
            b'{"model": "reference", "messages": true, "response_format": {"type": 4}, "logit_bias": [], "n": true}',
            b'[{"model": "reference"}]',
        ]
    ),
)
ASKED = st.builds(
    Asked,
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(["/chat/completions", "/models", "/models/reference", "/models/x", "/fine_tuning/jobs", "/", ""]),
    st.dictionaries(st.just("content-type"), st.sampled_from(["application/json", "text/plain", "application/json; charset=x"])),
    BODIES,
)


@pytest.mark.parametrize("name", all_faults())
def test_faults_say_what_they_do_and_where_it_was_seen(name):
    one = all_faults()[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert re.fullmatch(r"https://(github\.com/[\w.-]+/[\w.-]+/(issues|pull|blob|commit)/\S+|[\w.-]+/\S+)", one.seen)
    assert re.fullmatch(r"[A-Z].{10,}\.", one.about)
    assert set(one.stages) <= set(STAGES)
    assert one.speaks


@pytest.mark.parametrize("name", all_faults())
@settings(max_examples=16, deadline=None)
@given(asked=ASKED)
def test_faulty_servers_answer_whatever_they_are_asked(name, asked):
    reply = answer(asked, Server(named([name])), 7)
    assert reply.lost or 200 <= reply.status < 600
    assert all(isinstance(frame, bytes) for frame in reply.frames)


def test_unknown_faults_are_named_with_those_there_are():
    with pytest.raises(UnknownFault, match=r"no fault is called 'sloth'; there are .*done-missing"):
        sending("sloth")


def test_a_combination_stands_for_its_faults():
    names = [one.name for one in named(["ollama-2024-03"])]
    assert "seed-forces-temperature-zero" in names
    assert len(names) > 10


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="declared twice"):
        fault("done-missing", seen="https://example.org/1", on="frames", speaks=("x",))(lambda frames: frames)
