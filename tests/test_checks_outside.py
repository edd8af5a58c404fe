"""Checks of models, keys, base URLs, fine-tuning and the official client: silent on a right server, speaking on others."""

from dataclasses import replace

import pytest
from bending import TARGET, right
from surroundings import completion, except_for, ids_of, outcome_of, read_by_sdk, refusing_all, reply, result_of, saying

from conformance.checks.auth import CREDENTIALS
from conformance.model import Outcome, Seen
from conformance.reference.app import MODEL
from conformance.registry import all_checks

NAMED = replace(TARGET, alias="reference-copy")
SERVER = [one for module in ("models", "auth", "http_base", "fine_tuning") for one in ids_of(module)]
CLIENT = ids_of("clients_sdk")
ENTRY = {"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "us"}


@pytest.mark.parametrize("id", SERVER)
def test_a_right_server_is_right(id):
    assert outcome_of(id, right(), NAMED) is Outcome.WORKS


def listing(*entries, retrieved=None, status=200):
    """A server of some models."""

    def send(request):
        if request.path == "/models":
            return reply(request, 200, {"object": "list", "data": list(entries)})
        found = retrieved if retrieved is not None else next((one for one in entries if request.path.endswith(one["id"])), None)
        return reply(request, status, found) if found else refusing_all(404)(request)

    return send


@pytest.mark.parametrize(
    ("id", "server", "outcome"),
    [
        ("models.list.target", listing({**ENTRY, "id": "other"}), Outcome.DIFFERS),
        ("models.list.target", listing(), Outcome.UNCLEAR),
        ("models.list.target", refusing_all(404), Outcome.REFUSED),
        ("models.retrieve.same", listing(ENTRY), Outcome.WORKS),
        ("models.retrieve.same", listing(ENTRY, retrieved={**ENTRY, "id": "other"}), Outcome.DIFFERS),
        ("models.retrieve.same", listing(ENTRY, retrieved=ENTRY, status=404), Outcome.REFUSED),
        ("models.retrieve.same", refusing_all(404), Outcome.UNCLEAR),
        ("models.retrieve.details", listing(ENTRY, retrieved={**ENTRY, "created": 1_700_000_300}), Outcome.WORKS),
        ("models.retrieve.details", listing(ENTRY, retrieved={**ENTRY, "created": 1_600_000_000}), Outcome.DIFFERS),
        ("models.retrieve.details", listing(ENTRY, retrieved={**ENTRY, "owned_by": "them"}), Outcome.DIFFERS),
        ("models.retrieve.details", listing(ENTRY, retrieved=ENTRY, status=404), Outcome.UNCLEAR),
        ("models.retrieve.unknown", listing(ENTRY), Outcome.WORKS),
        ("models.retrieve.unknown", listing(ENTRY, retrieved=ENTRY), Outcome.DIFFERS),
        ("models.retrieve.unknown", listing(ENTRY, retrieved=ENTRY, status=404), Outcome.UNCLEAR),
        ("models.alias.answers", refusing_all(404), Outcome.UNCLEAR),
    ],
)
def test_models(id, server, outcome):
    assert outcome_of(id, server, NAMED) is outcome


def test_a_model_with_a_slash_is_retrieved_by_one_name():
    asked = []

    def noting(request):
        asked.append(request.path)
        return listing({**ENTRY, "id": "org/model"})(request)

    outcome_of("models.retrieve.same", noting)
    assert asked[-1] == "/models/org%2Fmodel"


def test_an_alias():
    unknown = except_for(lambda request: request.json["model"] == NAMED.alias, refusing_all(404), right())
    assert outcome_of("models.alias.answers", unknown, NAMED) is Outcome.REFUSED
    assert outcome_of("models.alias.answers", right()) is Outcome.UNCLEAR
    assert result_of("models.alias.answers", saying("Hello."), NAMED).seen == (Seen("model", "m"),)


@pytest.mark.parametrize("credentials", CREDENTIALS)
@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_wanted_shows(credentials, status):
    wanted = except_for(lambda request: request.setup.authorization == credentials, refusing_all(status), right())
    result = result_of("auth.any-key.accepted", wanted)
    assert (result.outcome, len(result.findings)) == (Outcome.REFUSED, 1)


def test_keys_are_judged_where_the_server_answers_at_all():
    assert outcome_of("auth.any-key.accepted", refusing_all(404)) is Outcome.UNCLEAR
    assert outcome_of("auth.any-key.accepted", refusing_all(401)) is Outcome.REFUSED


@pytest.mark.parametrize("slash", [True, False])
@pytest.mark.parametrize("via", ["raw", "sdk"])
def test_a_base_url_that_is_not_answered_shows(slash, via):
    lost = except_for(lambda request: request.setup.slash is slash, refusing_all(404), right())
    assert outcome_of("http.base-url.slash", lost, via=via) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("got", "posted", "outcome"),
    [
        ((200, {"object": "list", "data": []}), (400, {}), Outcome.WORKS),
        ((404, {}), (404, {}), Outcome.REFUSED),
        ((200, {"object": "list", "data": []}), (404, {}), Outcome.REFUSED),
        ((200, {"object": "list", "data": []}), (200, {}), Outcome.DIFFERS),
        ((200, {"object": "list", "data": []}), (500, {}), Outcome.FAILS),
        ((200, {"status": "fine"}), (400, {}), Outcome.DIFFERS),
    ],
)
def test_fine_tuning(got, posted, outcome):
    assert outcome_of("fine_tuning.jobs", lambda one: reply(one, *(got if one.method == "GET" else posted))) is outcome


def heard(**reading):
    return read_by_sdk(right(), **reading)


TEXTS = ["clients.sdk.create", "clients.environment.create"]
RAISING = {"value": None, "error": "APIError", "message": "no"}


@pytest.mark.parametrize("id", CLIENT)
def test_a_client_that_reads_a_right_server_is_content(id):
    error = "NotFoundError" if "unknown" in id else ""
    assert {outcome_of(id, heard(error=error), via=via) for via in all_checks()[id].via} == {Outcome.WORKS}


@pytest.mark.parametrize("id", CLIENT)
def test_without_a_reading_nothing_is_known(id):
    assert outcome_of(id, right()) is Outcome.UNCLEAR


@pytest.mark.parametrize("id", [*TEXTS, "clients.sdk.stream", "clients.sdk.models"])
def test_a_client_that_raises_shows(id):
    result = result_of(id, heard(**RAISING))
    assert (result.outcome, result.findings[0].seen_by) == (Outcome.FAILS, ("sdk",))


@pytest.mark.parametrize("id", TEXTS)
@pytest.mark.parametrize("value", [completion("Other."), "<html>", None])
def test_a_client_that_reads_another_text_shows(id, value):
    assert outcome_of(id, heard(value=value)) is Outcome.DIFFERS


@pytest.mark.parametrize("id", TEXTS)
def test_the_environment_sets_the_client_up_where_it_should(id):
    setups = []

    def noting(request):
        setups.append(request.setup.environment)
        return heard()(request)

    outcome_of(id, noting)
    assert setups == ["environment" in id]


@pytest.mark.parametrize("lost", [[0], [-1], [2]])
def test_a_client_that_loses_a_chunk_shows(lost):
    inner = heard()

    def send(request):
        exchange = inner(request)
        (reading,) = exchange.readings
        chunks = [chunk for place, chunk in enumerate(reading.value) if place not in [one % len(reading.value) for one in lost]]
        return replace(exchange, readings=(replace(reading, value=chunks),))

    assert outcome_of("clients.sdk.stream", send) is Outcome.DIFFERS


def test_a_client_that_alters_a_chunk_shows():
    inner = heard()

    def send(request):
        exchange = inner(request)
        (reading,) = exchange.readings
        told = [{"choices": [{"index": 0, "delta": {"content": "x"}}]} for _ in reading.value]
        return replace(exchange, readings=(replace(reading, value=told),))

    assert outcome_of("clients.sdk.stream", send) is Outcome.DIFFERS


def test_a_client_that_lists_no_model_shows():
    assert outcome_of("clients.sdk.models", heard(value={"object": "list", "data": []})) is Outcome.DIFFERS


@pytest.mark.parametrize(
    ("server", "error", "outcome"),
    [
        (right(), "BadRequestError", Outcome.DIFFERS),
        (right(), "UnprocessableEntityError", Outcome.DIFFERS),
        (saying("Hello."), "", Outcome.UNCLEAR),
    ],
)
def test_the_exception_for_an_unknown_model(server, error, outcome):
    assert outcome_of("clients.sdk.unknown-model", read_by_sdk(server, error=error)) is outcome
