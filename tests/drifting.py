"""How two descriptions of the same messages differ, member by member: JSON Schemas, the official client's types, a listing."""

from __future__ import annotations

import collections.abc
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, Literal

MOST_LEVELS = 12
ALWAYS, SOMETIMES, NEVER = "always", "sometimes", "never"
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_MANY = (list, collections.abc.Iterable, collections.abc.Sequence)


@dataclass(frozen=True)
class Member:
    """A member of a message: whether it must be there, its JSON types but null, and its values where they are told."""

    required: str
    types: frozenset[str]
    values: frozenset[Any] | None
    closed: bool


@dataclass
class Shape:
    """What several alternatives for one value say together. Every one of `objects` maps names to alternatives and need."""

    types: set[str] = field(default_factory=set)
    values: set[Any] = field(default_factory=set)
    free: bool = False
    items: list[Any] = field(default_factory=list)
    objects: list[dict[str, tuple[list[Any], str]]] = field(default_factory=list)


Look = Callable[[Iterable[Any]], Shape]


def described(look: Look, root: Any) -> dict[str, Member]:
    """Every member by its path, as `choices[].message.role`."""
    return dict(_walk(look, "", [root]))


def _walk(look: Look, path: str, alternatives: Iterable[Any]) -> Iterator[tuple[str, Member]]:
    shape = look(alternatives)
    if shape.items:
        yield from _walk(look, f"{path}[]", shape.items)
    for name in dict.fromkeys(name for one in shape.objects for name in one):
        told = [one[name] for one in shape.objects if name in one]
        below = [one for alternatives, _ in told for one in alternatives]
        here = f"{path}.{name}".lstrip(".")
        needs = {need for _, need in told} | ({NEVER} if len(told) < len(shape.objects) else set())
        inner = look(below)
        values = frozenset(inner.values) if inner.values not in (set(), {True, False}) and not inner.free else None
        need = needs.pop() if len(needs) == 1 else SOMETIMES
        yield here, Member(need, frozenset(inner.types), values, bool(inner.objects or look(inner.items).objects))
        if here.count(".") < MOST_LEVELS:
            yield from _walk(look, here, below)


def schema_look(document: Mapping[str, Any]) -> Look:
    """Reads alternatives of a JSON Schema. What only `allOf` asks for depends on values and is no part of a shape."""

    def look(alternatives: Iterable[Any]) -> Shape:
        shape = Shape()
        for one in _schemas(document, alternatives):
            known = one.get("enum", [one["const"]] if "const" in one else [])
            said = one.get("type", [])
            types = (
                {said} if isinstance(said, str) else set(said) or {_TYPES[type(value)] for value in known if value is not None}
            )
            shape.types |= types - {"null"}
            shape.values |= {value for value in known if value is not None}
            shape.free |= not known and bool(types - {"null"})
            shape.items += [one["items"]] if "items" in one else []
            shape.objects += [members] if (members := _members(one)) else []
        return shape

    return look


def _schemas(document: Mapping[str, Any], alternatives: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for one in alternatives:
        if "$ref" in one:
            yield from _schemas(document, [document["$defs"][one["$ref"].rpartition("/")[2]]])
        elif "properties" not in one and ("anyOf" in one or "oneOf" in one):
            yield from _schemas(document, one.get("anyOf") or one["oneOf"])
        else:
            yield one


def _members(schema: Mapping[str, Any]) -> dict[str, tuple[list[Any], str]]:
    cases = [schema[word] for word in ("then", "else") if word in schema]
    listed = [schema.get("properties", {}), *(case.get("properties", {}) for case in cases)]
    names = dict.fromkeys(name for one in listed for name in one)
    sometimes = {name for case in cases for name in case.get("required", ())}

    def need(name: str) -> str:
        return ALWAYS if name in schema.get("required", ()) else SOMETIMES if name in sometimes else NEVER

    return {name: ([one[name] for one in listed if name in one], need(name)) for name in names}


def type_look(alternatives: Iterable[Any]) -> Shape:
    """Reads alternatives of annotations: pydantic models, TypedDicts and what is in them."""
    shape = Shape()
    for one in _annotations(alternatives):
        origin, inside = typing.get_origin(one), typing.get_args(one)
        if origin is Literal:
            shape.values |= set(inside)
            shape.types |= {_TYPES[type(value)] for value in inside}
        elif origin in _MANY:
            shape.types.add("array")
            shape.items += inside
        else:
            shape.types.add(_TYPES.get(one, "object"))
            shape.free = True
            shape.objects += [members] if (members := _fields(one)) else []
    return shape


def _annotations(alternatives: Iterable[Any]) -> Iterator[Any]:
    """The alternatives one by one, without what only wraps them, and without null."""
    for one in alternatives:
        origin = typing.get_origin(one)
        if origin in (typing.Union, UnionType):
            yield from _annotations(typing.get_args(one))
        elif origin in (typing.Annotated, typing.Required, typing.NotRequired):
            yield from _annotations(typing.get_args(one)[:1])
        elif one is not NoneType:
            yield one


def _fields(kind: Any) -> dict[str, tuple[list[Any], str]]:
    if hasattr(kind, "__required_keys__"):  # a TypedDict, of whichever module
        hints = typing.get_type_hints(kind, include_extras=True)
        return {name: ([hint], ALWAYS if _is_required(hint) else NEVER) for name, hint in hints.items()}
    known = getattr(kind, "model_fields", {})
    return {one.alias or name: ([one.annotation], ALWAYS if one.is_required() else NEVER) for name, one in known.items()}


def _is_required(hint: Any) -> bool:
    return typing.get_origin(hint) is typing.Required


def differences(ours: Mapping[str, Member], theirs: Mapping[str, Member]) -> dict[str, str]:
    """What differs, by a key that an allow-list can name: what kind of difference, and where."""
    found = {f"unknown {path}": "it is not in ours" for path in theirs if path not in ours and _is_known(path, ours)}
    found |= {f"foreign {path}": "it is not in theirs" for path in ours if path not in theirs and _is_known(path, theirs)}
    for path in ours.keys() & theirs.keys():
        found |= dict(_compared(path, ours[path], theirs[path]))
    return dict(sorted(found.items()))


def _is_known(path: str, side: Mapping[str, Member]) -> bool:
    """Whether a side describes the members of what a path lies in; above that, the difference is told once."""
    parent = path.rpartition(".")[0].removesuffix("[]")
    return not parent or (parent in side and side[parent].closed)


def _compared(path: str, ours: Member, theirs: Member) -> Iterator[tuple[str, str]]:
    if theirs.closed and not ours.closed:
        yield f"open {path}", "ours says nothing of its members"
    if theirs.required == ALWAYS != ours.required:
        yield f"optional {path}", f"required {theirs.required} by theirs, {ours.required} by ours"
    if ours.required == ALWAYS != theirs.required:
        yield f"required {path}", f"required {ours.required} by ours, {theirs.required} by theirs"
    if ours.types != theirs.types:
        yield f"types {path}", f"{sorted(theirs.types)} in theirs, {sorted(ours.types)} in ours"
    elif ours.values != theirs.values:
        yield f"values {path}", f"{_listed(theirs.values)} in theirs, {_listed(ours.values)} in ours"


def _listed(values: frozenset[Any] | None) -> str:
    return "any" if values is None else ", ".join(sorted(map(str, values)))


def complaints(found: Mapping[str, str], allowed: Mapping[str, str], what: str, advice: str) -> list[str]:
    """A line for every difference that is not allowed, and for every allowance that is no longer needed."""
    fresh = [f"{what}: {key} ({found[key]}). {advice}" for key in found if key not in allowed]
    stale = [f"{what}: the entry {key!r} is stale: there is no such difference any more. Take it out." for key in allowed]
    return fresh + [line for key, line in zip(allowed, stale, strict=True) if key not in found]


BOUNDS = ("minimum", "maximum", "minItems", "maxItems", "maxLength")


def listing_differences(schema: Mapping[str, Any], listing: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What differs between a schema and a listing of members by their paths: need and types, at the top null and bounds too."""
    ours = described(schema_look(schema), schema)
    found = {f"unknown {path}": "it is not in ours" for path in listing if path not in ours and _is_known(path, ours)}
    found |= {f"foreign {name}": "it is not in theirs" for name in schema["properties"] if name not in listing}
    for path in ours.keys() & listing.keys():
        said = listing[path]
        theirs = Member(ALWAYS if said.get("required") else NEVER, frozenset(said["types"]), ours[path].values, False)
        found |= dict(_compared(path, ours[path], theirs))
    for name in schema["properties"].keys() & listing.keys():
        found |= dict(_bounded(name, _plain_schemas(schema, name), listing[name]))
    return dict(sorted(found.items()))


def _plain_schemas(schema: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return list(_schemas(schema, [schema["properties"][name]]))


def _bounded(name: str, ours: list[Mapping[str, Any]], theirs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for word in BOUNDS:
        own = next((one[word] for one in ours if word in one), None)
        if own != theirs.get(word):
            yield f"{word} {name}", f"{theirs.get(word)} in theirs, {own} in ours"
    null = any("null" in one.get("type", ()) or None in one.get("enum", ()) for one in ours)
    if null != theirs.get("nullable", False):
        yield f"null {name}", "legal in ours alone" if null else "legal in theirs alone"
