"""Faults that show only while several requests are under way at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.reference.errors import missing
from conformance.reference.faults.parts import GITHUB, streamed
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Reply, Settings
from conformance.together import company

_PAUSE, _PAUSES = 0.01, 20
"""Seconds that a request waits for others to arrive, again and again while they do, but so many times at most."""

_PATIENCE = 2.0
"""Most seconds that one of several requests of one check waits until all of them are there."""


@dataclass
class Crowd:
    """The requests under way, in the order of their arrival, those that each meets where all of a check's are there, how many
    others each met, and the usage told last.
    """

    flying: dict[int, Object] = field(default_factory=dict)
    gathered: dict[int, list[Object]] = field(default_factory=dict)
    met: dict[int, int] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    usage: Object = field(default_factory=dict)

    def join(self, sent: Object, asked: Asked) -> list[Object]:
        """Adds a request, and gives the others that are under way, once they have had time to arrive."""
        mine = id(asked)
        with self.changed:
            self.flying[mine] = sent
            if len(self.flying) >= company() > 0:
                self.gathered |= {key: self._others(key) for key in self.flying}
                self.changed.notify_all()
        self._settle(mine)
        with self.changed:
            others = self.gathered.pop(mine) if mine in self.gathered else self._others(mine)
            self.met[mine] = len(others)
        return others

    def _others(self, mine: int) -> list[Object]:
        return [one for key, one in self.flying.items() if key != mine]

    def _settle(self, mine: int) -> None:
        if company():
            with self.changed:
                self.changed.wait_for(lambda: mine in self.gathered, _PATIENCE)
            return
        for _ in range(_PAUSES):
            before = len(self.flying)
            time.sleep(_PAUSE)
            if len(self.flying) <= before:
                return

    def leave(self, asked: Asked) -> int:
        """Takes a request away; how many others it met."""
        with self.changed:
            self.flying.pop(id(asked), None)
            return self.met.pop(id(asked), 0)


def crowd_of(asked: Asked) -> Crowd:
    """The crowd of a server."""
    crowd: Crowd = asked.memory.setdefault("crowd", Crowd())
    return crowd


def crowded(value: Any, asked: Asked, more_than: int = 0) -> bool:
    """Whether a value is the reply to a request that met more than so many others; notes the coming and going of requests."""
    if isinstance(value, Reply):
        return crowd_of(asked).leave(asked) > more_than
    crowd_of(asked).join(value, asked)
    return False


@fault(
    "slots-mixed-up",
    seen=GITHUB + "inferencerlabs/inferencer-feedback/issues/127",
    on="sent reply",
    speaks=("load.parallel.own", "load.parallel.marked", "load.stream.own", "load.stream.marked"),
    loaded=True,
)
def slots_mixed_up(value: Any, asked: Asked) -> Any:
    """Answers a request with the answer to another that is under way."""
    if isinstance(value, Reply):
        crowd_of(asked).leave(asked)
        return value
    alike = [one for one in crowd_of(asked).join(value, asked) if one.get("stream") == value.get("stream")]
    taken = next((one for one in alike if "messages" in one), value)
    return {**value, **{name: taken[name] for name in ("messages", "response_format") if name in taken}}


@fault(
    "counts-mixed-up",
    seen=GITHUB + "PostHog/code/pull/1721",
    on="sent answer reply",
    speaks=("load.parallel.usage",),
    loaded=True,
)
def counts_mixed_up(value: Any, asked: Asked) -> Any:
    """Tells the usage of the answer that was finished before, if both were under way at once. Reported of an agent that keeps one
    count for all who speak through it.
    """
    if isinstance(value, Reply) or "choices" not in value:
        crowded(value, asked)
        return value
    crowd = crowd_of(asked)
    with crowd.changed:
        before, crowd.usage = crowd.usage, value["usage"]
        met = crowd.met.get(id(asked))
    return {**value, "usage": before} if met and before else value


@fault(
    "ids-shared-in-a-crowd",
    seen=GITHUB + "ogx-ai/ogx/issues/2315",
    on="sent answer chunk reply",
    speaks=("load.parallel.ids", "load.stream.ids"),
    loaded=True,
)
def ids_shared_in_a_crowd(value: Any, asked: Asked) -> Any:
    """Draws ids from so few that answers of one moment share them."""
    if isinstance(value, dict) and "choices" in value:
        return {**value, "id": "chatcmpl-373"} if crowd_of(asked).met.get(id(asked)) else value
    crowded(value, asked)
    return value


@fault(
    "errors-mixed-up",
    seen=GITHUB + "gittensor-ai-lab/sparkinfer/pull/606",
    on="sent reply",
    speaks=("load.parallel.errors",),
    loaded=True,
)
def errors_mixed_up(value: Any, asked: Asked) -> Any:
    """Refuses a right request for what is wrong with another that is under way."""
    if isinstance(value, Reply):
        crowd_of(asked).leave(asked)
        return value
    others = crowd_of(asked).join(value, asked)
    if "messages" in value and any("messages" not in one for one in others):
        raise missing("messages")
    return value


@fault(
    "streams-empty-in-a-crowd",
    seen=GITHUB + "NVIDIA-NeMo/Switchyard/issues/541",
    on="sent reply",
    speaks=("load.stream.answered",),
    also=("chat.stream",),
    loaded=True,
)
def streams_empty_in_a_crowd(value: Any, asked: Asked) -> Any:
    """Sends the head of a stream and nothing else, while other streams are under way."""
    return replace(value, frames=(b"",)) if crowded(value, asked) and streamed(asked) else value


@fault(
    "answers-empty-in-a-crowd",
    seen=GITHUB + "ollama/ollama/issues/16326",
    on="sent reply",
    speaks=("load.parallel.answered", "load.burst.answered"),
    also=("http.json",),
    loaded=True,
)
def answers_empty_in_a_crowd(value: Any, asked: Asked) -> Any:
    """Answers nothing to some of several requests at once."""
    return replace(value, frames=(b"",)) if crowded(value, asked) and value.status == 200 and not streamed(asked) else value


@fault(
    "greedy-by-chance-in-a-crowd",
    seen=GITHUB + "vllm-project/vllm/issues/5898",
    on="sent settings reply",
    speaks=("load.greedy.equal",),
    loaded=True,
)
def greedy_by_chance_in_a_crowd(value: Any, asked: Asked) -> Any:
    """Draws at a temperature where none was asked for, while other requests are under way."""
    if isinstance(value, Settings):
        return replace(value, temperature=1.5) if crowd_of(asked).met.get(id(asked)) else value
    crowded(value, asked)
    return value
