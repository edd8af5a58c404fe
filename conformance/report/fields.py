"""Lines of a record read field by field: each field is what it ought to be, or the line is bad."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, NoReturn, TypeVar

from conformance.model import Finding, Level, Outcome, Stance, Standing, Target, Verdict
from conformance.report.values import Edition, Footer, Header
from conformance.wire import read_json

Word = TypeVar("Word", bound=Enum)

_MISSING = object()


class InvalidReport(ValueError):
    """A text that is no report; the subclass says in which way, the message where."""


class BadLine(InvalidReport):
    """A line is no JSON object, or a field of it is missing or not what it ought to be."""


@dataclass(frozen=True)
class Record:
    """One JSON object of a report and the number of its line. Its methods give a field or raise BadLine."""

    line: int
    value: dict[str, Any]

    @property
    def kind(self) -> str:
        """What the line is: header, verdict or footer."""
        return self.text("kind")

    def text(self, name: str, default: Any = _MISSING) -> str:
        """A string."""
        found = self._field(name, default)
        return found if isinstance(found, str) else self._fail(name, "a string")

    def flag(self, name: str, default: Any = _MISSING) -> bool:
        """A boolean."""
        found = self._field(name, default)
        return found if isinstance(found, bool) else self._fail(name, "a boolean")

    def count(self, name: str, default: Any = _MISSING) -> int:
        """A whole number that is not negative."""
        found: int = self._field(name, default)
        return found if _is_count(found) else self._fail(name, "a count")

    def seconds(self, name: str, default: Any = _MISSING) -> float:
        """A duration."""
        found = self._field(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 1e300:
            self._fail(name, "a number of seconds")
        return float(found)

    def word(self, name: str, words: type[Word], default: Any = _MISSING) -> Word:
        """A member of an enumeration, told by its value."""
        found = self._field(name, default)
        known = {word.value: word for word in words}
        return known[found] if isinstance(found, str) and found in known else self._fail(name, f"one of {', '.join(known)}")

    def words(self, name: str, words: type[Word], default: Any = _MISSING) -> tuple[Word, ...]:
        """An array of members of an enumeration."""
        return tuple(Record(self.line, {name: one}).word(name, words) for one in self.texts(name, default))

    def texts(self, name: str, default: Any = _MISSING) -> tuple[str, ...]:
        """An array of strings."""
        found = self._field(name, default)
        fine = isinstance(found, list) and all(isinstance(one, str) for one in found)
        return tuple(found) if fine else self._fail(name, "an array of strings")

    def numbers(self, name: str, default: Any = _MISSING) -> tuple[int, ...]:
        """An array of counts."""
        found = self._field(name, default)
        fine = isinstance(found, list) and all(map(_is_count, found))
        return tuple(found) if fine else self._fail(name, "an array of numbers")

    def counts(self, name: str, words: list[str]) -> dict[str, int]:
        """An object of counts; a word that it does not have counts as 0."""
        inner = self.inner(name)
        if unknown := inner.value.keys() - set(words):
            inner._fail(min(unknown), "absent: it is no standing")
        return {word: inner.count(word, 0) for word in words}

    def inner(self, name: str) -> Record:
        """An object."""
        found = self._field(name, _MISSING)
        return Record(self.line, found) if isinstance(found, dict) else self._fail(name, "an object")

    def each(self, name: str) -> tuple[Record, ...]:
        """An array of objects."""
        found = self._field(name, _MISSING)
        fine = isinstance(found, list) and all(isinstance(one, dict) for one in found)
        return tuple(Record(self.line, one) for one in found) if fine else self._fail(name, "an array of objects")

    def _field(self, name: str, default: Any) -> Any:
        found = self.value.get(name, default)
        return self._fail(name, "present") if found is _MISSING else found

    def _fail(self, name: str, what: str) -> NoReturn:
        raise BadLine(f"line {self.line}: {name!r} is not {what}")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def record_of(line: int, text: str) -> Record:
    """The JSON object of a line. Raises BadLine."""
    parsed = read_json(text.encode("utf-8", "surrogatepass"))
    if not isinstance(parsed.value, dict) or parsed.problems:
        raise BadLine(f"line {line}: {', '.join(parsed.problems) or 'is no JSON object'}")
    return Record(line, parsed.value)


def header_of(record: Record) -> Header:
    """A header. Raises BadLine."""
    return Header(
        suite=record.text("suite"),
        target=_target_of(record.inner("target")),
        matrices=tuple(
            Edition(one.text("id"), one.text("sha256"), one.text("title", ""), one.text("url", ""))
            for one in record.each("matrices")
        ),
        sdk=record.text("sdk"),
        python=record.text("python"),
        started=record.text("started"),
        command=record.text("command"),
        schema=record.count("schema"),
    )


def _target_of(record: Record) -> Target:
    return Target(
        base_url=record.text("base_url"),
        model=record.text("model"),
        alias=record.text("alias", ""),
        embedding_model=record.text("embedding_model", ""),
        vision_model=record.text("vision_model", ""),
        id=record.text("id"),
        server=record.text("server"),
        key_configured=record.flag("key_configured", False),
    )


def verdict_of(record: Record) -> Verdict:
    """A verdict. Raises BadLine."""
    return Verdict(
        case=record.text("case"),
        check=record.text("check"),
        title=record.text("title"),
        level=record.word("level", Level),
        feature=record.text("feature"),
        via=record.text("via"),
        matrix=None if record.value.get("matrix", _MISSING) is None else record.text("matrix"),
        stance=record.word("stance", Stance),
        outcome=record.word("outcome", Outcome),
        standing=record.word("standing", Standing),
        authority=record.text("authority"),
        revision=record.count("revision"),
        reason=record.text("reason"),
        findings=tuple(map(_finding_of, record.each("findings"))),
        exchanges=record.texts("exchanges"),
        seconds=record.seconds("seconds"),
        link=record.text("link", ""),
        lines=record.numbers("lines", []),
        note=record.text("note", ""),
        repeats=record.words("repeats", Outcome, []),
    )


def _finding_of(record: Record) -> Finding:
    return Finding(
        message=record.text("message"),
        where=record.text("where"),
        expected=record.text("expected"),
        actual=record.text("actual"),
        seen_by=record.texts("seen_by"),
        outcome=record.word("outcome", Outcome, Outcome.DIFFERS.value),
    )


def footer_of(record: Record) -> Footer:
    """A footer, without its counts. Raises BadLine."""
    return Footer(
        complete=record.flag("complete"),
        requests=record.count("requests"),
        tokens=record.count("tokens"),
        seconds=record.seconds("seconds"),
    )
