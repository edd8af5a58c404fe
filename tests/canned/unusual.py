"""Answers that are unusual: right ones that look wrong at a glance, and wrong ones that look right."""

from __future__ import annotations

import json

from canned.calling import REST, START, WHOLE, at_once, calling
from canned.making import (
    CALL,
    CALLS,
    COMPLETION,
    COUNTED,
    COUNTING,
    FIRST,
    GOOD,
    HEAD,
    OPENING,
    TOOL,
    Case,
    answer,
    call,
    changed,
    chat,
    chunk,
    lines,
    right,
    stream,
    streamed,
    wrong,
)
from canned.plain import ASK, DAY, LEGACY, RIVALS, TOKEN, called, listed, said, used
from canned.streams import OPEN, TEXT, edited, telling

ENGLISH = ("Good", " day", " to", " you", " all")
SILENT = HEAD | {"choices": []}
HALVES = ("\ud83d", "\ude00")
TWICE = [RIVALS[0], RIVALS[1], RIVALS[1] | {"logprob": -2.5}]
PARTS = [RIVALS[0], *({"token": "\ufffd", "logprob": -at, "bytes": None} for at in (2.0, 3.0))]
WRITTEN = (("tool_calls", ...), ("function_call", LEGACY["function_call"]))
NAMED = {"type": "function", "function": {"name": "look"}}
DEMANDED = {"tools": [TOOL], "tool_choice": "required"}
OBJECT = {"response_format": {"type": "json_object"}}
PRESCRIBED = {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}}
CALLING = changed(COMPLETION["choices"][0], ("message", CALLS), ("finish_reason", "tool_calls"))
CALLING_TWICE = [CALLING, CALLING | {"index": 1}]
NO_TOKENS = (("usage.completion_tokens", 0), ("usage.total_tokens", 9))
THOUGHT = (("usage.completion_tokens_details", {"reasoning_tokens": 2}),)
CUSTOM = {"id": "call_1", "type": "custom", "custom": {"name": "look", "input": "out"}}
FUNCTIONS = {"tools": None, "functions": [TOOL["function"]]}
BOTH = {"tool_calls": [call(at, id=f"c{at}", **WHOLE)["tool_calls"][0] for at in (0, 1)]}
START_REFUSED = chunk({"role": "assistant", "content": None, "refusal": ""})
ARGUMENTS = "tool_calls.0.function.arguments"
AGAIN = ("chat.stream.tools.increments", "chat.tool_calls.arguments")


def parts(*texts: str, index: int = 0):
    """Chunks with the arguments of a call, piece by piece."""
    return [chunk(call(index, arguments=text)) for text in texts]


def head(index: int):
    return chunk(call(index, id=f"call_{index}", type="function", name="look"))


def cut(text: str = "Good day", **fields):
    return chat(("choices.0.message.content", text), ("choices.0.finish_reason", "length"), **fields)


def refused(**fields):
    return chat(("choices.0.message.content", None), ("choices.0.message.refusal", "No."), **fields)


def _doubled(one):
    """The chunk with a second choice that says the same."""
    return one | {"choices": [*one["choices"], one["choices"][0] | {"index": 1}]}


def _moved(one, index: int):
    return changed(one, ("choices.0.index", index))


def _again(texts):
    """A stream whose last chunk says all of the text once more."""
    return stream(FIRST, *[chunk({"content": text}) for text in texts], chunk({"content": "".join(texts)}, "stop"))


def _refusing(text: str):
    return chunk({"refusal": text})


TWO_HEADS = (chunk(START), head(0), head(1))
BY_TURNS = (*TWO_HEADS, *parts('{"a":'), *parts('{"a":', index=1), *parts(" 1}"), *parts(" 2}", index=1), REST[2])

PLAIN: tuple[Case, ...] = (
    right("an empty text of no tokens", chat(("choices.0.message.content", ""), *NO_TOKENS)),
    right("thoughts up to the limit", chat(("choices.0.message.content", ""), ("choices.0.finish_reason", "length"), *THOUGHT)),
    right("an id of five hundred letters", chat(("id", "x" * 500))),
    right("line separators of Unicode", said("a\u2028b\x85c")),
    right("a text about HTML", said("Write <s>old</s>")),
    right("a mark that was asked for", said("It ends with </s>", messages=[{"role": "user", "content": "What is </s>?"}])),
    right("JSON over several lines", answer(json.dumps(COMPLETION, indent=2).encode() + b"\n")),
    right("a custom tool", called(("tool_calls", [CUSTOM]))),
    right("a legacy function where functions are offered", called(*WRITTEN, finish="function_call", **FUNCTIONS)),
    right("one id in two choices", chat(("choices", CALLING_TWICE), n=2, tools=[TOOL])),
    right("logprobs of a call", called(("tool_calls", [CUSTOM]), **ASK)),
    right("rivals that are parts of characters", listed(TOKEN | {"top_logprobs": PARTS}, DAY, logprobs=True, top_logprobs=3)),
    right("a call of the tool that is named", called(tool_choice=NAMED)),
    right("no call where it must come, for the text was cut", cut(max_tokens=2, **DEMANDED)),
    right("a refusal where a call must come", refused(**DEMANDED)),
    right("an answer in the format that was asked for beside tools", said('{"a": 1}', **DEMANDED, **OBJECT)),
    right("no calls where none may come", chat(tools=[TOOL], tool_choice="none")),
    right("a custom tool where a call must come", called(("tool_calls", [CUSTOM]), **DEMANDED)),
    right("one call where one may come", called(parallel_tool_calls=False)),
    right("an object in JSON mode", said(' {"a": [1]}\n', **OBJECT)),
    right("half an object at the limit", cut('{"a', max_tokens=2, **OBJECT)),
    right("half an object before a stop string", said('{"a', stop=["b"], **OBJECT)),
    right("a refusal in JSON mode", refused(**OBJECT)),
    wrong("no call where it must come", chat(**DEMANDED), "chat.tool_choice.kept"),
    wrong(
        "another tool than the named one",
        called(("tool_calls.0.function.name", "fly"), tool_choice=NAMED),
        "chat.tool_choice.kept",
    ),
    wrong("a call where none may come", called(tool_choice="none"), "chat.tool_choice.kept"),
    wrong(
        "two calls where one may come",
        called(("tool_calls", [CALL, CALL | {"id": "call_2"}]), parallel_tool_calls=False),
        "chat.parallel_tool_calls.kept",
    ),
    wrong("a text in JSON mode", chat(**OBJECT), "chat.json_object.kept"),
    wrong("an object in a fence", said('```json\n{"a": 1}\n```', **OBJECT), "chat.json_object.kept"),
    wrong("a list in JSON mode", said("[1]", **OBJECT), "chat.json_object.kept"),
    right("an object where a schema is asked for", said('{\n  "a": 1\n}', **PRESCRIBED)),
    wrong("a word before an object of a schema", said('Here: {"a": 1}', **PRESCRIBED), "chat.json_schema.kept"),
    wrong("half an object of a schema", said('{"a": ', **PRESCRIBED), "chat.json_schema.kept"),
    wrong("a text of no tokens", used(completion_tokens=0, total_tokens=9), "chat.usage.completion"),
    wrong("the end of a text of Mistral's", said("Good day</s>"), "chat.content.markers"),
    wrong("the end of a turn of Gemma's", said("Good day<end_of_turn>"), "chat.content.markers"),
    wrong("the end of a turn of Command's", said("Good day<|END_OF_TURN_TOKEN|>"), "chat.content.markers"),
    wrong("a tool called as a function", called(*WRITTEN, finish="function_call"), "chat.tool_calls.legacy"),
    wrong("a function that ends like a tool", called(*WRITTEN), "chat.finish_reason.calls", "chat.tool_calls.legacy"),
    wrong("no logprobs on request", chat(**ASK), "chat.logprobs.given"),
    wrong("no tokens on request", listed(), "chat.logprobs.given"),
    wrong(
        "a rival twice", listed(TOKEN | {"top_logprobs": TWICE}, DAY, logprobs=True, top_logprobs=3), "chat.top_logprobs.chosen"
    ),
)

STREAMED: tuple[Case, ...] = (
    right("a field within an event", streamed(lines(*GOOD, before="retry: 100\ndata: "))),
    right("the name of an event behind its data", streamed(lines(*GOOD, end="\nevent: message\n\n"))),
    right("lines that end now so, now so", streamed(TEXT.replace(b"\n\n", b"\r\n\n"))),
    right("an empty text at the finish", edited(("choices.0.delta", {"content": ""}), at=3)),
    right("nothing in between", edited(("choices.0.delta", {}))),
    right("nothing behind the finish", stream(*GOOD, chunk({}))),
    right("a person in two increments", telling("\U0001f469\u200d", "\U0001f469")),
    right("a word twice", telling("no", " no", " no")),
    right("a long increment", telling("Good", " ", "day to you all", " day to you all")),
    right("two choices in one chunk", stream(*map(_doubled, GOOD), n=2)),
    right("a service tier that is told in the end", stream(*GOOD[:3], GOOD[3] | {"service_tier": "default"})),
    right("two calls in one chunk", calling(chunk(START), chunk(BOTH), REST[2])),
    right("text before a call", calling(FIRST, chunk({"content": "Let me look"}), head(0), *REST)),
    right("arguments in tiny fragments", calling(OPENING, *parts("{", "", '"a', '":', " 1", "}"), REST[2])),
    right("the finish beside the last fragment", calling(OPENING, REST[0], chunk(call(arguments=" 1}"), "tool_calls"))),
    wrong("all the text again in the end", telling(*ENGLISH, "".join(ENGLISH)), "chat.stream.increments"),
    wrong("all the text again beside the finish", _again(ENGLISH), "chat.stream.increments"),
    wrong("a chunk without choices in between", stream(*GOOD[:2], SILENT, *GOOD[2:]), "chat.stream.choices"),
    wrong("usage before the finish", stream(*GOOD[:3], COUNTED, GOOD[3], **COUNTING), "chat.stream.usage.chunk"),
    wrong("usage at the beginning", stream(COUNTED, *GOOD, **COUNTING), "chat.stream.usage.chunk"),
    wrong("usage of no tokens", stream(*GOOD, changed(COUNTED, *NO_TOKENS), **COUNTING), "chat.usage.completion"),
    wrong("a line that keeps alive", streamed(b"keep-alive\n\n" + TEXT), "chat.stream.lines"),
    wrong("[DONE] without its field", streamed(OPEN + b"[DONE]\n\n"), "chat.stream.lines", "chat.stream.done"),
    wrong("fields in capitals", streamed(lines(*GOOD, before="DATA: ")), "chat.stream.events"),
    wrong("chunks in JSON in JSON", streamed(lines(*map(json.dumps, map(json.dumps, GOOD)))), "chat.stream.events"),
    wrong("an id that the last chunk lacks", edited(("id", ...), at=3), "chat.id"),
    wrong("an index for every chunk", stream(*[_moved(one, at) for at, one in enumerate(GOOD)]), "chat.stream.finish"),
    wrong("a refusal that is torn", stream(START_REFUSED, *map(_refusing, HALVES), GOOD[3]), "chat.stream.utf8"),
    wrong(
        "arguments that are torn",
        calling(OPENING, *parts('{"a": "\ud83d', '\ude00"}'), REST[2]),
        "chat.stream.utf8",
    ),
    wrong("arguments again in every fragment", calling(OPENING, *parts('{"a"', '{"a": 1', '{"a": 1}'), REST[2]), *AGAIN),
    wrong("arguments that begin anew", calling(OPENING, *parts('{"a": ', '{"a": 1}'), REST[2]), *AGAIN),
    wrong("no fragment with arguments", at_once(changed(call(id="c", **WHOLE), (ARGUMENTS, ...))), "chat.tool_calls.arguments"),
    wrong("two calls by turns", calling(*BY_TURNS), "chat.stream.tools.sequence"),
)

CASES = PLAIN + STREAMED
