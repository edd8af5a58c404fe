"""A text that a regular expression matches, for the simple expressions that schemas of tools hold."""

from __future__ import annotations

import re
from importlib import import_module
from random import Random
from typing import Any

codes: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
"""The reader of the standard library; its modules have no public name and no types."""

_CATEGORIES = {codes.CATEGORY_DIGIT: "0123456789", codes.CATEGORY_SPACE: " ", codes.CATEGORY_WORD: "abcdexyz019_"}
_ANY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-"
_MORE = 2
"""How many repetitions beyond the fewest are ever used."""


def matching(pattern: str, chance: Random) -> str:
    """A short text that the pattern matches from end to end; "" for what is no pattern."""
    try:
        return _all(parser.parse(pattern), chance)
    except (re.error, OverflowError):
        return ""


def _all(parts: Any, chance: Random) -> str:
    return "".join(_one(code, held, chance) for code, held in parts)


def _one(code: Any, held: Any, chance: Random) -> str:
    if code is codes.LITERAL:
        return chr(held)
    if code is codes.IN:
        return chance.choice(_members(held))
    if code is codes.ANY:
        return chance.choice(_ANY)
    if code is codes.NOT_LITERAL:
        return chance.choice(_ANY.replace(chr(held), ""))
    if code is codes.SUBPATTERN:
        return _all(held[3], chance)
    if code is codes.BRANCH:
        return _all(chance.choice(held[1]), chance)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, part = held
        return "".join(_all(part, chance) for _ in range(chance.randint(least, min(most, least + _MORE))))
    return ""


def _members(held: Any) -> str:
    """The characters of a set."""
    found = ""
    for code, value in held:
        if code is codes.LITERAL:
            found += chr(value)
        elif code is codes.RANGE:
            found += "".join(map(chr, range(value[0], min(value[1], value[0] + 90) + 1)))
        elif code is codes.CATEGORY:
            found += _CATEGORIES.get(value, "")
    if held and held[0][0] is codes.NEGATE:
        return "".join(letter for letter in _ANY if letter not in found)
    return found or _ANY
