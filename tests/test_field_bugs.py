"""Bugs that people reported of servers in the field: each is noticed by the check that the table names, or has a reason why not.

The tables are data/field_bugs*.yaml, one for a group of areas; a fault or a labelled answer reproduces what the server did.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from against import SILENT, distinct, ran, raw_cases, right, served, server, tells
from canned import calling, chunks, counts, errors, field, plain, streams
from test_rules_canned import speaking
from test_self_clients import SPOKEN, outcome

from conformance.documents import plain as plain_values
from conformance.documents import read_document
from conformance.judge import judge, run_rule
from conformance.law import claim_for
from conformance.matrix import load_matrix
from conformance.model import Outcome
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


@dataclass(frozen=True)
class Group:
    """All bugs in some areas that can be seen from outside, as of November 2026: so many, and none may be dropped."""

    file: str
    areas: tuple[str, ...]
    known: int
    sha256: str

    @property
    def bugs(self):
        return plain_values(read_document((DATA / self.file).read_text("utf-8"), self.file))

    def __repr__(self):
        return self.file.removesuffix(".yaml")


DATA = Path(__file__).parent / "data"
GROUPS = [
    Group("field_bugs.yaml", ("chat.",), 330, "8bfa9519dd199cdfd14752cd0c3ade93eaeaf1ae82a7e123ae16ec1ff76f57b7"),
    Group("field_bugs_errors.yaml", ("errors.",), 44, "b64d33a0452f636341ee3ded24abcaa2790f937e538c1e4bc66ecd27bf24261f"),
    Group("field_bugs_http.yaml", ("http.",), 34, "9c3ee9ff72a27b213c2def245a79b60ab3ed21b05cd414953488d11b6fe4519b"),
]
BUGS = {repr(group): group.bugs for group in GROUPS}
ALL = [bug for bugs in BUGS.values() for bug in bugs]
CAUGHT = [bug for bug in ALL if "uncaught" not in bug]

ENOUGH = 0.95
"""The share that must be caught of what deviates from OpenAI's API; what is legal must not be."""

NO_DEVIATION = ("legal", "claim", "extension")
KINDS = (*NO_DEVIATION, "model", "cost", "timing")
"""Why a bug may stay uncaught: OpenAI allows it or does the same; the report is wrong about OpenAI; the field is no part of the
API; it takes another model, or far more tokens than a check may cost; the suite's clients do not see it.
"""


QUIET = (*SILENT, Outcome.UNCLEAR)
CASES = {case.check.id: case for rules in (False, True) for case in raw_cases(rules)}


@cache
def requests():
    """A request of every kind that the suite sends."""
    return [one.request for one in distinct(one for found in right().values() for one in found.exchanges)]


@cache
def given(fault: str, times: int):
    """What a server with this fault answers to each kind of request, so many times."""
    send = server(fault)
    return [send(replace(request, take=request.take + take)) for request in requests() for take in range(times)]


@cache
def notices(check: str, fault: str) -> bool:
    """Whether a check or rule tells against a server with this fault, and not against the right one."""
    if check not in CASES:
        case = next(one for one in SPOKEN if one.check.id == check)
        return outcome(case, fault) not in QUIET and outcome(case) in SILENT
    case = CASES[check]
    times = 2 if case.check.by_chance else 1  # a run asks again for what may be chance
    now = run_rule(case, given(fault, times)) if case.check.on else ran(case, served(check, fault)).result
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
    return judge(case, right()[check].result, claim_for(case.check, matrix, ()), document).standing.value


@pytest.mark.parametrize("bug", CAUGHT, ids=lambda bug: bug["id"])
def test_a_bug_is_noticed_by_the_check_that_the_table_names(bug):
    if "fault" in bug:
        assert notices(bug["check"], bug["fault"])
    elif "answer" in bug:
        assert any(bug["check"] in found for found in answers(bug["answer"]))
    else:
        assert standing(bug["document"], bug["check"]) == bug["standing"]


@pytest.mark.parametrize("group", GROUPS, ids=repr)
def test_no_bug_is_dropped_or_told_twice(group):
    ids = [bug["id"] for bug in BUGS[repr(group)]]
    assert len(set(ids)) == len(ids) == group.known
    assert hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest() == group.sha256
    assert all(bug["area"].startswith(group.areas) for bug in BUGS[repr(group)])


def test_every_entry_is_complete():
    for bug in ALL:
        ways = [way for way in ("fault", "answer", "document", "uncaught") if way in bug]
        assert len(ways) == 1, bug["id"]
        assert {"id", "url", "area", "title"} <= set(bug), bug["id"]
        assert bug["url"].startswith("https://"), bug["id"]
        assert "uncaught" in bug or "check" in bug, bug["id"]
        assert bug.get("fault", "done-missing") in all_faults(), bug["id"]


def kind_of(bug) -> str:
    return bug["uncaught"].partition(":")[0]


def test_what_is_not_caught_has_a_reason():
    assert {kind_of(bug) for bug in ALL if "uncaught" in bug} <= set(KINDS)


@pytest.mark.parametrize("group", GROUPS, ids=repr)
def test_nearly_every_bug_is_caught(group, capsys):
    bugs = BUGS[repr(group)]
    caught = sum("uncaught" not in bug for bug in bugs)
    deviating = len(bugs) - sum("uncaught" in bug and kind_of(bug) in NO_DEVIATION for bug in bugs)
    with capsys.disabled():
        told = f"{', '.join(group.areas)}: {caught} of {len(bugs)} reported bugs are caught ({caught / len(bugs):.1%})"
        print(f"\n{told}, of those that deviate from OpenAI's API {caught} of {deviating} ({caught / deviating:.1%})")  # noqa: T201
    assert caught / deviating >= ENOUGH


def test_of_all_bugs_of_chat_nearly_every_one_is_caught():
    """Legal ones and those that cost too much included."""
    bugs = [bug for bug in ALL if bug["area"].startswith("chat.")]
    assert sum("uncaught" not in bug for bug in bugs) / len(bugs) >= ENOUGH
