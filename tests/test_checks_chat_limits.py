"""Checks of limits, finish reasons, stop strings and choices: silent on a right server, speaking on one that is not."""

import pytest
from bending import answering, asking, hanging, ignoring, reading, refusing, result_of, right, streaming

from conformance.model import Outcome, Seen

LIMITS = [
    "chat.max_tokens.limit",
    "chat.max_completion_tokens.limit",
    "chat.finish_reason.length",
    "chat.finish_reason.stop",
    "chat.stop.string",
    "chat.stop.list",
    "chat.stop.stream",
    "chat.n.choices",
    "chat.n.differ",
]


def stopped(body):
    return "stop" in body


def first_stop(request):
    stop = request.json["stop"]
    return stop if isinstance(stop, str) else stop[-1]


def saying(change):
    """Changes the text of stopped answers."""

    def changed(answer, request):
        message = answer["choices"][0]["message"]
        message["content"] = change(message["content"], first_stop(request))
        return answer

    return answering(changed, stopped)


def ending(reason, among=bool):
    def changed(answer, _):
        answer["choices"][0]["finish_reason"] = reason
        return answer

    return answering(changed, among)


def counting(count):
    def changed(answer, _):
        answer["usage"]["completion_tokens"] = count
        return answer

    return answering(changed, lambda body: body.get("max_tokens") == 4)


def copying(answer, _):
    answer["choices"] = [{**choice, "message": answer["choices"][0]["message"]} for choice in answer["choices"]]
    return answer


def leaking(chunks, request):
    """What a server does that sends each token before it looks for the stop string."""
    word = first_stop(request).split()[0]
    for chunk in chunks:
        if chunk["choices"] and chunk["choices"][0].get("finish_reason"):
            yield {**chunk, "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
        yield chunk


def without_usage(answer, _):
    return {name: value for name, value in answer.items() if name != "usage"}


@pytest.mark.parametrize("id", LIMITS)
def test_a_right_server_is_right(id):
    assert result_of(id, right()).outcome is Outcome.WORKS


@pytest.mark.parametrize("id", LIMITS)
def test_a_right_server_without_usage_is_never_blamed(id):
    assert result_of(id, answering(without_usage)).outcome in (Outcome.WORKS, Outcome.UNCLEAR)


@pytest.mark.parametrize(
    ("id", "send", "outcome"),
    [
        ("chat.max_tokens.limit", ignoring("max_tokens"), Outcome.IGNORED),
        ("chat.max_tokens.limit", counting(9), Outcome.IGNORED),
        ("chat.max_tokens.limit", refusing(lambda body: body.get("max_tokens") == 4), Outcome.REFUSED),
        ("chat.max_completion_tokens.limit", ignoring("max_completion_tokens"), Outcome.IGNORED),
        ("chat.max_completion_tokens.limit", refusing(lambda body: "max_completion_tokens" in body), Outcome.REFUSED),
        ("chat.finish_reason.length", ending("stop"), Outcome.DIFFERS),
        ("chat.finish_reason.length", ending(None), Outcome.UNCLEAR),
        ("chat.finish_reason.length", ignoring("max_tokens"), Outcome.UNCLEAR),
        ("chat.finish_reason.length", refusing(lambda body: body.get("max_tokens") == 1), Outcome.WORKS),
        ("chat.finish_reason.stop", ending("length"), Outcome.DIFFERS),
        ("chat.finish_reason.stop", ending("eos", stopped), Outcome.DIFFERS),
        ("chat.finish_reason.stop", refusing(stopped), Outcome.WORKS),
        ("chat.stop.string", ignoring("stop"), Outcome.IGNORED),
        ("chat.stop.string", saying(lambda text, stop: text + stop), Outcome.DIFFERS),
        ("chat.stop.string", saying(lambda text, stop: text + stop[:2]), Outcome.DIFFERS),
        ("chat.stop.string", saying(lambda text, _: text[:5]), Outcome.DIFFERS),
        ("chat.stop.string", saying(lambda *_: "Something else."), Outcome.UNCLEAR),
        ("chat.stop.string", saying(lambda text, _: text.rstrip()), Outcome.WORKS),
        ("chat.stop.string", refusing(lambda body: isinstance(body.get("stop"), str)), Outcome.REFUSED),
        ("chat.stop.list", ignoring("stop"), Outcome.IGNORED),
        ("chat.stop.list", asking(lambda body: {**body, "stop": body["stop"][0]}, stopped), Outcome.IGNORED),
        ("chat.stop.list", refusing(lambda body: isinstance(body.get("stop"), list)), Outcome.REFUSED),
        ("chat.stop.stream", ignoring("stop"), Outcome.IGNORED),
        ("chat.stop.stream", streaming(leaking, stopped), Outcome.DIFFERS),
        ("chat.n.choices", ignoring("n"), Outcome.IGNORED),
        ("chat.n.choices", reading(lambda body: body.get("n") == 3, n=2), Outcome.DIFFERS),
        ("chat.n.choices", refusing(lambda body: "n" in body), Outcome.REFUSED),
        ("chat.n.differ", answering(copying), Outcome.DIFFERS),
        ("chat.n.differ", reading(temperature=0), Outcome.UNCLEAR),
        ("chat.n.differ", ignoring("n"), Outcome.UNCLEAR),
    ],
)
def test_a_wrong_server_is_caught(id, send, outcome):
    assert result_of(id, send).outcome is outcome


@pytest.mark.parametrize(
    ("id", "send", "seen"),
    [
        ("chat.finish_reason.length", ending("stop"), (Seen("finish_reason", "stop"),)),
        ("chat.finish_reason.stop", ending("stop"), (Seen("finish_reason", "stop"),)),
        ("chat.n.choices", ignoring("n"), (Seen("choices", 1),)),
    ],
)
def test_what_documents_promise_otherwise_is_told(id, send, seen):
    assert result_of(id, send).seen == seen


def test_who_thinks_on_without_a_limit_is_not_blamed():
    result = result_of("chat.max_tokens.default", hanging(lambda body: "max_tokens" not in body))
    assert (result.outcome, result.reason) == (Outcome.UNCLEAR, "without a limit there is no whole answer in time")
    refused = result_of("chat.max_tokens.default", refusing(lambda body: "max_tokens" not in body))
    assert refused.outcome is Outcome.REFUSED
