"""The words of claims: what may be said beside a stance, and beside which stances. All of it is told, none of it is judged,
but for the conditions (`conformance.conditions`) and `expects` (`conformance.judge`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.documents import DocumentError, Entries, line_of, nearest, plain, unknown_keys
from conformance.model import Claim, Stance
from conformance.schema import KEYWORDS, schema_fault

STANCES = tuple(stance.value for stance in Stance if stance is not Stance.UNDOCUMENTED)

CONDITIONS = ("flag", "setting", "model", "endpoint", "version")
"""On what a claim may depend: a launch flag, a setting, what the model can do, which of several addresses, the version."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "how": ("aliased", "clamped", "coerced", "converted", "emulated", "lowered", "remapped", "rescaled"),
    "echo": ("as-sent", "default", "none"),
    "announced": ("none", "log", "header", "body"),
    "answer": ("another-type", "constant", "degraded", "empty", "extra", "null", "omitted", "renamed"),
    "envelope": ("openai", "integer-code", "flat", "string", "detail", "text", "html", "empty"),
    "marked": ("alias", "beta", "deprecated", "experimental", "extension", "legacy", "optional", "stateful", "stateless"),
}
"""What may be said only in these words, one or a list. how: what is done instead of the field's own effect. echo: what an
answer says of an ignored field. announced: where it is told that a field is ignored. answer: how a part of answers differs.
envelope: the kind of error body. marked: what kind of support it is.
"""

_ANY = ("accepts", "defaults", "headers", "values")
"""What may be said in any JSON value: accepted values or forms, a default, names of headers, what a response field holds."""

_STATUS, _TEXT = ("status",), ("type", "code", "param")

_GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "how": ("approximated", "partial", "supported", "deviates"),
    "echo": ("ignored", "unsupported", "partial"),
    "announced": ("ignored", "unsupported", "partial"),
    "answer": ("deviates", "partial", "approximated", "ignored", "unsupported"),
    "accepts": ("partial", "supported", "approximated", "deviates"),
    "status": ("rejected", "unsupported", "deviates", "partial", "approximated", "supported"),
}
"""The stances beside which a word makes sense, where not all do."""

_RANGE = re.compile(r"(([<>]=?)?v?\d+(\.\d+)*( |$))+")

MORE = (*WORDS, *_ANY, *_STATUS, *_TEXT)
KEYS = ("stance", "lines", "at", "page", "statements", "note", "expects", "when", *MORE)


def claim_of(feature: str, entry: Any, line: int) -> Claim:
    """The claim of an entry without problems; a list of entries is a claim and what holds otherwise."""
    if isinstance(entry, list):
        first, *rest = (claim_of(feature, one, line_of(one)) for one in entry)
        return Claim(**(vars(first) | {"otherwise": tuple(rest)}))
    return Claim(
        feature,
        Stance(str(entry["stance"])),
        tuple(entry.get("lines", ())),
        tuple(str(one) for one in entry.get("statements", ())),
        str(entry.get("note") or ""),
        plain(entry.get("expects") or {}),
        line,
        at=str(entry.get("at") or ""),
        when=tuple((kind, str(what)) for kind, said in (entry.get("when") or {}).items() for what in _list(said)),
        more={key: plain(entry[key]) for key in (*MORE, "page") if key in entry},
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


Sees = tuple[str, ...] | None
"""The observations that a claim on a feature can expect; None of a feature that there is not."""


def claim_problems(feature: str, entry: Any, file: str, line: int, sees: Sees) -> Iterator[DocumentError]:
    """Everything wrong with what is said of a feature."""
    if isinstance(entry, list):
        yield from _alternatives(feature, entry, file, line, sees)
    elif isinstance(entry, Entries):
        yield from _one(feature, entry, file, sees)
    else:
        yield DocumentError(file, line, f"has a claim on {feature} that is no mapping")


def _alternatives(feature: str, entry: list[Any], file: str, line: int, sees: Sees) -> Iterator[DocumentError]:
    if len(entry) < 2 or not all(isinstance(one, Entries) for one in entry):
        yield DocumentError(file, line, f"has a list of claims on {feature} that is no list of at least two mappings")
        return
    said: dict[str, int] = {}
    for place, one in enumerate(entry):
        yield from _one(feature, one, file, sees)
        when = str(sorted((plain(one.get("when")) or {}).items())) if isinstance(one.get("when"), dict | None) else ""
        if when in said:
            what = f"contradicts line {said[when]}: two claims on {feature} hold under one condition"
            yield DocumentError(file, one.line, what)
        said.setdefault(when, one.line)
        if not one.get("when") and any(later.get("when") for later in entry[place + 1 :]):
            what = f"says what holds of {feature} otherwise before the last claim of the list: what follows never holds"
            yield DocumentError(file, one.line, what)


def _one(feature: str, entry: Entries, file: str, sees: Sees) -> Iterator[DocumentError]:
    yield from unknown_keys(entry, file, KEYS)
    stance = entry.get("stance")
    if "stance" not in entry:
        yield DocumentError(file, entry.line, "lacks the key 'stance'")
    elif stance not in STANCES:
        where = nearest(str(stance), STANCES) or _known(STANCES)
        yield DocumentError(file, entry.lines["stance"], f"has the unknown stance {stance!r}{where}")
    yield from _source(entry, file)
    yield from _how(feature, entry, file)
    for key in MORE:
        if key in entry:
            yield from (DocumentError(file, entry.lines[key], what) for what in _word(key, entry[key], stance))
    yield from _conditions(entry, file)
    if "expects" in entry:
        yield from _expects(feature, entry, file, sees)


def _expects(feature: str, entry: Entries, file: str, sees: Sees) -> Iterator[DocumentError]:
    expects = entry["expects"]
    if not isinstance(expects, Entries | dict):
        yield DocumentError(file, entry.lines["expects"], "expects no mapping of observations to values")
        return
    for name, value in expects.items():
        line = line_of(expects, name)
        if sees is not None and name not in sees:
            what = f"expects {name!r}, which no check of {feature} observes{nearest(name, sees) or _known(sees)}"
            yield DocumentError(file, line, what)
        if isinstance(value, dict) and (fault := _schema_fault(plain(value))):
            yield DocumentError(file, line, f"expects of {name!r} what is no JSON Schema: {fault}")


def _schema_fault(schema: dict[str, Any]) -> str:
    """What is wrong with a schema; a keyword that there is not would fit everything."""
    unknown = (f"the keyword {key!r} is unknown{nearest(key, KEYWORDS)}" for key in schema if key not in KEYWORDS)
    return schema_fault(schema) or next(unknown, "")


def _known(names: tuple[str, ...]) -> str:
    return f"; there are {', '.join(names)}" if names else ""


def unplaced(entry: Entries, file: str) -> Iterator[DocumentError]:
    """What is wrong with the place of a statement, but for its lines."""
    at = entry.get("at")
    if "lines" not in entry and not at:
        yield DocumentError(file, entry.line, "lacks the key 'lines' (or `at`: the heading or the row that says so)")
    if at and not (isinstance(at, str | int | float) and str(at).isprintable()):
        yield DocumentError(file, entry.lines["at"], "has an `at` that is no line of text: the heading or the row that says so")


def _source(entry: Entries, file: str) -> Iterator[DocumentError]:
    lines, statements = entry.get("lines"), entry.get("statements", [])
    if "lines" in entry and not (isinstance(lines, list) and lines and all(type(one) is int and one > 0 for one in lines)):
        yield DocumentError(file, entry.lines["lines"], "cites no lines: `lines` is a list of line numbers of the document")
    yield from unplaced(entry, file)
    if not isinstance(statements, list) or not all(isinstance(one, str) for one in statements):
        yield DocumentError(file, line_of(entry, "statements"), "has statements that are no list of names")


def _how(feature: str, entry: Entries, file: str) -> Iterator[DocumentError]:
    stance, line = entry.get("stance"), entry.line
    if stance == "deviates" and not entry.get("expects") and "answer" not in entry:
        yield DocumentError(file, line, f"says that {feature} deviates, but not how: `expects` is missing (or `answer`)")
    if stance == "approximated" and not entry.get("note") and "how" not in entry:
        yield DocumentError(file, line, f"says that {feature} is approximated, but not how: `note` is missing (or `how`)")


def _word(key: str, value: Any, stance: Any) -> Iterator[str]:
    if key in WORDS:
        for one in _list(value):
            if one not in WORDS[key]:
                yield f"has the unknown word {one!r} for {key!r}{nearest(str(one), WORDS[key]) or _known(WORDS[key])}"
    elif key in _STATUS and not all(type(one) is int and 100 <= one <= 599 for one in _list(value)):
        yield f"has a {key} that is no HTTP status"
    elif key in _TEXT and not isinstance(value, str | None):
        yield f"has a {key} that is no text"
    if stance in STANCES and stance not in _GOES_WITH.get(key, STANCES):
        yield f"says {key!r} beside {stance!r}, where it means nothing"


def _conditions(entry: Entries, file: str) -> Iterator[DocumentError]:
    when = entry.get("when")
    if "when" not in entry:
        return
    if not isinstance(when, Entries) or not when:
        yield DocumentError(file, entry.lines["when"], f"has a `when` that is no mapping of {', '.join(CONDITIONS)} to words")
        return
    for kind, said in when.items():
        if kind not in CONDITIONS:
            yield DocumentError(file, when.lines[kind], f"has the unknown condition {kind!r}{nearest(kind, CONDITIONS)}")
        if not all(isinstance(one, str) and one for one in _list(said)):
            yield DocumentError(file, when.lines[kind], f"has a condition on the {kind} that is no text: write it in quotes")
        elif kind == "version" and not all(_RANGE.fullmatch(one) for one in _list(said)):
            yield DocumentError(file, when.lines[kind], 'has a version range that is not like ">=0.5.1 <0.6"')
