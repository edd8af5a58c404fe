"""Bugs that people reported of servers in the field: each is noticed by the check that the table names, or has a reason why not.

The table is data/field_bugs.yaml; a fault or a labelled answer reproduces what the server did.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import pytest
from against import distinct, ran, raw_cases, right, server, tells
from canned import calling, chunks, counts, errors, field, plain, streams
from test_rules_canned import speaking

from conformance.documents import plain as plain_values
from conformance.documents import read_document
from conformance.judge import claim_on, judge, run_rule
from conformance.matrix import load_matrix
from conformance.reference.faults import all_faults

TABLES = {
    "plain": plain,
    "counts": counts,
    "streams": streams,
    "chunks": chunks,
    "calling": calling,
    "errors": errors,
    "field": field,
}
TABLE = Path(__file__).parent / "data" / "field_bugs.yaml"
BUGS = plain_values(read_document(TABLE.read_text("utf-8"), TABLE.name))
CAUGHT = [bug for bug in BUGS if "uncaught" not in bug]
UNCAUGHT = [bug for bug in BUGS if "uncaught" in bug]

KNOWN = 330
SHA256 = "8bfa9519dd199cdfd14752cd0c3ade93eaeaf1ae82a7e123ae16ec1ff76f57b7"
"""All bugs in areas chat.* that can be seen from outside, as of November 2026: none may be dropped."""

ENOUGH = 0.95
"""The share that must be caught of what deviates from OpenAI's API; what is legal must not be."""

NO_DEVIATION = ("legal", "claim", "extension")
KINDS = (*NO_DEVIATION, "model", "cost", "timing")
"""Why a bug may stay uncaught: OpenAI allows it or does the same; the report is wrong about OpenAI; the field is no part of the
API; it takes another model, or far more tokens than a check may cost; the suite's clients do not see it.
"""


CASES = {case.check.id: case for rules in (False, True) for case in raw_cases(rules)}


@cache
def requests():
    """A request of every kind that the suite sends."""
    return [one.request for one in distinct(one for found in right().values() for one in found.exchanges)]


@cache
def given(fault: str):
    """What a server with this fault answers to each kind of request."""
    send = server(fault)
    return [send(request) for request in requests()]


@cache
def notices(check: str, fault: str) -> bool:
    """Whether a check or rule tells against a server with this fault, and not against the right one."""
    case = CASES[check]
    now = run_rule(case, given(fault)) if case.check.on else ran(case, server(fault)).result
    return tells(now) and not tells(right()[check].result)


@cache
def answers(name: str) -> tuple[frozenset[str], ...]:
    """The rules that speak on each answer of this name in a table."""
    table, _, title = name.partition("/")
    return tuple(frozenset(speaking(case.exchange)) for case in TABLES[table].CASES if case.name == title)


@cache
def standing(document: str, check: str) -> str:
    """How the right server stands with what a document says."""
    case, matrix = CASES[check], load_matrix(document)
    return judge(case, right()[check].result, claim_on(case.check.feature, matrix, ()), document).standing.value


@pytest.mark.parametrize("bug", CAUGHT, ids=lambda bug: bug["id"])
def test_a_bug_is_noticed_by_the_check_that_the_table_names(bug):
    if "fault" in bug:
        assert notices(bug["check"], bug["fault"])
    elif "answer" in bug:
        assert any(bug["check"] in found for found in answers(bug["answer"]))
    else:
        assert standing(bug["document"], bug["check"]) == bug["standing"]


def test_no_bug_is_dropped_or_told_twice():
    ids = [bug["id"] for bug in BUGS]
    assert len(set(ids)) == len(ids) == KNOWN
    assert hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest() == SHA256


def test_every_entry_is_complete():
    for bug in BUGS:
        ways = [way for way in ("fault", "answer", "document", "uncaught") if way in bug]
        assert len(ways) == 1, bug["id"]
        assert {"id", "url", "area", "title"} <= set(bug), bug["id"]
        assert bug["url"].startswith("https://"), bug["id"]
        assert bug["area"].startswith("chat."), bug["id"]
        assert "uncaught" in bug or "check" in bug, bug["id"]
        assert bug.get("fault", "done-missing") in all_faults(), bug["id"]


def kind_of(bug) -> str:
    return bug["uncaught"].partition(":")[0]


def test_what_is_not_caught_has_a_reason():
    assert {kind_of(bug) for bug in UNCAUGHT} <= set(KINDS)


def test_nearly_every_bug_is_caught(capsys):
    deviating = len(BUGS) - sum(kind_of(bug) in NO_DEVIATION for bug in UNCAUGHT)
    share = len(CAUGHT) / deviating
    with capsys.disabled():
        told = f"{len(CAUGHT)} of {len(BUGS)} reported bugs are caught ({len(CAUGHT) / len(BUGS):.1%})"
        print(f"\n{told}, of those that deviate from OpenAI's API {len(CAUGHT)} of {deviating} ({share:.1%})")  # noqa: T201
    assert share >= ENOUGH
