"""Servers that take their time, for ever.

Timeouts of HTTP clients are per read, so what trickles is never too slow for them.
https://owasp.org/www-community/attacks/Slow_Post_Attack · https://www.python-httpx.org/advanced/timeouts/
"""

from hostile.behaviours import behaviour
from hostile.talk import EVENTS, PLAIN, Talk, chunk, completion, events, spelled

SHORT = ("--timeout", "0.6")
LATE = {"alone": True, "codes": (1,), "arguments": SHORT, "seconds": 120.0}
GONE = {**LATE, "alone": False, "says": "no longer answers"}
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@behaviour(**{**LATE, "on": "all", "codes": (4,), "says": "nothing answers"})
def never_answers_at_all(talk: Talk) -> None:
    """Accepts every connection and says nothing."""
    talk.sleep()


@behaviour(**{**GONE, "alone": True})
def never_answers_chat(talk: Talk) -> None:
    """Lists its models and never answers anything else, so that asking whether it lives is misleading."""
    talk.sleep()


@behaviour(**{**GONE, "alone": True})
def streams_never_begin(talk: Talk) -> object:
    """Only streams hang; everything else is well."""
    return talk.sleep() if talk.streamed else talk.properly()


@behaviour(**GONE)
def header_trickles(talk: Talk) -> None:
    """One byte of the head after the other."""
    talk.trickle(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: and so it goes\r\n" * 99)


@behaviour(**GONE)
def body_trickles(talk: Talk) -> None:
    """One byte of the body after the other."""
    talk.begin(PLAIN)
    talk.trickle(spelled(completion("and so it goes " * 99)))


@behaviour(**GONE)
def comments_for_ever(talk: Talk) -> None:
    """Keep-alive comments and never an event."""
    talk.begin()
    talk.forever(b": still thinking\n\n", 0.03)


@behaviour(**GONE)
def deltas_for_ever(talk: Talk) -> None:
    """A stream that goes on and on, never fast."""
    talk.begin()
    talk.forever(b"data: " + spelled(chunk("on ")) + b"\n\n", 0.03)


@behaviour(**LATE)
def after_done_for_ever(talk: Talk) -> object:
    """Says [DONE] and keeps the connection open with comments."""
    if not talk.streamed:
        return talk.properly()
    talk.begin()
    talk.send(events(chunk(), chunk(None, "stop")))
    return talk.forever(b": \n\n", 0.03)


@behaviour(**GONE)
def continue_for_ever(talk: Talk) -> None:
    """Interim answers without end."""
    talk.forever(b"HTTP/1.1 100 Continue\r\n\r\n", 0.02)


@behaviour(**GONE)
def continue_in_floods(talk: Talk) -> None:
    """Interim answers without end, as fast as it can."""
    talk.forever(b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" * 100)


@behaviour(**GONE)
def half_a_status_line(talk: Talk) -> None:
    """Begins to answer and falls silent."""
    talk.send(b"HTTP/1.1 2")
    talk.sleep()


@behaviour(**GONE)
def head_then_nothing(talk: Talk) -> None:
    """Promises a body that does not come."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n")
    talk.sleep()


@behaviour(**GONE)
def half_a_body(talk: Talk) -> None:
    """Falls silent in the middle of the body."""
    talk.begin(EVENTS if talk.streamed else PLAIN)
    talk.send((b"data: " if talk.streamed else b"") + spelled(completion())[:60])
    talk.sleep()


@behaviour(**GONE)
def chunk_sizes_trickle(talk: Talk) -> None:
    """A chunk's extension that never ends."""
    talk.send(CHUNKED, b"5;")
    talk.forever(b"x", 0.03)


@behaviour(**LATE)
def trailers_for_ever(talk: Talk) -> None:
    """The body ends, its trailers do not."""
    body = events(chunk(), chunk(None, "stop"))
    talk.send(CHUNKED, b"%x\r\n%s\r\n0\r\n" % (len(body), body))
    talk.forever(b"X-More: 1\r\n", 0.03)


@behaviour(**{**LATE, "on": "all", "codes": (4,), "says": "nothing answers", "scheme": "https"})
def handshake_never_ends(talk: Talk) -> None:
    """Accepts TLS connections and never says hello."""
    talk.sleep()
