"""Servers that do harm to some and not to others: to one client, in one phase, at every so manyth request.

What everybody meets is noticed at once; what only the asynchronous client meets has to be bounded there too. Whether the gate
fails is chance where a harm awaits few requests and takes turns with others: both exit codes are true then.
"""

import gzip
import time
import zlib
from collections.abc import Callable
from functools import cache, partial

from hostile.behaviours import add, behaviour
from hostile.talk import EVENTS, PLAIN, Talk, chunk, completion, events, spelled

SHORT = ("--timeout", "0.6")
HURT = {"arguments": SHORT, "seconds": 180.0}
DELTAS = (b"data: " + spelled(chunk("la")) + b"\n\n") * 200


def turn(talk: Talk) -> int:
    """How many requests there have been."""
    talk.world.memory["turn"] = talk.world.memory.get("turn", 0) + 1
    return int(talk.world.memory["turn"])


def said(talk: Talk, name: str, value: str) -> bool:
    return talk.header(name).startswith(value)


WHO: dict[str, Callable[[Talk], bool]] = {
    "the-sdk": lambda talk: said(talk, "user-agent", "OpenAI/"),
    "the-asynchronous-client": lambda talk: said(talk, "user-agent", "AsyncOpenAI/"),
    "the-wire": lambda talk: (
        any(talk.header(name) for name in ("expect", "transfer-encoding")) or said(talk, "connection", "close")
    ),
    "streams": lambda talk: talk.streamed,
    "the-wrong": lambda talk: talk.json.get("model") != "reference",
    "every-second": lambda talk: turn(talk) % 2 == 0,
    "every-fifth": lambda talk: turn(talk) % 5 == 0,
}


def kind(talk: Talk) -> str:
    return EVENTS if talk.streamed else PLAIN


def hang(talk: Talk) -> None:
    """says nothing"""
    talk.sleep()


def trickle(talk: Talk) -> None:
    """a body of many bytes, one after the other"""
    talk.begin(kind(talk))
    talk.trickle(spelled(completion("and so on " * 99)))


def flood(talk: Talk) -> None:
    """events as fast as it can"""
    talk.begin(kind(talk))
    talk.forever(DELTAS)


@cache
def packed() -> bytes:
    return gzip.compress(DELTAS * 800)


def bomb(talk: Talk) -> bool:
    """events that take little room packed, and much when unpacked"""
    return talk.answer(packed(), type=kind(talk), headers=("Content-Encoding: gzip",))


def reset(talk: Talk) -> None:
    """half a head, and a reset"""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    talk.reset()


def harming(who: str, harm: Callable[[Talk], object], talk: Talk) -> object:
    return harm(talk) if WHO[who](talk) else talk.properly()


CHOSEN = {
    "the-sdk": (hang, bomb),
    "the-asynchronous-client": (hang, trickle, flood, bomb, reset),
    "the-wire": (hang, trickle, flood, bomb, reset),
    "streams": (trickle, reset),
    "the-wrong": (hang, flood, bomb),
    "every-second": (hang, reset),
    "every-fifth": (trickle, flood),
}
for who, harms in CHOSEN.items():
    for harm in harms:
        why = f"{who.replace('-', ' ')} alone: {harm.__doc__}"
        add(f"phases.{harm.__name__}-for-{who}", partial(harming, who, harm), why, **HURT)


@behaviour(alone=True, codes=(1,), arguments=SHORT, says="no longer answers", seconds=60.0)
def answers_one_token_alone(talk: Talk) -> object:
    """Answers whoever asks for one token, which is how it is tried whether it lives, and nobody else."""
    return talk.properly() if talk.json.get("max_tokens") == 1 else talk.sleep()


@behaviour(codes=(1,), **HURT)
def too_late_as_a_whole(talk: Talk) -> object:
    """Single bytes that are each in time, and are not in time together."""
    body = spelled(completion())
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
    talk.trickle(body, 0.01)
    return None


@behaviour()
def another_answer_each_time(talk: Talk) -> object:
    """Plain, packed, a stream where none was asked for, late, refused, and a part of something, in turns."""
    body, at = spelled(completion()), turn(talk) % 6
    if at == 0:
        return talk.answer(gzip.compress(body), headers=("Content-Encoding: gzip",))
    if at == 1:
        return talk.answer(events(chunk(), chunk("", "stop")), type=EVENTS)
    if at == 2:
        time.sleep(0.2)
        return talk.answer(b"slow down", "429 Too Many Requests", type="text/plain")
    if at == 3:
        return talk.answer(b"", "503 Service Unavailable", headers=("Retry-After: 1e9",))
    return talk.properly() if at == 4 else talk.answer(body, "206 Partial Content", headers=("Content-Range: bytes 0-1/2",))


@behaviour()
def a_stream_packed_event_by_event(talk: Talk) -> object:
    """A proper stream in deflate without a head, flushed behind each event."""
    if not talk.streamed:
        return talk.properly()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    talk.begin(EVENTS, "Content-Encoding: deflate")
    for _ in range(100):
        talk.send(packer.compress(b"data: " + spelled(chunk()) + b"\n\n") + packer.flush(zlib.Z_SYNC_FLUSH))
    return None
