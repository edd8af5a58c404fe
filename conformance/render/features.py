"""The feature matrix of the page, area by area: what each document says of every feature, held against what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from conformance.model import Standing, Verdict
from conformance.render.cards import chip
from conformance.render.content import matrix_name
from conformance.render.escape import for_html
from conformance.report import Report, Side, area_of, by_matrix, is_promised, sides


def feature_matrix(report: Report, links: Mapping[str, str]) -> Iterator[str]:
    """A table for each area, with a row for each feature and a column for each document; `links` leads from a feature to the id
    of its most pressing case.
    """
    names = tuple(by_matrix(report))
    heads = "".join(f'<th scope="col">{for_html(head, 80)}</th>' for head in ("feature", "seen", *map(matrix_name, names)))
    for area, rows in _by_area(report).items():
        title = for_html(area, 80)
        yield f'<div class="scroll matrix" role="region" aria-label="Features: {title}" tabindex="0"><table>'
        yield f"<caption>{title}</caption><thead><tr>{heads}</tr></thead><tbody>"
        for feature, found in rows.items():
            yield _row(feature, found, names, links)
        yield "</tbody></table></div>"


def _by_area(report: Report) -> Mapping[str, dict[str, tuple[Side, ...]]]:
    areas = {one.feature: area_of(one) for one in report.verdicts}
    found: dict[str, dict[str, tuple[Side, ...]]] = {}
    for feature, told in sides(report).items():
        found.setdefault(areas[feature], {})[feature] = told
    return found


def _row(feature: str, found: tuple[Side, ...], names: Iterable[str | None], links: Mapping[str, str]) -> str:
    told = {side.matrix: side for side in found}
    cells = "".join(_cell(told.get(name)) for name in names)
    return (
        f'<tr class="row" data-feature="{for_html(feature, 120)}">'
        f'<th scope="row"><a href="#{links[feature]}">{for_html(feature, 120)}</a></th>'
        f"<td>{chip(found[0].outcome)}</td>{cells}</tr>"
    )


def _cell(side: Side | None) -> str:
    if side is None:
        return "<td></td>"
    weighed = "" if side.standing is Standing.UNCLAIMED else f" {chip(side.standing)}"
    return f'<td><span class="said">{side.stance.value}</span>{weighed}</td>'


def data_of(verdicts: Sequence[Verdict], names: Sequence[str | None]) -> str:
    """What filters go by, as attributes of a case: words that are the same for every document, and by the number of a document
    what it says and comes to. A feature is shown where one of its cases is.
    """
    first = verdicts[0]
    told = {
        "feature": for_html(first.feature, 120),
        "area": for_html(area_of(first), 80),
        "level": first.level.value,
        "client": for_html(first.via, 80),
        "outcome": " ".join(dict.fromkeys(one.outcome.value for one in verdicts)),
        "held": " ".join(word for one in verdicts for word in _held(one, names.index(one.matrix))),
    }
    return " ".join(f'data-{name}="{words}"' for name, words in told.items())


def _held(verdict: Verdict, document: int) -> Iterator[str]:
    yield verdict.standing.value
    yield f"{document}:{verdict.standing.value}"
    if is_promised(verdict):
        yield f"{document}:"
