"""The two documents about Ollama make 54 statements that can be tested or not; each has its place in a matrix."""

from pathlib import Path

import pytest

from conformance.documents import read_document
from conformance.matrix import load_matrix
from conformance.registry import all_checks

STATEMENTS = read_document((Path(__file__).parent / "data" / "statements.yaml").read_text("utf-8"), "statements.yaml")
CHECKED = {check.feature for check in all_checks().values()}


@pytest.mark.parametrize("document", STATEMENTS)
def test_no_statement_is_missing_and_none_is_invented(document):
    matrix = load_matrix(document)
    placed = {one for claim in matrix.claims.values() for one in claim.statements}
    placed |= {one for entry in matrix.excluded for one in entry["statements"]}
    assert placed == set(STATEMENTS[document])


@pytest.mark.parametrize("document", STATEMENTS)
def test_what_a_claim_says_can_be_tested(document):
    for claim in load_matrix(document).claims.values():
        assert claim.statements, claim.feature
        assert claim.feature in CHECKED, claim.feature


@pytest.mark.parametrize("document", STATEMENTS)
def test_a_claim_cites_lines_of_its_statements_and_of_each_of_them(document):
    matrix = load_matrix(document)
    placed = [(one.statements, one.lines) for one in matrix.claims.values()]
    placed += [(one["statements"], one["lines"]) for one in matrix.excluded]
    for statements, lines in placed:
        told = {name: set(lines_of(STATEMENTS[document][name])) for name in statements}
        assert set(lines) <= set().union(*told.values()), statements
        assert all(set(lines) & there for there in told.values()), statements


def lines_of(entry):
    for part in str(entry["lines"]).split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


def test_there_are_54():
    assert sum(map(len, STATEMENTS.values())) == 54
