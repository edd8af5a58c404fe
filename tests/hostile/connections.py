"""Servers whose connections end when they should not. https://www.rfc-editor.org/rfc/rfc9293#section-3.5.2"""

import threading
import time

from hostile.behaviours import behaviour
from hostile.talk import EVENTS, PLAIN, Talk, chunk, completion, spelled

RESET = {"alone": True, "codes": (1,)}


@behaviour(**{**RESET, "on": "all", "codes": (4,), "says": "nothing answers"})
def reset_at_once(talk: Talk) -> None:
    """Resets every connection after the first bytes."""
    talk.reset()


@behaviour(**RESET)
def reset_before_the_answer(talk: Talk) -> None:
    """Resets chat requests only."""
    talk.reset()


@behaviour(codes=(1,))
def reset_in_the_head(talk: Talk) -> None:
    """Resets in the middle of a header."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    talk.reset()


@behaviour(codes=(1,))
def reset_in_the_body(talk: Talk) -> None:
    """Resets in the middle of the body."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n" + spelled(completion())[:50])
    talk.reset()


@behaviour(codes=(1,))
def end_in_the_body(talk: Talk) -> None:
    """Ends the connection in the middle of the body."""
    talk.begin(EVENTS if talk.streamed else PLAIN)
    talk.send((b"data: " + spelled(chunk()) + b"\n\ndata: ")[:-40])


@behaviour(codes=(1,))
def end_without_a_word(talk: Talk) -> None:
    """Ends the connection where an answer was due."""


@behaviour(**{**RESET, "codes": (0, 1)})
def chatter_between_answers(talk: Talk) -> bool:
    """Says things on idle connections that nobody asked for."""
    talk.properly()
    time.sleep(0.01)
    talk.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\nno")
    return True


@behaviour(**{**RESET, "says": "no longer answers"})
def dies_for_good(talk: Talk) -> object:
    """Closes its port after a dozen requests."""
    count = talk.world.memory["count"] = talk.world.memory.get("count", 0) + 1
    if count == 12:
        talk.world.close()
        return None
    return talk.properly()


@behaviour(**{**RESET, "hides": "no longer answers"})
def dies_and_returns(talk: Talk) -> object:
    """Closes its port after a dozen requests and opens it two seconds later, as a supervisor does."""
    memory = talk.world.memory
    memory["count"] = memory.get("count", 0) + 1
    if memory["count"] == 12:
        talk.world.close()
        threading.Timer(2.0, talk.world.reopen).start()
        return None
    return talk.properly()
