"""A value that a JSON Schema admits, drawn by chance, as short as the schema allows.

https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import unquote

from conformance.reference.patterns import matching
from conformance.reference.values import Object

_DEEP = 6
"""From this depth on only what is required is said, and the shortest branch is taken."""

_FORMATS = {
    "date": "2026-11-21",
    "date-time": "2026-11-21T08:30:00Z",
    "time": "08:30:00Z",
    "duration": "P1D",
    "email": "keeper@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "uri": "https://example.org/map",
    "uuid": "6f1c1d6e-7a1b-4c55-9d64-1f0f6a4f2c11",
}


@dataclass(frozen=True)
class Grammar:
    """A schema's root, for references into it, the words to say and the dice."""

    root: Any
    words: tuple[str, ...]
    chance: Random

    def value(self, schema: Any, depth: int = 0) -> Any:
        """An instance of the schema. Raises LookupError for a reference that leads nowhere."""
        if not isinstance(schema, dict):
            return self._word()
        if "$ref" in schema:
            return self.value(self.referred(schema["$ref"]) | {key: held for key, held in schema.items() if key != "$ref"}, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if key in schema:
                rest = {name: held for name, held in schema.items() if name != key}
                return self.value(_merged(rest, self._branch(schema[key], depth)), depth)
        if "allOf" in schema:
            whole: Object = {name: held for name, held in schema.items() if name != "allOf"}
            for part in schema["allOf"]:
                whole = _merged(whole, self.referred(part["$ref"]) if "$ref" in part else part)
            return self.value(whole, depth)
        return self._typed(_type_of(schema, self.chance, depth), schema, depth)

    def referred(self, reference: str) -> Object:
        """What a JSON pointer of this document points at."""
        found = self.root
        for step in reference.lstrip("#").split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            found = found[int(name)] if isinstance(found, list) else found[name]
        return dict(found)

    def _branch(self, branches: list[Any], depth: int) -> Any:
        plain = [
            one for one in branches if not (isinstance(one, dict) and ("$ref" in one or one.get("type") in ("object", "array")))
        ]
        return self.chance.choice(plain if depth >= _DEEP and plain else branches)

    def _typed(self, kind: str, schema: Object, depth: int) -> Any:
        if kind == "object":
            return self._object(schema, depth + 1)
        if kind == "array":
            return self._array(schema, depth + 1)
        if kind in ("number", "integer"):
            return _number(kind, schema, self.chance)
        if kind == "string":
            return self._string(schema)
        return self.chance.choice((True, False)) if kind == "boolean" else None

    def _object(self, schema: Object, depth: int) -> Object:
        required = schema.get("required", [])
        properties = schema.get("properties", {})
        names = [name for name in properties if name in required or depth < _DEEP]
        said = {
            name: self.value(properties[name], depth)
            for name in (*names, *(one for one in required if one not in properties))
            if name in properties
        }
        said |= {name: self._word() for name in required if name not in properties}
        more = schema.get("additionalProperties")
        while len(said) < schema.get("minProperties", 0):
            said[f"{self._word()}{len(said)}"] = self.value(more, depth) if isinstance(more, dict) else self._word()
        return said

    def _array(self, schema: Object, depth: int) -> list[Any]:
        first = [self.value(part, depth) for part in schema.get("prefixItems", [])]
        least = schema.get("minItems", 0 if depth >= _DEEP else 1)
        size = max(len(first), min(least, schema.get("maxItems", least)))
        items = schema.get("items", {"type": "string"})
        for attempt in range(20 * size):
            if len(first) >= size:
                break
            one = self.value(items, depth)
            if attempt > 10 * size or not schema.get("uniqueItems") or one not in first:
                first.append(one)
        return first

    def _string(self, schema: Object) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        if "pattern" in schema:
            return matching(schema["pattern"], self.chance)
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        said = self._word()
        while len(said) < least:
            said += " " + self._word()
        return said if len(said) <= most else said[: max(int(most), least)].strip().ljust(least, "a")

    def _word(self) -> str:
        return self.chance.choice(self.words)


def _type_of(schema: Object, chance: Random, depth: int) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return str("null" if depth >= _DEEP and "null" in kind else chance.choice(kind))
    if kind is not None:
        return str(kind)
    told = {"properties": "object", "required": "object", "items": "array", "prefixItems": "array", "minimum": "number"}
    return next((name for key, name in told.items() if key in schema), "string")


def _number(kind: str, schema: Object, chance: Random) -> float:
    """A number within the bounds; a whole one wherever a whole one will do."""
    step = schema.get("multipleOf", 1 if kind == "integer" else None)
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    over, under = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    unit = step or 1
    least = max(
        math.ceil(low / unit) if low > -math.inf else -math.inf, math.floor(over / unit) + 1 if over > -math.inf else -math.inf
    )
    most = min(
        math.floor(high / unit) if high < math.inf else math.inf, math.ceil(under / unit) - 1 if under < math.inf else math.inf
    )
    if least > most:
        return float(max(low, over) + min(high, under)) / 2
    least = least if least > -math.inf else min(0, most)
    most = most if most < math.inf else least + 40
    drawn = unit * chance.randint(int(least), int(min(most, least + 40)))
    return int(drawn) if drawn == int(drawn) else drawn


def _merged(one: Object, other: Any) -> Object:
    """Two schemas as one that demands both, as far as lists of properties go."""
    if not isinstance(other, dict):
        return one
    both = one | other
    for key in ("properties", "$defs"):
        if key in one and key in other:
            both[key] = one[key] | other[key]
    if "required" in one and "required" in other:
        both["required"] = list(dict.fromkeys([*one["required"], *other["required"]]))
    return both
