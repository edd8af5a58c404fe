"""Streamed tool calls, right and wrong."""

from __future__ import annotations

from canned.making import OPENING, TOOL, Case, call, changed, chunk, right, stream, wrong

REST = (chunk(call(arguments='{"a":')), chunk(call(arguments=" 1}")), chunk({}, "tool_calls"))
MARKED = '<tool_call>{"name": "look", "arguments": {"a": 1}}</tool_call>'
WHOLE = {"type": "function", "name": "look", "arguments": '{"a": 1}'}
START = {"role": "assistant", "content": None}
SAYING = {"role": "assistant", "content": ""}


def calling(*chunks, **asked):
    return stream(*chunks, **({"tools": [TOOL]} | asked))


def at_once(*calls, finish="tool_calls"):
    """A stream in which every call comes whole, in a chunk of its own."""
    return calling(chunk(START), *[chunk(one) for one in calls], chunk({}, finish))


CASES: tuple[Case, ...] = (
    right("a call in fragments", calling(OPENING, *REST)),
    right("a call at once", at_once(call(id="c", **WHOLE))),
    right("two calls", at_once(call(0, id="c1", **WHOLE), call(1, id="c2", **WHOLE))),
    right(
        "the role before the call",
        calling(chunk(START), chunk({"tool_calls": OPENING["choices"][0]["delta"]["tool_calls"]}), *REST),
    ),
    right(
        "a named call that ends with stop",
        calling(OPENING, *REST[:2], chunk({}, "stop"), tool_choice={"type": "function", "function": {"name": "look"}}),
    ),
    right("a text about the marks of calls", calling(chunk(SAYING), chunk({"content": "Write <tool_call>."}), chunk({}, "stop"))),
    wrong("a call left in the text", calling(chunk(SAYING), chunk({"content": MARKED}), chunk({}, "stop")), "chat.tools.marks"),
    wrong("no index", at_once(changed(call(id="c", **WHOLE), ("tool_calls.0.index", ...))), "chat.tool_calls.shape"),
    wrong("the index null", at_once(call(None, id="c", **WHOLE)), "chat.tool_calls.shape"),
    wrong("an index from 1", at_once(call(1, id="c", **WHOLE)), "chat.stream.tools.index"),
    wrong("one index for two calls", at_once(call(0, id="c1", **WHOLE), call(0, id="c2", **WHOLE)), "chat.stream.tools.once"),
    wrong(
        "arguments under another index",
        calling(OPENING, *[chunk(call(1, arguments=part)) for part in ('{"a":', " 1}")], REST[2]),
        "chat.stream.tools.head",
    ),
    wrong(
        "the id in every fragment",
        calling(OPENING, chunk(call(arguments='{"a":', id="call_1")), *REST[1:]),
        "chat.stream.tools.once",
    ),
    wrong(
        "the name in every fragment",
        calling(OPENING, chunk(call(arguments='{"a":', name="look")), *REST[1:]),
        "chat.stream.tools.once",
    ),
    wrong(
        "an empty name in every fragment",
        calling(OPENING, chunk(call(arguments='{"a":', name="")), *REST[1:]),
        "chat.stream.tools.fragments",
    ),
    wrong(
        "the type in every fragment",
        calling(OPENING, chunk(call(arguments='{"a":', type="function")), *REST[1:]),
        "chat.stream.tools.fragments",
    ),
    wrong(
        "an empty id in every fragment",
        calling(OPENING, chunk(call(arguments='{"a":', id="")), *REST[1:]),
        "chat.stream.tools.fragments",
    ),
    wrong("no id", at_once(call(**WHOLE)), "chat.stream.tools.head"),
    wrong("the id null", at_once(call(id=None, **WHOLE)), "chat.stream.tools.head"),
    wrong("no type", at_once(changed(call(id="c", **WHOLE), ("tool_calls.0.type", ...))), "chat.stream.tools.head"),
    wrong("no name", at_once(changed(call(id="c", **WHOLE), ("tool_calls.0.function.name", ...))), "chat.stream.tools.head"),
    wrong(
        "no function in the first fragment",
        calling(changed(OPENING, ("choices.0.delta.tool_calls.0.function", ...)), *REST),
        "chat.stream.tools.head",
    ),
    wrong(
        "the id within the function", at_once(changed(call(**WHOLE), ("tool_calls.0.function.id", "c"))), "chat.stream.tools.head"
    ),
    wrong("arguments as an object", at_once(call(id="c", **WHOLE | {"arguments": {"a": 1}})), "chat.tool_calls.shape"),
    wrong(
        "arguments null",
        calling(changed(OPENING, ("choices.0.delta.tool_calls.0.function.arguments", None)), *REST),
        "chat.stream.tools.fragments",
    ),
    wrong("arguments that lack their end", calling(OPENING, REST[0], REST[2]), "chat.tool_calls.arguments"),
    wrong("no arguments at all", calling(OPENING, REST[2]), "chat.tool_calls.arguments"),
    wrong(
        "arguments in fragments and whole again",
        calling(OPENING, *REST[:2], chunk(call(arguments='{"a": 1}')), REST[2]),
        "chat.tool_calls.doubled",
    ),
    wrong("two calls with one id", at_once(call(0, id="c", **WHOLE), call(1, id="c", **WHOLE)), "chat.tool_calls.ids"),
    wrong(
        "calls null in every chunk",
        stream(
            *[
                changed(chunk(one, end), ("choices.0.delta.tool_calls", None))
                for one, end in ((START, None), ({"content": "x"}, None), ({}, "stop"))
            ]
        ),
        "chat.stream.tools.fragments",
    ),
    wrong(
        "no calls in every chunk",
        stream(
            *[
                changed(chunk(one, end), ("choices.0.delta.tool_calls", []))
                for one, end in ((START, None), ({"content": "x"}, None), ({}, "stop"))
            ]
        ),
        "chat.stream.tools.fragments",
    ),
    wrong("no role", calling(changed(OPENING, ("choices.0.delta.role", ...)), *REST), "chat.stream.role"),
    wrong("a free call that ends with stop", calling(OPENING, *REST[:2], chunk({}, "stop")), "chat.finish_reason.calls"),
    wrong("tool_calls without a call", stream(chunk(START), chunk({}, "tool_calls")), "chat.finish_reason.calls"),
    wrong("a tool that nobody offered", at_once(call(id="c", **WHOLE | {"name": "fly"})), "chat.tool_calls.names"),
)
