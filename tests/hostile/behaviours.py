"""What a hostile server does: each behaviour is declared once, with what must hold of a run that meets it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hostile.talk import Talk

GROUPS = (
    "waiting",
    "volume",
    "values",
    "framing",
    "connections",
    "redirects",
    "secrets",
    "strings",
    "lies",
    "depths",
    "phases",
    "floods",
    "spelled",
)
SURVIVED = (0, 1)

Act = Callable[[Talk], object]


@dataclass(frozen=True)
class Behaviour:
    """`on` is what it answers: chat, models or all; everything else is answered properly. `codes` are the exit codes that fit,
    `says` what the report (or, with exit code 4, the one line on stderr) has to tell, `hides` what it must not, `seconds`
    how long the run may take. Behaviours that are not `alone` share a run with others of their group: the requests take turns.
    """

    name: str
    act: Act
    why: str
    on: str = "chat"
    codes: tuple[int, ...] = SURVIVED
    says: str = ""
    hides: str = ""
    seconds: float = 120.0
    alone: bool = False
    scheme: str = "http"
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meeting:
    """Behaviours that one run meets, in turns."""

    behaviours: tuple[Behaviour, ...]
    name: str = field(default="")


DECLARED: dict[str, Behaviour] = {}


def behaviour(**more: object) -> Callable[[Act], Act]:
    """Declares a behaviour; its name is the function's, and the docstring tells what hurts about it."""

    def declare(act: Act) -> Act:
        name = f"{act.__module__.rpartition('.')[2]}.{act.__name__.replace('_', '-')}"
        add(name, act, act.__doc__ or "", **more)
        return act

    return declare


def add(name: str, act: Act, why: str, **more: object) -> None:
    """Declares one of many that are alike."""
    assert name not in DECLARED
    assert why
    DECLARED[name] = Behaviour(name, act, why, **more)


def all_behaviours() -> dict[str, Behaviour]:
    """Every behaviour by name."""
    for group in GROUPS:
        importlib.import_module(f"hostile.{group}")
    return DECLARED


def meetings(usual: int = 10) -> Iterator[Meeting]:
    """The runs in which every behaviour is met, the long ones first; so many usually share one."""
    found = list(all_behaviours().values())
    for one in found:
        if one.alone:
            yield Meeting((one,), one.name)
    shared: dict[tuple[object, ...], list[Behaviour]] = {}
    for one in found:
        if not one.alone:
            group = one.name.partition(".")[0]
            shared.setdefault((group, one.on, one.codes, one.scheme, one.arguments), []).append(one)
    runs = [(kind, part) for kind, among in shared.items() for part in _parts(among, round(len(among) / usual) or 1)]
    for number, (kind, some) in enumerate(runs):
        yield Meeting(tuple(some), f"{kind[0]}-{number}")


def _parts(among: list[Behaviour], count: int) -> Iterator[list[Behaviour]]:
    """So many parts of about the same size."""
    yield from (among[at * len(among) // count : (at + 1) * len(among) // count] for at in range(count))
