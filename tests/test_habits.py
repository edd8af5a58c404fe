"""Models that refuse an ordinary request are asked as they like it: what they are told then is as clear as of any other."""

import json
from collections import Counter
from dataclasses import asdict

import pytest
from against import TARGET, raw_cases
from bending import right

from conformance.calls import Adapted, chat, wrong
from conformance.exchanges import remembering
from conformance.habits import Habits
from conformance.messages import Exchange, Piece
from conformance.model import Case, Outcome, Standing
from conformance.options import Options
from conformance.plan import prepare
from conformance.registry import all_checks
from conformance.session import Run

AREAS = ("chat", "clients", "models", "errors")
BLAMELESS = (Outcome.WORKS, Outcome.ACCEPTED, Outcome.UNCLEAR)


def newer(body):
    """A model that knows the newer limit alone."""
    return "max_tokens" if body.get("max_tokens") is not None else ""


def heated(body):
    """A model that has a temperature of its own."""
    return "temperature" if body.get("temperature") not in (None, 1) else ""


def reasoning(body):
    """A model of OpenAI's that thinks."""
    return newer(body) or heated(body)


def refusing(among):
    """A right server whose model refuses some fields, in OpenAI's words."""
    inner = right()

    def send(request):
        field = among(request.json) if isinstance(request.json, dict) else ""
        if not field:
            return inner(request)
        error = {"message": f"Unsupported parameter: '{field}' is not supported with this model.", "param": field}
        body = json.dumps({"error": error | {"type": "invalid_request_error", "code": "unsupported_parameter"}}).encode()
        headers = (("content-type", "application/json"), ("x-request-id", "req_1"))
        return Exchange(request, 400, headers, (Piece(0.0, body),))

    return send


def judged(send, cases=None):
    """What a run comes to, by check, and how often each request was sent."""
    asked = Counter()

    def counting(request):
        asked[request.key] += 1
        return send(request)

    cases = cases or tuple(case for rules in (False, True) for case in raw_cases(rules) if case.check.area in AREAS)
    run = Run(prepare(Options()), TARGET, 1, remembering(counting, lambda _: None, lambda _: None))
    run.start(cases)
    return run, {case.check.id: run.result(case).outcome for case in cases}, asked


LIMIT = {"chat.max_tokens.limit"}
TEMPERATURE = {"chat.temperature.zero", "chat.temperature.range"}


@pytest.mark.parametrize(("refuses", "told"), [(newer, LIMIT), (heated, TEMPERATURE), (reasoning, LIMIT | TEMPERATURE)])
def test_of_a_model_that_refuses_what_most_take_most_is_clear_all_the_same(refuses, told):
    _, found, asked = judged(refusing(refuses))
    unclear = [check for check, outcome in found.items() if outcome is Outcome.UNCLEAR]
    assert {check for check, outcome in found.items() if outcome not in BLAMELESS} == told
    assert len(unclear) < 0.1 * len(found)
    assert max(asked.values()) == 1


@pytest.mark.parametrize(("refuses", "standing"), [(reasoning, Standing.UNCLAIMED), (newer, Standing.BROKEN)])
def test_what_reasoning_models_of_openai_refuse_is_no_broken_promise_where_nobody_promised_it(refuses, standing):
    case = Case(all_checks()["chat.max_tokens.limit"], "raw")
    run, found, _ = judged(refusing(refuses), (case,))
    assert found == {"chat.max_tokens.limit": Outcome.REFUSED}
    assert [one.standing for one in run.verdicts(case)] == [standing]


OWN = ("top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "stop")


def of_its_own_mind(body):
    """A model of OpenAI's that thinks, and takes nothing that concerns its sampling."""
    return reasoning(body) or next((name for name in OWN if body.get(name)), "")


def test_a_reasoning_model_of_openai_breaks_no_promise():
    run, found, _ = judged(refusing(of_its_own_mind))
    cases = [case for rules in (False, True) for case in raw_cases(rules) if case.check.id in found]
    broken = [one.case for case in cases for one in run.verdicts(case) if one.standing in (Standing.BROKEN, Standing.FAULT)]
    assert broken == []
    assert sum(outcome is Outcome.UNCLEAR for outcome in found.values()) < 0.2 * len(found)


def test_whoever_refuses_nothing_is_asked_nothing_more():
    cases = tuple(Case(all_checks()[name], "raw") for name in ("chat.create", "chat.stop.string"))
    _, _, before = judged(right(), cases)
    sent = []
    habits = Habits(TARGET, sent.append)
    habits.learn([])
    habits.learn([Exchange(chat(TARGET), 200), Exchange(chat(TARGET), 500), Exchange(wrong(TARGET), 400)])
    assert sent == []
    assert habits.target_for(cases[0].check) == TARGET
    assert set(before.values()) == {1}


def test_a_server_that_refuses_everything_has_no_habits():
    asked = []

    def send(request):
        asked.append(request)
        return Exchange(request, 400)

    habits = Habits(TARGET, send)
    for _ in range(3):
        habits.learn([Exchange(chat(TARGET), 400)])
    assert (len(asked), habits.adapted, habits.spared) == (4, None, frozenset())


ASKED = {"model": TARGET.model, "messages": [{"role": "user", "content": "Hello!"}]}


@pytest.mark.parametrize(
    ("habits", "said", "sent"),
    [
        ({}, {}, {"max_tokens": 16, "temperature": 0}),
        ({"newer_limit": True}, {}, {"max_completion_tokens": 16, "temperature": 0}),
        ({"newer_limit": True}, {"max_tokens": ...}, {"temperature": 0}),
        ({"newer_limit": True}, {"max_tokens": "few"}, {"max_tokens": "few", "temperature": 0}),
        ({"newer_limit": True}, {"max_tokens": True}, {"max_tokens": True, "temperature": 0}),
        ({"newer_limit": True}, {"max_tokens": 10**8}, {"max_tokens": 10**8, "temperature": 0}),
        ({"newer_limit": True}, {"max_completion_tokens": 3}, {"max_tokens": 16, "max_completion_tokens": 3, "temperature": 0}),
        ({"newer_limit": True}, {"max_completion_tokens": None}, {"max_completion_tokens": 16, "temperature": 0}),
        ({"own_temperature": True}, {}, {"max_tokens": 16}),
        ({"own_temperature": True}, {"temperature": 1.5}, {"max_tokens": 16, "temperature": 1.5}),
    ],
)
def test_an_ordinary_request_is_said_as_the_model_takes_it(habits, said, sent):
    assert chat(Adapted(**asdict(TARGET), **habits), **said).json == ASKED | sent
