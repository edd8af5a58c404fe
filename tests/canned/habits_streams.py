"""What api.openai.com has sent in streams since March 2023, and how recorders keep it: no rule may hold it against anybody."""

from __future__ import annotations

from canned.habits import EARLY, ENDED, LEGACY, NAMED, SPEAKING, VISION, recorded
from canned.making import COUNTED, COUNTING, GOOD, HEAD, OPENING, TOOL, Case, call, changed, chunk, lines, stream, streamed

NULLED = tuple(one | {"usage": None} for one in GOOD)
FIRST = (chunk({"role": "assistant"}), *GOOD[1:])
UNTOLD = ("choices.0.finish_reason", ...)
DETAILED = (
    *(changed(one, UNTOLD, ("choices.0.finish_details", None)) for one in GOOD[:3]),
    changed(GOOD[3], UNTOLD, ("choices.0.finish_details", ENDED)),
)
MODERATED = HEAD | {"choices": [], "moderation": {"input": {}}}
REFUSING = (chunk({"role": "assistant", "content": None, "refusal": ""}), chunk({"refusal": "No."}), chunk({}, "stop"))
FRAGMENT = chunk(call(0, '{"a": 1}'))
CALLING = (chunk({"role": "assistant", "content": None}), chunk(call(id="call_1", type="function", name="look")), FRAGMENT)
LEGACY_CALL = (
    chunk({"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": ""}}),
    chunk({"function_call": {"arguments": '{"a": 1}'}}),
    chunk({}, "function_call"),
)
TUNED = tuple(one | {"model": "ft:gpt-4o-mini-2024-07-18:acme::AbCd1234"} for one in GOOD)
BY_TURNS = tuple(changed(one, ("choices.0.index", at)) for one in GOOD for at in (0, 1))
SPOKEN = (
    chunk({"role": "assistant", "audio": {"id": "audio_1", "transcript": "Good"}}),
    HEAD | {"audio": {"data": "AAAA"}},
    COUNTED,
    changed(chunk({"audio": {"expires_at": 1790000000}}), UNTOLD),
)
PADDED = lines(*GOOD).replace(b"}\n\n", b"}\n: x9Kq\n\n")
TEXT = lines(*GOOD)

CASES: tuple[Case, ...] = (
    recorded("padding as comments", streamed(PADDED)),
    recorded("padding as a member", stream(*(one | {"obfuscation": ""} for one in (*NULLED, COUNTED)), **COUNTING)),
    recorded("usage", stream(*NULLED, COUNTED, **COUNTING)),
    recorded("a moderation behind usage", stream(*NULLED, COUNTED, MODERATED, **COUNTING)),
    recorded("a moderation at the end", stream(*GOOD, MODERATED)),
    recorded("a streamed refusal", stream(*REFUSING)),
    recorded("a stream of 2023", stream(*(changed(one, ("choices.0.logprobs", ...), ("created", EARLY)) for one in FIRST))),
    recorded("a stream of finish_details", stream(*DETAILED, model=VISION)),
    recorded("a call in the first increment", stream(OPENING, FRAGMENT, chunk({}, "tool_calls"), tools=[TOOL])),
    recorded("a call behind the role", stream(*CALLING, chunk({}, "tool_calls"), tools=[TOOL])),
    recorded("a named call that ends a stream with stop", stream(OPENING, FRAGMENT, chunk({}, "stop"), **NAMED)),
    recorded("a streamed legacy function", stream(*LEGACY_CALL, **LEGACY)),
    recorded("streamed speech", stream(*SPOKEN, **SPEAKING, **COUNTING)),
    recorded("two choices that are streamed by turns", stream(*BY_TURNS, n=2)),
    recorded("a tuned model", stream(*TUNED)),
    recorded("a stream that was left early", streamed(lines(*GOOD[:2]).partition(b"data: [DONE]")[0])),
    recorded("a stream that was left within an event", streamed(TEXT[: TEXT.index(b" day")])),
    recorded("a call that was left early", streamed(lines(OPENING).partition(b"data: [DONE]")[0], tools=[TOOL], n=2)),
    recorded("a stream whose end was trimmed", streamed(TEXT.rstrip())),
    recorded("a stream whose end became one line", streamed(TEXT.rstrip() + b"\n")),
)
