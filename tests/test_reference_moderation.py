"""Moderated answers of the reference server: the member stands where OpenAI's own traffic has it, and no rule minds."""

import json

import pytest
from against import TARGET, raw_cases, server

from conformance import calls
from conformance.answers import object_of, objects_in
from conformance.judge import run_rule

ASKED = {"moderation": {"model": "omni-moderation-latest"}}


def test_a_plain_answer_has_it_last():
    answer = object_of(server()(calls.chat(TARGET, **ASKED)))
    assert list(answer)[-1] == "moderation"
    assert {side: found["type"] for side, found in answer["moderation"].items()} == dict.fromkeys(
        ("input", "output"), "moderation_results"
    )


def test_a_stream_has_it_in_a_chunk_after_the_usage():
    chunks = list(objects_in(server()(calls.stream(TARGET, stream_options={"include_usage": True}, **ASKED))))
    assert [chunk["choices"] for chunk in chunks[-2:]] == [[], []]
    assert chunks[-2]["usage"]
    assert set(chunks[-1]["moderation"]) == {"input", "output"}


@pytest.mark.parametrize(
    "asked", [calls.chat(TARGET, **ASKED), calls.stream(TARGET, stream_options={"include_usage": True}, **ASKED)]
)
def test_no_rule_minds(asked):
    exchange = server()(asked)
    assert exchange.status == 200
    spoken = {case.id: run_rule(case, [exchange]).findings for case in raw_cases(rules=True)}
    assert not {name: found for name, found in spoken.items() if any("no exchange" not in one.message for one in found)}


def test_an_answer_without_the_wish_has_none():
    assert "moderation" not in json.loads(server()(calls.chat(TARGET)).body)
