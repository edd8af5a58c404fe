"""Checks of conversations, defaults, streams, usage and log probabilities: silent on a right server, speaking on another."""

import pytest
from bending import answering, asking, ignoring, reading, refusing, result_of, right, streaming

from conformance.model import Outcome, Seen

CHECKS = [
    "chat.create",
    "chat.messages.turns",
    "chat.messages.roles",
    "chat.content.string",
    "chat.logprobs.content",
    "chat.logprobs.absent",
    "chat.top_logprobs.count",
    "chat.usage.repeat",
    "chat.usage.grows",
    "chat.usage.choices",
    "chat.stream_options.usage",
    "chat.stream_options.equal",
    "chat.stream.flag",
    "chat.stream.equality",
    "chat.stream.foreign",
    "chat.defaults.null",
    "chat.defaults.explicit",
]


def streams(body):
    return body.get("stream") is True


def silent(count, reason="stop"):
    def changed(answer, _):
        answer["choices"][0]["message"]["content"] = ""
        answer["choices"][0]["finish_reason"] = reason
        answer["usage"]["completion_tokens"] = count
        return answer

    return answering(changed)


def one_message(keep):
    return asking(lambda body: {**body, "messages": [one for one in body["messages"] if keep(one)][-1:]})


def user_only(body):
    return {**body, "messages": [one for one in body["messages"] if one["role"] != "system"]}


def blank(body):
    return {**body, "messages": [{**one, "content": "?"} for one in body["messages"]]}


def entries(change):
    """Changes the list of entries of log probabilities."""

    def changed(answer, _):
        told = answer["choices"][0]["logprobs"]
        told["content"] = change(told["content"])
        return answer

    return answering(changed, lambda body: body.get("logprobs") is True)


def choice(**fields):
    def changed(answer, _):
        answer["choices"][0].update(fields)
        return answer

    return answering(changed)


def usage(among, **fields):
    def changed(answer, _):
        answer["usage"].update(fields)
        return answer

    return answering(changed, among)


def cached():
    """Counts nothing for a prompt seen before, as Ollama once did."""
    known = set()

    def changed(answer, request):
        said = str(request.json["messages"])
        answer["usage"]["prompt_tokens"] *= said not in known
        known.add(said)
        return answer

    return answering(changed)


def contents(change):
    """Changes the pieces of text of a stream."""

    def changed(chunks, _):
        for place, chunk in enumerate(chunks):
            delta = chunk["choices"][0]["delta"] if chunk["choices"] else {}
            if delta.get("content"):
                delta["content"] = change(delta["content"], place)
        return chunks

    return streaming(changed)


def streamed_usage(**fields):
    return streaming(
        lambda chunks, _: [{**one, "usage": {**one["usage"], **fields}} if one.get("usage") else one for one in chunks]
    )


@pytest.mark.parametrize("id", CHECKS)
def test_a_right_server_is_right(id):
    assert result_of(id, right()).outcome is Outcome.WORKS


@pytest.mark.parametrize(
    ("id", "send", "outcome"),
    [
        ("chat.create", silent(9), Outcome.DIFFERS),
        ("chat.create", silent(1), Outcome.UNCLEAR),
        ("chat.create", silent(16, "length"), Outcome.UNCLEAR),
        ("chat.create", refusing(bool), Outcome.REFUSED),
        ("chat.create", refusing(bool, 503), Outcome.FAILS),
        ("chat.messages.turns", one_message(bool), Outcome.IGNORED),
        ("chat.messages.turns", refusing(lambda body: len(body["messages"]) > 1), Outcome.REFUSED),
        ("chat.messages.turns", cached(), Outcome.WORKS),
        ("chat.messages.roles", asking(user_only), Outcome.IGNORED),
        ("chat.messages.roles", refusing(lambda body: body["messages"][0]["role"] == "system"), Outcome.REFUSED),
        ("chat.content.string", asking(blank), Outcome.IGNORED),
        ("chat.content.string", refusing(lambda body: "\\" in body["messages"][0]["content"]), Outcome.REFUSED),
        ("chat.logprobs.content", ignoring("logprobs"), Outcome.IGNORED),
        ("chat.logprobs.content", entries(lambda found: found[1:]), Outcome.DIFFERS),
        ("chat.logprobs.content", entries(lambda _: []), Outcome.DIFFERS),
        ("chat.logprobs.content", choice(logprobs={"tokens": []}), Outcome.DIFFERS),
        ("chat.logprobs.content", entries(lambda found: [*found, {"token": "<|end|>", "bytes": None}]), Outcome.WORKS),
        ("chat.logprobs.content", entries(lambda found: [{**one, "token": "\ufffd"} for one in found]), Outcome.WORKS),
        ("chat.logprobs.content", entries(lambda found: [{**one, "bytes": None} for one in found]), Outcome.WORKS),
        ("chat.logprobs.content", refusing(lambda body: "logprobs" in body), Outcome.REFUSED),
        ("chat.logprobs.absent", reading(logprobs=True), Outcome.DIFFERS),
        ("chat.top_logprobs.count", reading(lambda body: "top_logprobs" in body, top_logprobs=0), Outcome.IGNORED),
        ("chat.top_logprobs.count", reading(lambda body: "top_logprobs" in body, top_logprobs=4), Outcome.DIFFERS),
        ("chat.top_logprobs.count", ignoring("logprobs", "top_logprobs"), Outcome.UNCLEAR),
        ("chat.usage.repeat", cached(), Outcome.DIFFERS),
        ("chat.usage.repeat", usage(bool, prompt_tokens=0), Outcome.DIFFERS),
        ("chat.usage.repeat", answering(lambda answer, _: {**answer, "usage": None}), Outcome.UNCLEAR),
        ("chat.usage.grows", usage(bool, prompt_tokens=10), Outcome.DIFFERS),
        ("chat.usage.grows", usage(bool, completion_tokens=3), Outcome.DIFFERS),
        ("chat.usage.grows", usage(bool, prompt_tokens=0), Outcome.UNCLEAR),
        ("chat.usage.choices", usage(bool, completion_tokens=24), Outcome.DIFFERS),
        ("chat.usage.choices", ignoring("n"), Outcome.UNCLEAR),
        ("chat.stream_options.usage", ignoring("stream_options"), Outcome.IGNORED),
        ("chat.stream_options.usage", refusing(lambda body: "stream_options" in body), Outcome.REFUSED),
        ("chat.stream_options.equal", streamed_usage(prompt_tokens=1), Outcome.DIFFERS),
        ("chat.stream_options.equal", streamed_usage(completion_tokens=3), Outcome.DIFFERS),
        ("chat.stream_options.equal", ignoring("stream_options"), Outcome.UNCLEAR),
        ("chat.stream.flag", ignoring("stream"), Outcome.IGNORED),
        ("chat.stream.flag", reading(lambda body: body.get("stream") is False, stream=True), Outcome.DIFFERS),
        ("chat.stream.flag", refusing(lambda body: "stream" in body), Outcome.REFUSED),
        ("chat.stream.flag", refusing(streams, 500), Outcome.FAILS),
        ("chat.stream.equality", contents(lambda part, _: part.strip()), Outcome.DIFFERS),
        ("chat.stream.equality", contents(lambda part, place: part * (1 + (place == 3))), Outcome.DIFFERS),
        ("chat.stream.equality", reading(streams, temperature=1.5), Outcome.DIFFERS),
        ("chat.stream.equality", reading(temperature=1.5), Outcome.UNCLEAR),
        ("chat.stream.equality", refusing(streams), Outcome.UNCLEAR),
        ("chat.stream.foreign", streaming(lambda chunks, _: [{**one, "done": False} for one in chunks]), Outcome.DIFFERS),
        ("chat.stream.foreign", streaming(lambda chunks, _: [{**one, "provider": "x"} for one in chunks]), Outcome.WORKS),
        ("chat.stream.foreign", refusing(streams), Outcome.UNCLEAR),
        ("chat.defaults.null", refusing(lambda body: None in body.values()), Outcome.REFUSED),
        (
            "chat.defaults.null",
            refusing(lambda body: body["max_tokens"] is None if "max_tokens" in body else False),
            Outcome.REFUSED,
        ),
        ("chat.defaults.null", refusing(lambda body: "max_completion_tokens" in body), Outcome.WORKS),
        ("chat.defaults.null", refusing(lambda body: "verbosity" in body), Outcome.WORKS),
        ("chat.defaults.null", refusing(lambda body: "verbosity" in body, 500), Outcome.FAILS),
        ("chat.defaults.null", refusing(lambda body: body.get("verbosity", 1) is None), Outcome.REFUSED),
        ("chat.defaults.null", reading(lambda body: body.get("n", 1) is None, n=2), Outcome.DIFFERS),
        ("chat.defaults.explicit", refusing(lambda body: "logit_bias" in body), Outcome.WORKS),
        ("chat.defaults.explicit", refusing(lambda body: body.get("logit_bias") == {}), Outcome.REFUSED),
        ("chat.defaults.explicit", refusing(lambda body: body.get("parallel_tool_calls")), Outcome.REFUSED),
        ("chat.defaults.explicit", refusing(lambda body: "tools" in body), Outcome.WORKS),
        ("chat.defaults.explicit", refusing(lambda body: len(body) > 8), Outcome.REFUSED),
        ("chat.defaults.explicit", refusing(bool), Outcome.UNCLEAR),
    ],
)
def test_a_wrong_server_is_caught(id, send, outcome):
    assert result_of(id, send).outcome is outcome


def test_the_field_that_is_refused_is_named():
    found = result_of("chat.defaults.null", refusing(lambda body: body.get("seed", 1) is None or body.get("stop", 1) is None))
    assert [one.where for one in found.findings] == ["$.stop", "$.seed"]


def test_a_prompt_that_counts_nothing_when_cached_is_told():
    assert result_of("chat.usage.repeat", cached()).seen == (Seen("prompt_tokens", 0),)


@pytest.mark.parametrize("id", CHECKS[1:])
def test_a_server_that_answers_nothing_has_no_fault_here(id):
    assert result_of(id, refusing(bool)).outcome in (Outcome.UNCLEAR, Outcome.REFUSED)
