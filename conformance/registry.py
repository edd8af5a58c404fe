"""The only way a check or a rule comes to exist: declared once, by decorator, and found by importing `conformance.checks`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from conformance.messages import Request
from conformance.model import Case, Check, Level, Noted, Target

Function = TypeVar("Function", bound=Callable[..., Noted])

_REGISTERED: dict[str, Check] = {}


class DuplicateId(ValueError):
    """Two checks were declared with one id."""


def check(
    id: str, title: str, level: Level, feature: str, link: str, *, via: tuple[str, ...] = ("raw",), **more: Any
) -> Callable[[Function], Function]:
    """Declares a generator `(target, send)` as a check.

    `title` states what a right server does ("cuts the text before a stop string"). `link` is the rule's source.
    `accepts=True` is for fields without a visible effect: a clean run is then `accepted`, not `works`.
    Raises DuplicateId.
    """

    def declare(run: Function) -> Function:
        _add(Check(id, title, level, feature, link, run, via, about=_first_paragraph(run), **more))
        return run

    return declare


def rule(
    id: str,
    title: str,
    level: Level,
    feature: str,
    link: str,
    *,
    on: str,
    seed: Callable[[Target], Request],
    via: tuple[str, ...] = ("raw", "sdk"),
    **more: Any,
) -> Callable[[Function], Function]:
    """Declares a generator over one Exchange as a rule. `on` says which exchanges it is about (see `conformance.endpoints`);
    `seed` makes a request to which it applies, so that the rule can run alone. Raises DuplicateId.
    """

    def declare(run: Function) -> Function:
        _add(Check(id, title, level, feature, link, run, via, on=on, seed=seed, about=_first_paragraph(run), **more))
        return run

    return declare


@cache
def all_checks() -> dict[str, Check]:
    """Every check and rule by id, in the order of their modules: checks first, of these last what runs alone or last of all."""
    package = importlib.import_module("conformance.checks")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_REGISTERED.items(), key=lambda entry: _turn(entry[1])))


def all_cases() -> tuple[Case, ...]:
    """Every check with every client it speaks through; cases of rules last."""
    return tuple(Case(check, via) for check in all_checks().values() for via in check.via)


def _turn(check: Check) -> tuple[bool, bool, bool]:
    return bool(check.on), check.alone, check.last


def _add(new: Check) -> None:
    if new.id in _REGISTERED:
        raise DuplicateId(f"two checks are called {new.id!r}")
    _REGISTERED[new.id] = new


def _first_paragraph(run: Callable[..., Noted]) -> str:
    return " ".join((run.__doc__ or "").partition("\n\n")[0].split())
