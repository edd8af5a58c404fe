"""Rules about the formats that a request asks for. Checks ask for each; here every exchange is looked at, recorded ones too.

https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from conformance.answers import choices_of
from conformance.checks.chat_json import for_object, in_colour
from conformance.evidence import asked, ensure_values, shown
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Outcome, Unclear
from conformance.registry import rule
from conformance.streams import answer_of
from conformance.wire import read_json

JSON_MODE = "https://platform.openai.com/docs/guides/structured-outputs#json-mode"
STRUCTURED = "https://platform.openai.com/docs/guides/structured-outputs"


@rule(
    "chat.json_object.kept",
    "says nothing but a JSON object in JSON mode",
    Level.MUST,
    "chat.json_object",
    JSON_MODE,
    on="chat.proper",
    seed=for_object,
)
def text_is_an_object(exchange: Exchange) -> Noted:
    """Reads the texts that the model ended itself: one JSON object, with no fence and no word around it."""
    yield from (_other(where, text) for where, text in _texts(exchange, "json_object") if not _is_object(text))


@rule(
    "chat.json_schema.kept",
    "says nothing but JSON where a schema is asked for",
    Level.SHOULD,
    "chat.json_schema",
    STRUCTURED,
    on="chat.proper",
    seed=in_colour,
)
def text_is_json(exchange: Exchange) -> Noted:
    """The same for json_schema, but for an object a line: one in a thousand of OpenAI's own answers said two."""
    for where, text in _texts(exchange, "json_schema"):
        if not _is_object(text) and not all(_is_object(line) for line in text.splitlines() if line.strip()):
            yield _other(where, text)


def _is_object(text: str) -> bool:
    return isinstance(read_json(text.encode("utf-8", "surrogatepass")).value, dict)


def _other(where: str, text: str) -> Finding:
    outcome = Outcome.DIFFERS if text.lstrip().startswith("{") else Outcome.IGNORED
    return Finding("the text is no JSON object", where, "a JSON object alone", shown(text, 120), outcome=outcome)


def _texts(exchange: Exchange, kind: str) -> list[tuple[str, str]]:
    """The texts that have to be JSON, with their places. Raises Unclear where there are none; what a stop string ended and what
    stands beside calls need not be whole.
    """
    ensure_values(exchange)
    sent = asked(exchange)
    form = sent.get("response_format")
    if not isinstance(form, dict) or form.get("type") != kind or sent.get("stop"):
        raise Unclear(f"the request asks for no {kind}, or for a stop")
    found = []
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = choice.get("message")
        text = message.get("content") if isinstance(message, dict) and not message.get("tool_calls") else None
        if isinstance(text, str) and text and choice.get("finish_reason") == "stop":
            found.append((f"$.choices[{place}].message.content", text))
    if not found:
        raise Unclear("no text was ended by the model")
    return found
