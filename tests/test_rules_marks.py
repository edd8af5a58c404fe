"""The rule about marks of calls in the text: what a server left there, and what is only a model's own text."""

import json

import pytest
from surroundings import completion, reply

from conformance.judge import run_rule
from conformance.messages import Request
from conformance.model import Case, Outcome
from conformance.registry import all_checks

TOOL = {"type": "function", "function": {"name": "set_lamp", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "set_lamp", "arguments": "{}"}}
WHOLE = '{"name": "set_lamp", "arguments": {"state": "on"}}'


def outcome(text, called=False, **fields):
    body = {"model": "m", "messages": [{"role": "user", "content": "Lamp on!"}], "tools": [TOOL], **fields}
    message = {"tool_calls": [CALL]} if called else {}
    exchange = reply(Request("POST", "/chat/completions", body), 200, completion(text, **message))
    return run_rule(Case(all_checks()["chat.tools.marks"], "raw"), [exchange]).outcome


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>\n{WHOLE}\n</tool_call>",
        f"I will.\n<tool_call>{WHOLE}</tool_call> Done.",
        f"<|python_tag|>{WHOLE}",
        f"[TOOL_CALLS] [{WHOLE}]",
        f"[TOOL_CALLS]{WHOLE}",
    ],
)
def test_a_whole_call_in_the_text_shows(text):
    assert outcome(text) is Outcome.DIFFERS
    assert outcome(text, called=True) is Outcome.DIFFERS
    assert outcome(text, tool_choice="none") is Outcome.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "The lamp is on.",
        "Write <tool_call> to call a tool.",
        WHOLE,
        "<tool_call>{nope}</tool_call>",
        f"<tool_call>{json.dumps({'name': 'fly', 'arguments': {}})}</tool_call>",
        '<tool_call>{"name": "set_lamp"',
    ],
)
def test_what_a_model_writes_that_is_no_call_is_its_own(text):
    assert outcome(text) is Outcome.WORKS


def test_marks_beside_a_call_show_though_they_are_not_whole():
    assert outcome("</think><tool_call>", called=True) is Outcome.DIFFERS
    assert outcome("I switch it on.", called=True) is Outcome.WORKS


def test_without_tools_there_is_nothing_to_judge():
    assert outcome(f"<tool_call>{WHOLE}</tool_call>", tools=[]) is Outcome.UNCLEAR
