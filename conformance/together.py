"""Several requests under way at the same time, as one check asks for them. Standard library only."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from conformance.messages import Exchange, Request, Send

MOST = 64
"""How many requests may be under way at once: with more, the limits of the operating system would be measured."""

_mine = threading.local()


def company() -> int:
    """Of how many requests that a check sends together this thread sends one; 0 where it sends on its own."""
    return getattr(_mine, "company", 0)


def together(send: Send, requests: Sequence[Request]) -> list[Exchange]:
    """Sends all requests at the same moment, each in a thread of its own, and gives the exchanges in the order of the requests.
    Whatever `send` raises is raised here, once nothing is under way any more. Raises ValueError for more than 64 requests.
    """
    if len(requests) > MOST:
        raise ValueError(f"{len(requests)} requests at once are more than {MOST}")
    group = _Group(send, requests)
    threads = [threading.Thread(target=group.ask, args=(place,), daemon=True) for place in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return group.given()


class _Group:
    """The requests of one `together` and what became of them. The threads start when the last of them is ready."""

    def __init__(self, send: Send, requests: Sequence[Request]) -> None:
        self.send = send
        self.requests = requests
        self.ready = threading.Barrier(len(requests)) if requests else None
        self.found: dict[int, Exchange] = {}
        self.raised: list[BaseException] = []

    def ask(self, place: int) -> None:
        """Sends the request at one place."""
        _mine.company = len(self.requests)
        try:
            if self.ready:
                self.ready.wait()
            self.found[place] = self.send(self.requests[place])
        except BaseException as error:  # a thread has nobody to raise it to
            self.raised.append(error)

    def given(self) -> list[Exchange]:
        """The exchanges in order. Raises what a thread raised first."""
        if self.raised:
            raise self.raised[0]
        return [self.found[place] for place in range(len(self.requests))]
