"""The only way a fault comes to exist: declared once, by decorator, and found by importing this package's modules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from inspect import signature
from typing import Any, TypeVar

Bend = TypeVar("Bend", bound=Callable[..., Any])

STAGES = ("sent", "settings", "answer", "chunk", "chunks", "frames", "refused", "models", "model", "reply", "left")
"""What a fault may bend on the way from request to reply: the request's JSON object before it is looked at, the settings,
the plain answer, each chunk or all of them, the frames of a stream, a refusal, the list of models, one model, the reply, and a
reply whose client has left.
"""

_REGISTERED: dict[str, Fault] = {}
_TOGETHER: dict[str, tuple[str, ...]] = {}


class UnknownFault(ValueError):
    """No fault has this name."""


@dataclass(frozen=True)
class Fault:
    """One way to be wrong. `seen` is the public report, `speaks` names the checks and rules that must notice.

    `run` takes the right value of any of its `stages` and the `Asked` request, and gives the wrong value. `also` names
    features, or * for all, that suffer with it: what cannot be read cannot be right in any other respect. `remembers`
    tells that an answer depends on the requests before, `loaded` that it shows only where several requests are under way or
    clients leave: to checks that run alone.
    """

    name: str
    seen: str
    about: str
    stages: tuple[str, ...]
    run: Callable[[Any, Any], Any]
    speaks: tuple[str, ...]
    also: tuple[str, ...] = ()
    remembers: bool = False
    loaded: bool = False


def fault(name: str, *, seen: str, on: str, speaks: tuple[str, ...], **more: Any) -> Callable[[Bend], Bend]:
    """Declares a function as a fault: `(value)` or `(value, asked)`, which gives the wrong value; its docstring says what is
    wrong. `on` names its stages, separated by spaces. Raises ValueError for a name taken or a stage unknown.
    """

    def declare(run: Bend) -> Bend:
        stages = tuple(on.split())
        if name in _REGISTERED or not set(stages) <= set(STAGES):
            raise ValueError(f"{name!r} is declared twice or bends no known stage: {on!r}")
        about = " ".join((run.__doc__ or "").split())
        _REGISTERED[name] = Fault(name, seen, about, stages, _with_request(run), speaks, **more)
        return run

    return declare


def _with_request(run: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The function as one of value and request, though most faults do not look at the request."""
    if len(signature(run).parameters) > 1:
        return run
    return lambda value, _asked: run(value)


def together(name: str, *names: str) -> None:
    """Gives several faults at once a name."""
    _TOGETHER[name] = names


@cache
def all_faults() -> dict[str, Fault]:
    """Every fault by its name, in the order of their modules."""
    package = importlib.import_module("conformance.reference.faults")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(_REGISTERED)


def named(names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults with these names, names of combinations spelled out. Raises UnknownFault."""
    known = all_faults()
    plain = [one for name in names for one in _TOGETHER.get(name, (name,))]
    for name in plain:
        if name not in known:
            raise UnknownFault(f"no fault is called {name!r}; there are {', '.join(sorted({*known, *_TOGETHER}))}")
    return tuple(known[name] for name in plain)
