"""Servers that say what cannot be: about their models, about what they used, about when to come again."""

from functools import partial

from hostile.behaviours import add
from hostile.talk import EVENTS, Talk, chunk, completion, events, spelled

ENTRY = {"id": "reference", "object": "model", "created": 1700000000, "owned_by": "me"}

LISTS: dict[str, object] = {
    "ids-of-other-types": {"object": "list", "data": [{"id": one} for one in (1, None, True, [], {}, 1e30, "")] + [ENTRY]},
    "entries-of-other-types": {"object": "list", "data": [None, 1, "a", [[]], ENTRY]},
    "data-is-an-object": {"object": "list", "data": {"reference": ENTRY}},
    "a-list-of-itself": [[[ENTRY]]],
    "the-same-model-often": {"object": "list", "data": [ENTRY] * 5000},
    "no-models": {"object": "list", "data": []},
    "a-number": 7,
}
for name, value in LISTS.items():
    add(
        f"lies.{name}",
        lambda talk, value=value: talk.answer(spelled(value)),
        "a list of models that is none",
        on="models",
        alone=True,
    )


def unnamed(ids: list[object], talk: Talk) -> bool:
    return talk.answer(spelled({"object": "list", "data": [{**ENTRY, "id": one} for one in ids]}))


UNNAMED: dict[str, tuple[list[object], dict[str, object]]] = {
    "a-path-for-a-model": (["../../../tmp/owned-by-a-server"], {}),
    "commands-for-a-model": (["x\n::error::owned\x1b[2J##vso[task.complete]<script>"], {}),
    "a-lone-surrogate-for-a-model": (["\ud800"], {"codes": (4,), "says": "offers no model"}),
    "a-query-for-a-model": (["a?b=c#d/../e%00%2e%2e"], {}),
    "only-nameless-models": ([None, 3, "", "m" * 10**6], {"codes": (4,), "says": "offers no model"}),
}
for name, (ids, more) in UNNAMED.items():
    why = "the run takes its model from the list"
    add(f"lies.{name}", partial(unnamed, ids), why, **{"on": "models", "alone": True, "arguments": ("--model", ""), **more})


def used(usage: object, talk: Talk) -> bool:
    if not talk.streamed:
        return talk.answer(spelled(completion(usage=usage)))
    return talk.answer(events(chunk(), chunk("", "stop"), {**chunk(), "choices": [], "usage": usage}), type=EVENTS)


COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
USAGES: dict[str, object] = {
    "usage-of-1e30": dict.fromkeys(COUNTS, 1e30),
    "usage-below-zero": dict.fromkeys(COUNTS, -(10**18)),
    "usage-of-a-trillion": dict.fromkeys(COUNTS, 2**40 - 1),
    "usage-of-many-digits": dict.fromkeys(COUNTS, 10**4000),
    "usage-in-words": dict.fromkeys(COUNTS, "many"),
    "usage-nested": {**{name: [1] for name in COUNTS}, "prompt_tokens_details": [], "completion_tokens_details": "none"},
}
for name, usage in USAGES.items():
    add(f"lies.{name}", partial(used, usage), "figures of use that cannot be")


def busy(header: str, talk: Talk) -> bool:
    error = {"message": "later", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    return talk.answer(spelled({"error": error}), "429 Too Many Requests", headers=(header,))


WAITS = {
    "wait-for-ever": "Retry-After: 99999999999999999999",
    "wait-less-than-nothing": "Retry-After: -1",
    "wait-until-a-date": "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
    "wait-nan-milliseconds": "retry-after-ms: nan\r\nRetry-After: inf",
    "wait-until-a-reset": "x-ratelimit-reset-requests: 1e400s\r\nx-ratelimit-remaining-requests: -0",
}
for name, header in WAITS.items():
    add(f"lies.{name}", partial(busy, header), "says when to come again, which nobody must heed without bounds", codes=(1,))


def stamped(talk: Talk) -> bool:
    return talk.fitting(spelled(completion(created=10**25)), spelled(chunk(finish="stop", created=-(10**25))))


add("lies.a-date-after-the-end-of-time", stamped, "created far outside of what clocks can show")
