"""Answers nested just so deep that one reader takes what the next one cannot: each copies, spells or walks them in its own way.

https://docs.python.org/3/library/sys.html#sys.setrecursionlimit · https://cwe.mitre.org/data/definitions/674.html
"""

from functools import partial

from hostile.behaviours import add
from hostile.talk import Talk, chunk, completion, spelled
from hostile.values import within

NEST = {
    "arrays": lambda depth: b"[" * depth + b"]" * depth,
    "objects": lambda depth: b'{"a":' * depth + b"1" + b"}" * depth,
    "both": lambda depth: b'[{"a":' * (depth // 2) + b"1" + b"}]" * (depth // 2),
}
DEPTHS = (120, 240, 330, 480, 700, 960)
MEMBERS = ("content", "model", "finish_reason", "created")


def nested(value: bytes, member: bytes, talk: Talk) -> bool:
    """In an answer, in a chunk, and in what is refused: there in every member of the error."""
    if "stop" in talk.json or not talk.is_chat:
        names = (b"message", b"type", b"param", b"code")
        return talk.answer(b'{"error": {%s}}' % b", ".join(b'"%s": %s' % (name, value) for name in names), "400 Bad Request")
    texts = spelled(completion()), spelled(chunk(finish="stop"))
    return talk.fitting(*(within(member, value, text) for text in texts))


for number, depth in enumerate(DEPTHS):
    for kind, make in NEST.items():
        member = MEMBERS[number % len(MEMBERS)]
        why = "too deep for one of those who read, copy, check and spell it, and not for the others"
        add(f"depths.{depth}-{kind}-for-{member.replace('_', '-')}", partial(nested, make(depth), member.encode()), why)


def argued(depth: int, talk: Talk) -> bool:
    """As the arguments of a call, a text that is JSON again."""
    function = {"name": "get_weather", "arguments": '{"a":' * depth + "1" + "}" * depth}
    call = {"id": "call_1", "type": "function", "function": function}
    whole = completion(None)
    whole["choices"][0] |= {"finish_reason": "tool_calls"}
    whole["choices"][0]["message"]["tool_calls"] = [call]
    delta = chunk(None, "tool_calls")
    delta["choices"][0]["delta"]["tool_calls"] = [{"index": 0, **call}]
    return talk.fitting(spelled(whole), spelled(delta))


for depth in (330, 980, 50_000):
    add(f"depths.{depth}-in-arguments", partial(argued, depth), "arguments of a tool that are JSON in JSON, and deep")
