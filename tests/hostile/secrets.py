"""Servers that say the key back, in any spelling and in any place. https://cwe.mitre.org/data/definitions/532.html"""

import gzip
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from hostile.behaviours import add, behaviour
from hostile.talk import EVENTS, Talk, chunk, completion, events, pieces, spelled

HEARD = {"on": "all", "arguments": ("--api-key", "{key}")}

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper-case": str.upper,
    "lower-case": str.lower,
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64-of-a-pair": lambda key: b64encode(f"me:{key}".encode()).decode(),
    "base64-for-urls": lambda key: urlsafe_b64encode(f"u={key}".encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "url-encoded": lambda key: quote(key, safe=""),
    "percent-of-everything": lambda key: "".join(f"%{ord(char):02X}" for char in key),
    "references-of-html": lambda key: "".join(f"&#{ord(char)};" for char in key),
    "without-its-prefix": lambda key: key[3:],
    "without-its-end": lambda key: key[:-3],
    "from-the-middle": lambda key: key[4:-4],
}


def echoing(spell: Callable[[str], str], talk: Talk) -> bool:
    """Everywhere: in headers, names of headers, texts, errors, models."""
    text = spell(talk.key or "nobody")
    name = "".join(char for char in text if char.isalnum() or char in "-_.%&#")[:60]
    headers = (f"X-Echo: {text}", f"X-Debug-{name}: 1", f"Server: {text}")
    told = f"you sent {text}, thank you"
    if talk.is_models:
        entry = {"id": f"{text}-model", "object": "model", "created": 1, "owned_by": text}
        reference = {**entry, "id": "reference"}
        return talk.answer(spelled({"object": "list", "data": [reference, entry]}), headers=headers)
    if not talk.is_chat or "stop" in talk.json or talk.header("authorization").startswith("Basic"):
        error = {"message": told, "type": text, "param": text, "code": text}
        return talk.answer(spelled({"error": error, text: text}), "401 Not " + text[:80], headers=headers)
    if talk.streamed:
        return talk.answer(events(chunk(told, model=text), chunk("", "stop")), type=EVENTS, headers=headers)
    return talk.answer(spelled(completion(told, model=text, system_fingerprint=text)), headers=headers)


for name, spell in SPELLINGS.items():
    add(f"secrets.{name}", partial(echoing, spell), "the key comes back in headers, texts, errors and names", **HEARD)


def in_parts(size: int, talk: Talk) -> bool:
    """The key as the text of a stream, a part in each delta."""
    parts = [chunk(part) for part in pieces(f"it is {talk.key}, is it", size)]
    if not talk.streamed:
        return talk.answer(spelled(completion(f"it is {talk.key}")))
    return talk.answer(events(*parts, chunk("", "stop")), type=EVENTS)


for size in (1, 5, 11):
    why = "the key comes back in parts, each in a delta of its own"
    add(f"secrets.in-deltas-of-{size}", partial(in_parts, size), why, **{**HEARD, "on": "chat"})


@behaviour(arguments=HEARD["arguments"])
def in_parts_of_arguments(talk: Talk) -> bool:
    """The key as the arguments of a streamed call, in parts."""
    if not talk.streamed:
        return talk.properly()
    parts = pieces(json.dumps({"key": talk.key}), 6)
    calls = [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in parts]
    choices = [{"index": 0, "delta": call, "finish_reason": None} for call in calls]
    return talk.answer(events(*({**chunk(), "choices": [one]} for one in choices)), type=EVENTS)


@behaviour(arguments=HEARD["arguments"])
def in_escapes(talk: Talk) -> bool:
    """The key in JSON whose every other letter is escaped."""
    text = "".join(rf"\u{ord(char):04x}" if at % 2 else char for at, char in enumerate(talk.key))
    return talk.fitting(*(spelled(one).replace(b"Hello!", text.encode()) for one in (completion(), chunk(finish="stop"))))


@behaviour(arguments=HEARD["arguments"])
def in_gzip(talk: Talk) -> bool:
    """The key in a compressed body."""
    return talk.answer(gzip.compress(spelled(completion(talk.key))), headers=("Content-Encoding: gzip",))


@behaviour(arguments=HEARD["arguments"])
def in_broken_json(talk: Talk) -> bool:
    """The key in what is no JSON at all, and torn across chunks."""
    talk.send(b"HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in pieces(f"Traceback: headers = {{Authorization: Bearer {talk.key}}}", 7):
        talk.send(b"%x\r\n%s\r\n" % (len(part), part.encode()))
    talk.send(b"0\r\n\r\n")
    return True


@behaviour(codes=(1,), arguments=HEARD["arguments"])
def in_a_broken_head(talk: Talk) -> None:
    """The key in a line that HTTP libraries quote in their complaints."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n" % talk.key.encode())


@behaviour(on="all", alone=True, codes=(4,), says="offers no model", arguments=("--model", "", *HEARD["arguments"]))
def in_the_first_refusal(talk: Talk) -> bool:
    """The key in the answer to the first request, so that the run ends at once with a line on stderr."""
    return talk.answer(spelled({"error": talk.key}), f"401 {talk.key}", headers=(f"Server: {talk.key}",))


@behaviour(on="all", alone=True, codes=(4,), says="nothing answers", arguments=HEARD["arguments"])
def in_the_first_complaint(talk: Talk) -> None:
    """The key where the first answer breaks HTTP, so that the library quotes it on stderr."""
    talk.send(talk.key.encode() + b" HTTP/1.1\r\n\r\n")
