"""What every rendering of a report says, in words and tables; the renderers only show it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.model import Level, Outcome, Stance, Standing, Verdict
from conformance.render.tables import Cell, Table
from conformance.repeating import is_flaky
from conformance.report import (
    FAILURES,
    Conformance,
    GateResult,
    Report,
    Side,
    by_area,
    by_level,
    by_matrix,
    conformance_of,
    disagreements,
    is_promised,
    outcomes,
    sides,
    standings,
)

OUTCOMES = (
    Outcome.WORKS,
    Outcome.ACCEPTED,
    Outcome.IGNORED,
    Outcome.REFUSED,
    Outcome.DIFFERS,
    Outcome.FAILS,
    Outcome.UNCLEAR,
)
STANDINGS = (
    Standing.KEPT,
    Standing.SURPASSED,
    Standing.BROKEN,
    Standing.FAULT,
    Standing.UNKNOWN,
    Standing.UNCLAIMED,
)
_BORNE_OUT = {
    Standing.KEPT: "right",
    Standing.SURPASSED: "surpassed: the server does more",
    Standing.BROKEN: "wrong",
    Standing.FAULT: "open: the server fails",
    Standing.UNKNOWN: "open: not seen",
    Standing.UNCLAIMED: "silent",
}


def matrix_name(matrix: str | None) -> str:
    """A document's name in a report."""
    return "OpenAI's API" if matrix is None else matrix


def count(number: int, noun: str) -> str:
    """A number and its noun: 1 verdict, 2 verdicts, 1 entry, 2 entries."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    """What was tested and with what, as names and values; what is not known is left out."""
    head, foot, target = report.header, report.footer, report.header.target
    listed = (
        ("server", " ".join(filter(None, (target.server or target.id, f"at {target.base_url}" if target.base_url else "")))),
        ("model", target.model),
        ("suite", f"openai-conformance {head.suite}"),
        ("SDK", f"openai {head.sdk}" if head.sdk else ""),
        ("Python", head.python),
        ("documents", ", ".join(edition.id for edition in head.matrices) or "none: held against OpenAI's API alone"),
        ("started", head.started),
        ("run", f"{count(foot.requests, 'request')}, {count(foot.tokens, 'token')}, {foot.seconds:.1f} s"),
        ("command", head.command),
    )
    return tuple((name, value) for name, value in listed if value)


def answers(report: Report) -> tuple[tuple[str | None, Conformance, str], ...]:
    """What the run says of each document: its id (None: OpenAI's API), what it comes to, and why in one phrase."""
    complete = report.footer.complete
    return tuple(
        (matrix, conformance_of(found, complete), _because(found, complete)) for matrix, found in by_matrix(report).items()
    )


def _because(verdicts: tuple[Verdict, ...], complete: bool) -> str:
    """What tells against conformance, and how many promises are kept; faults count even where nothing is promised."""
    told = [
        _told(sum(one.level is level and one.standing is standing for one in verdicts), level, word)
        for level in (Level.MUST, Level.SHOULD)
        for standing, word in ((Standing.BROKEN, "broken"), (Standing.FAULT, "at fault"))
    ]
    cut = "" if complete else "the run is not complete"
    return ", ".join([*filter(None, (cut, *told)), kept_of(verdicts)])


def kept_of(verdicts: Iterable[Verdict]) -> str:
    """How many promises are kept, and how many of the rest stayed unclear."""
    promised = [one for one in verdicts if is_promised(one)]
    kept = sum(one.standing in (Standing.KEPT, Standing.SURPASSED) for one in promised)
    unclear = sum(one.standing is Standing.UNKNOWN for one in promised)
    return f"{kept} of {count(len(promised), 'promise')} kept{f', {unclear} unclear' if unclear else ''}"


def _told(number: int, level: Level, word: str) -> str:
    return f"{number} {level.value} {word}" if number else ""


def documents_table(report: Report) -> Table:
    """The standings by document."""
    found = by_matrix(report)
    rows = tuple((matrix_name(name), what.value, *_standings(found[name])) for name, what, _ in answers(report))
    return Table("Does it keep its word? Verdicts by document", ("document", "comes to", *_words(STANDINGS)), rows)


def outcomes_table(report: Report) -> Table:
    """The outcomes by area."""
    rows = tuple((area, *_outcomes(found)) for area, found in by_area(report).items())
    return Table("Does it match OpenAI? Cases by area", ("area", *_words(OUTCOMES)), rows)


def standings_table(report: Report) -> Table:
    """The standings by area."""
    rows = tuple((area, *_standings(found)) for area, found in by_area(report).items())
    return Table("Does it keep its word? Verdicts by area", ("area", *_words(STANDINGS)), rows)


def levels_table(report: Report) -> Table:
    """The standings by level."""
    rows = tuple((level.value, *_standings(found)) for level, found in by_level(report).items())
    return Table("Verdicts by level", ("level", *_words(STANDINGS)), rows)


def _words(words: Iterable[Outcome | Standing]) -> tuple[str, ...]:
    return tuple(word.value for word in words)


def _outcomes(verdicts: Iterable[Verdict]) -> tuple[Cell, ...]:
    counts = outcomes(verdicts)
    return tuple(counts[outcome] for outcome in OUTCOMES)


def _standings(verdicts: Iterable[Verdict]) -> tuple[Cell, ...]:
    counts = standings(verdicts)
    return tuple(counts[standing] for standing in STANDINGS)


def features_table(report: Report) -> Table:
    """Every feature: what was seen, and what each document says and what became of that."""
    names = tuple(by_matrix(report))
    rows: list[tuple[Cell, ...]] = []
    for feature, found in sides(report).items():
        told = {side.matrix: f"{side.stance.value}: {side.standing.value}" for side in found}
        rows.append((feature, found[0].outcome.value, *(told.get(name, "") for name in names)))
    return Table("Documented against seen, by feature", ("feature", "seen", *map(matrix_name, names)), tuple(rows))


def disagreements_table(report: Report) -> Table:
    """Where documents disagree: what each says, what was seen, and which one is right."""
    rows = tuple(
        (one.feature, matrix_name(side.matrix), says(side), side.outcome.value, _BORNE_OUT[side.standing])
        for one in disagreements(report)
        for side in one.sides
    )
    return Table("Where the documents disagree", ("feature", "document", "says", "seen", "the document is"), rows)


def says(claim: Side | Verdict) -> str:
    """What a document says: its stance, the lines that say so, and the matrix's remark."""
    if claim.matrix is not None and claim.stance is Stance.UNDOCUMENTED:
        return "nothing"
    lines = f" (line{'s' if len(claim.lines) > 1 else ''} {', '.join(map(str, claim.lines))})" if claim.lines else ""
    return f"{claim.stance.value}{lines}{': ' if claim.note else ''}{claim.note}"


def gate_lines(report: Report, result: GateResult) -> tuple[str, ...]:
    """What the gate decided, and why, and whose doing it is."""
    lines = [f"gate {result.kind}: {'passed' if result.passed else 'FAILED'}"]
    if not result.complete:
        lines.append("the run is not complete: the server was lost on the way, or the run was cut short")
    if result.kind != "none" and not result.tested:
        lines.append(f"too little was tested for an answer: {result.clear} of {result.counted} MUST verdicts are clear")
    if result.failures:
        lines += [_failures(result), f"this is about the server{_address(report)}, not about the installation of the suite"]
    lines += _flaky(report)
    if result.known:
        lines.append(f"{count(len(result.known), 'known failure')} of the baseline passed")
    verb = "may go" if result.kind == "none" else "must go"
    lines += [f"the baseline lists {entry}, which no longer fails: the entry {verb}" for entry in result.stale]
    return tuple(lines)


def _flaky(report: Report) -> Iterable[str]:
    """Which cases came to different outcomes when they were repeated; their reasons tell the rates."""
    cases = list(dict.fromkeys(one.case for one in report.verdicts if is_flaky(one.repeats)))
    if cases:
        yield f"{count(len(cases), 'case')} flaky: {', '.join(cases[:5])}{' …' if len(cases) > 5 else ''}"


def _failures(result: GateResult) -> str:
    broken = sum(one.standing in FAILURES for one in result.failures)
    unclear = len(result.failures) - broken
    told = f"{count(broken, 'verdict')} broken or at fault" if broken else ""
    return " and ".join(filter(None, (told, f"{count(unclear, 'verdict')} unclear" if unclear else "")))


def _address(report: Report) -> str:
    return f" at {report.header.target.base_url}" if report.header.target.base_url else ""
