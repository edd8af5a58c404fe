"""Habits of OpenAI's answers: what differs from them legally is no finding, and what cannot be asked is unclear."""

from dataclasses import replace

import pytest
from any_model import thinking
from bending import answering, hanging, refusing, result_of, right, streaming, thoughtful

from conformance.model import Outcome


def usage(**parts):
    return lambda answer, _: {**answer, "usage": {**answer["usage"], **parts}}


def alone(answer, _):
    """Neither details nor thoughts."""
    kept = {name: count for name, count in answer["usage"].items() if name.endswith("_tokens")}
    return {**answer, "usage": kept}


def pondering(answer, request):
    """Thoughts that are told and counted, and a text behind them."""
    for choice in answer["choices"]:
        choice["message"]["reasoning_content"] = "Hm."
    return usage(completion_tokens_details={"reasoning_tokens": 3})(answer, request)


def shorter(chunks, _):
    """A call whose arguments are an empty object in one fragment."""
    for chunk in chunks:
        for choice in chunk["choices"]:
            for call in choice["delta"].get("tool_calls", ()):
                call["function"]["arguments"] = "{}" if call["function"]["arguments"] == "{" else ""
    return chunks


def marked(mark):
    return lambda value, _: {**value, "system_fingerprint": mark}


def capping(request):
    """Takes a limit beyond the window for what the window holds."""
    return right()(replace(request, body=request.body.replace(b"100000000", b"16")))


LEGAL = {
    "another backend for the stream": (
        "chat.system_fingerprint.told",
        streaming(lambda chunks, _: [{**chunk, "system_fingerprint": "fp_other"} for chunk in chunks]),
    ),
    "no mark of the backend plainly": ("chat.system_fingerprint.told", answering(marked(None))),
    "no details at all": ("chat.usage.details.members", answering(alone)),
    "details of null": (
        "chat.usage.details.members",
        answering(usage(prompt_tokens_details=None, completion_tokens_details=None)),
    ),
    "more details": (
        "chat.usage.details.members",
        answering(usage(prompt_tokens_details={"cached_tokens": 0, "audio_tokens": 0, "image_tokens": 0})),
    ),
    "thoughts that are counted": ("chat.usage.details.thoughts", answering(pondering)),
    "no thoughts and no details": ("chat.usage.details.thoughts", answering(alone)),
    "a limit that is capped": ("errors.range.limit", capping),
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_is_legal_is_no_finding(name):
    check, send = LEGAL[name]
    assert result_of(check, send).outcome is Outcome.WORKS


def test_a_degree_that_is_refused_is_unclear():
    send = refusing(lambda body: body.get("reasoning_effort") == "none")
    assert result_of("chat.reasoning_effort.none", send).outcome is Outcome.UNCLEAR


def test_a_server_that_hangs_at_a_degree_fails():
    send = hanging(lambda body: body.get("reasoning_effort") == "none")
    assert result_of("chat.reasoning_effort.none", send).outcome is Outcome.FAILS


def test_thoughts_up_to_the_limit_are_told_where_none_are_wanted():
    assert result_of("chat.reasoning_effort.none", answering(thoughtful)).outcome is Outcome.IGNORED


def test_counted_thoughts_are_told_where_none_are_wanted():
    assert result_of("chat.reasoning_effort.none", answering(pondering)).outcome is Outcome.IGNORED


def speechless(answer, _):
    return {**answer, "choices": [{**one, "message": {**one["message"], "content": ""}} for one in answer["choices"]]}


@pytest.mark.parametrize(
    ("send", "outcome"),
    [
        (right(), Outcome.ACCEPTED),
        (answering(pondering), Outcome.REFUSED),
        (thinking(1), Outcome.ACCEPTED),
        (answering(speechless), Outcome.UNCLEAR),
        (refusing(bool), Outcome.UNCLEAR),
    ],
    ids=["none", "refused", "taken", "silent", "dead"],
)
def test_thoughts_given_back(send, outcome):
    assert result_of("chat.reasoning.history", send).outcome is outcome


def test_an_answer_is_taken_back_without_its_thoughts():
    assert result_of("chat.history.own", answering(pondering)).outcome is Outcome.WORKS


def test_arguments_too_short_to_cut_are_unclear():
    assert result_of("chat.tools.fragments.gradual", streaming(shorter)).outcome is Outcome.UNCLEAR


def test_null_in_streams_alone_is_told():
    send = streaming(lambda chunks, _: [{**chunk, "system_fingerprint": None} for chunk in chunks])
    assert result_of("chat.system_fingerprint.told", send).outcome is Outcome.DIFFERS


def test_two_marks_in_one_stream_are_told():
    send = streaming(lambda chunks, _: [{**chunk, "system_fingerprint": f"fp_{place % 2}"} for place, chunk in enumerate(chunks)])
    assert result_of("chat.system_fingerprint.told", send).outcome is Outcome.DIFFERS


@pytest.mark.parametrize(("status", "outcome"), [(400, Outcome.WORKS), (422, Outcome.DIFFERS), (429, Outcome.UNCLEAR)])
def test_a_large_limit_is_refused_with_400(status, outcome):
    send = refusing(lambda body: not body, status)
    assert result_of("errors.range.limit", send).outcome is outcome


def test_a_server_that_answers_nothing_is_not_judged_by_its_limits():
    assert result_of("errors.range.limit", refusing(lambda _: True, 401)).outcome is Outcome.UNCLEAR


def test_an_answer_without_a_limit_may_take_its_time():
    assert result_of("errors.range.limit", hanging(lambda _: True)).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize("habit", ["gradual", "opening"])
def test_a_server_without_tools_is_not_judged_by_how_it_streams_calls(habit):
    send = refusing(lambda body: "tools" in body)
    assert result_of(f"chat.tools.fragments.{habit}", send).outcome is Outcome.UNCLEAR
