"""Every field of a chat completion request is judged under its own name, so that a document can claim it."""

from functools import cache

import pytest
from against import ran, server

from conformance.documents import plain, read_document
from conformance.endpoints import sent_json
from conformance.features import all_features
from conformance.model import Case
from conformance.reference.fields import FIELDS
from conformance.registry import all_checks
from conformance.schema import specs

LISTED = plain(read_document(specs("openai", "inventory.yaml").read_text("utf-8"), "inventory.yaml"))["request"]
NULLABLE = [name for name, said in LISTED.items() if said.get("nullable")]
DEFAULTS = {name: said["default"] for name, said in LISTED.items() if "default" in said}
ELSEWHERE = {"stream": "chat.stream.flag"}
"""Defaults that a check of their own sends."""


def checks_of(field):
    """The checks, rules apart, whose feature is the field's own."""
    return [one for one in all_checks().values() if one.feature == f"chat.{field}" and not one.on]


@cache
def sent_by(check):
    """The bodies that a check sends to the right server."""
    bodies = [sent_json(one) for one in ran(Case(all_checks()[check], "raw"), server()).exchanges]
    return [one for one in bodies if isinstance(one, dict)]


def test_there_are_37_fields():
    assert len(LISTED) == 37
    assert set(LISTED) == set(FIELDS)


@pytest.mark.parametrize("field", LISTED)
def test_a_field_is_judged_under_its_own_feature(field):
    assert f"chat.{field}" in all_features()
    assert checks_of(field)


@pytest.mark.parametrize("field", LISTED)
def test_what_judges_a_field_sends_it(field):
    bodies = [body for check in checks_of(field) if "raw" in check.via for body in sent_by(check.id)]
    assert any(body.get(field) is not None for body in bodies)


@pytest.mark.parametrize("field", NULLABLE)
def test_a_nullable_field_is_sent_as_null(field):
    assert any(field in body and body[field] is None for body in sent_by("chat.defaults.null"))


def test_all_nulls_go_in_one_request():
    most = max(sent_by("chat.defaults.null"), key=lambda body: list(body.values()).count(None))
    assert {name for name in most if most[name] is None} == set(NULLABLE) - {"max_tokens"}


@pytest.mark.parametrize("field", DEFAULTS)
def test_a_default_is_sent_explicitly(field):
    assert any(body.get(field) == DEFAULTS[field] for body in sent_by(ELSEWHERE.get(field, "chat.defaults.explicit")))


def test_all_defaults_go_in_one_request_but_what_needs_a_tool():
    most = max(sent_by("chat.defaults.explicit"), key=len)
    assert set(DEFAULTS) - set(most) == {*ELSEWHERE, "parallel_tool_calls"}
