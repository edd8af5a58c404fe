"""What the names of the suite mean, as lines of text: checks and rules, features, matrices, faults, launch recipes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from conformance.documents import nearest
from conformance.features import all_features
from conformance.matrix import load_matrix, matrix_names
from conformance.matrix_tables import shown
from conformance.model import Check
from conformance.recipes import Recipe, load_recipe, recipe_names
from conformance.reference.faults import all_faults
from conformance.registry import all_checks


class Unknown(ValueError):
    """Nothing has that name."""


def names(kind: str) -> Iterator[str]:
    """The names of a kind (checks, rules, features, matrices, faults, recipes) with what they say in one line."""
    if kind in ("checks", "rules"):
        for check in all_checks().values():
            if bool(check.on) == (kind == "rules"):
                yield f"{check.id:34} {check.level.value:6} {check.title}"
    elif kind == "features":
        yield from (f"{one.name:26} {one.title}" for one in all_features().values())
    elif kind == "matrices":
        yield from (f"{name:26} {load_matrix(name).title}" for name in matrix_names())
    elif kind == "recipes":
        yield from map(_recipe_line, recipe_names())
    else:
        yield from (f"{one.name:40} {one.about}" for one in all_faults().values())


def describe(name: str) -> Iterable[str]:
    """What a name means. Raises Unknown."""
    checks, features, faults = all_checks(), all_features(), all_faults()
    if name in checks:
        return list(_check_lines(checks[name]))
    if name in features:
        own = (f"  {one.id:34} {one.level.value:6} {one.title}" for one in checks.values() if one.feature == name)
        return [f"{name}: {features[name].title}", *own]
    if name in matrix_names():
        return list(shown(load_matrix(name)))
    if name in faults:
        fault = faults[name]
        return [f"{name}: {fault.about}", f"seen: {fault.seen}", f"speaks: {', '.join(fault.speaks)}"]
    if name in recipe_names():
        return list(_recipe_lines(load_recipe(name)))
    known = [*checks, *features, *matrix_names(), *faults, *recipe_names()]
    raise Unknown(f"nothing is called {name!r}{nearest(name, known)}")


def _recipe_line(name: str) -> str:
    recipe = load_recipe(name)
    return f"{name:26} {'tried  ' if recipe.tried else 'untried'} {recipe.title}"


def _recipe_lines(recipe: Recipe) -> Iterator[str]:
    start = recipe.start
    yield f"{recipe.name}: {recipe.title}"
    yield f"  source          {recipe.url}"
    yield f"  to install      {start.install}"
    yield f"  command         {' '.join(start.command)}"
    yield from (f"  environment     {name}={value}" for name, value in start.environment.items())
    yield f"  model           {recipe.model} ({'a GGUF file' if recipe.kind == 'gguf' else 'a name or a folder'}; see --weights)"
    yield f"  ready           GET {start.ready.path} answers {start.ready.status}, within {start.ready.seconds:g} s"
    yield f"  stopped by      {' '.join(start.stop) or start.signal}, within {start.seconds:g} s"
    yield f"  matrix          {recipe.matrix or 'none'}"
    yield f"  tried           {recipe.tried or f'no: {recipe.untried}'}"


def _check_lines(check: Check) -> Iterator[str]:
    yield f"{check.id} ({'rule' if check.on else 'check'}, revision {check.revision})"
    yield f"  a right server  {check.title}"
    yield f"  level           {check.level.value}, by {check.authority}"
    yield f"  feature         {check.feature}"
    yield f"  source          {check.link}"
    yield f"  through         {', '.join(check.via)}"
    if check.on:
        yield f"  judges          every exchange of: {check.on}"
    if check.about:
        yield from textwrap.wrap(check.about, 96, initial_indent="  how it is told  ", subsequent_indent=" " * 18)
