"""Ways to read an answer inside a check. Each either gives what was asked for or ends the check with the finding that says why.

A 4xx or 501 ends it as refused, another 5xx, a hang or unreadable bytes as fails; an answer whose general shape is wrong is
the business of the rules about that shape, so here it is merely unclear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from conformance.messages import Exchange, Json, Request, Send
from conformance.model import Ended, Finding, Outcome, Unclear
from conformance.wire import NOT_JSON, read_events, read_json

Object = dict[str, Any]
Read = TypeVar("Read")

TOO_MANY = 429

OF_PROXIES = frozenset({502, 503, 504, *range(520, 531)})
"""Statuses by which what stands before a server says that it got no answer, or none in time, or that there is too much to do;
those from 520 on are Cloudflare's.
"""


def is_ok(exchange: Exchange) -> bool:
    """Whether the answer is a 2xx."""
    return exchange.status is not None and 200 <= exchange.status < 300


def ensure_success(exchange: Exchange) -> Exchange:
    """The exchange itself if it is a 2xx. Raises Ended: refused for 4xx and 501, fails for other 5xx and lost answers,
    unclear for 429 and where the suite's own limits or budgets ended it, differs for anything else (redirects are not followed).
    """
    failure, status = exchange.failure, exchange.status
    if failure is not None and failure.kind in ("budget", "lost", "limit"):
        raise Unclear(f"{failure.kind}: {failure.message}")
    if failure is not None or status is None:
        said = f"{failure.kind}: {failure.message}" if failure else "no answer"
        raise Ended(Finding("gives no complete answer", "", "a complete answer", said, outcome=Outcome.FAILS))
    if 200 <= status < 300:
        return exchange
    ensure_unhurried(exchange)
    raise Ended(Finding(f"answers {status}", "status", "2xx", refusal(exchange), outcome=outcome_of_status(status)))


def ensure_unhurried(exchange: Exchange) -> Exchange:
    """The exchange itself. Raises Unclear for a 429, which is about other requests, whatever this one is like."""
    if exchange.status == TOO_MANY:
        raise Unclear("the server asks for fewer requests at a time (429)")
    return exchange


def is_refused(exchange: Exchange) -> bool:
    """Whether a request is refused for what it is: by a 4xx. Raises Unclear for a 429."""
    status = ensure_unhurried(exchange).status
    return status is not None and 400 <= status < 500


def outcome_of_status(status: int) -> Outcome:
    """What a status that is no success tells: refused for 4xx and 501, fails for other 5xx, differs for anything else."""
    if status == 501 or 400 <= status < 500:
        return Outcome.REFUSED
    return Outcome.FAILS if status >= 500 else Outcome.DIFFERS


def refusal(exchange: Exchange) -> str:
    """Status and message of an error answer, short."""
    value = read_json(exchange.body).value
    error = value.get("error", value) if isinstance(value, dict) else None
    said = error.get("message") if isinstance(error, dict) else error
    text = said if isinstance(said, str) else exchange.body[:200].decode("utf-8", "replace")
    return f"{exchange.status} {text[:200]}".strip()


def json_of(exchange: Exchange) -> Json:
    """The JSON value of a 2xx answer. Raises Ended."""
    value = read_json(ensure_success(exchange).body).value
    if value is NOT_JSON:
        start = exchange.body[:80].decode("utf-8", "replace")
        raise Ended(Finding("answers with a body that is no JSON", "$", "JSON", start, outcome=Outcome.FAILS))
    return value


def object_of(exchange: Exchange) -> Object:
    """The JSON object of a 2xx answer. Raises Ended; an error object inside a 2xx differs."""
    value = json_of(exchange)
    if not isinstance(value, dict):
        raise Unclear("the answer is no JSON object")
    if isinstance(value.get("error"), dict) and "choices" not in value:
        raise Ended(Finding("answers an error inside a success", "$.error", "status 4xx or 5xx", refusal(exchange)))
    return value


def choices_of(answer: Object) -> list[Object]:
    """The choices, by index. Raises Unclear where their shape is wrong."""
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not all(isinstance(choice, dict) for choice in choices):
        raise Unclear("the answer has no choices to judge")
    return sorted(choices, key=lambda choice: index if isinstance(index := choice.get("index"), int) else 0)


def message_of(answer: Object) -> Object:
    """The message of the first choice. Raises Unclear."""
    message = choices_of(answer)[0].get("message")
    if not isinstance(message, dict):
        raise Unclear("the answer has no message to judge")
    return message


def text_of(answer: Object) -> str:
    """The text of the first choice; "" for null. Raises Unclear."""
    content = message_of(answer).get("content")
    if not isinstance(content, str | None):
        raise Unclear("the answer's content is no text to judge")
    return content or ""


def texts_of(answer: Object) -> list[str]:
    """The text of every choice, by index. Raises Unclear."""
    return [text_of({"choices": [choice]}) for choice in choices_of(answer)]


def finish_of(answer: Object) -> str | None:
    """The finish_reason of the first choice."""
    reason = choices_of(answer)[0].get("finish_reason")
    return reason if isinstance(reason, str) else None


def count_of(answer: Object, name: str) -> int:
    """A token count of `usage`. Raises Unclear."""
    usage = answer.get("usage")
    count = usage.get(name) if isinstance(usage, dict) else None
    if not isinstance(count, int) or isinstance(count, bool):
        raise Unclear(f"the answer has no usage.{name} to judge")
    return count


def tool_calls_of(answer: Object) -> list[Object]:
    """The tool calls of the first choice's message; [] for none."""
    calls = message_of(answer).get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def chunks_of(exchange: Exchange) -> list[Object]:
    """The JSON objects of a 2xx stream, in order, [DONE] and unreadable events left out. Raises Ended; a stream of no chunk at
    all fails, since the official client then gives nothing and says nothing.
    """
    ensure_success(exchange)
    chunks = list(objects_in(exchange))
    if not chunks:
        start = exchange.body[:80].decode("utf-8", "replace")
        raise Ended(Finding("streams no chunk", "$", "server-sent events of JSON", start, outcome=Outcome.FAILS))
    return chunks


def objects_in(exchange: Exchange) -> Iterator[Object]:
    """Every event of the body whose data is a JSON object."""
    for event in read_events(exchange.body).events:
        value = read_json(event.data.encode("utf-8", "surrogatepass")).value
        if isinstance(value, dict):
            yield value


def deltas_of(chunks: list[Object], index: int = 0) -> list[Object]:
    """The deltas of one choice, in order."""
    listed = [choices for chunk in chunks if isinstance(choices := chunk.get("choices"), list)]
    choices = [choice for choices in listed for choice in choices if isinstance(choice, dict)]
    mine = [choice.get("delta") for choice in choices if choice.get("index", 0) == index]
    return [delta for delta in mine if isinstance(delta, dict)]


def streamed_text(chunks: list[Object], index: int = 0) -> str:
    """The concatenated content of one choice."""
    return "".join(part for delta in deltas_of(chunks, index) if isinstance(part := delta.get("content"), str))


def given(send: Send, request: Request) -> Object:
    """An answer that a check starts from. Raises Unclear where there is none, since that is another check's finding."""
    return _started(object_of, send(request))


def given_success(send: Send, request: Request) -> Exchange:
    """A 2xx of whatever body that a check starts from. Raises Unclear."""
    return _started(ensure_success, send(request))


def given_chunks(send: Send, request: Request) -> list[Object]:
    """The chunks of a stream that a check starts from. Raises Unclear."""
    return _started(chunks_of, send(request))


def _started(read: Callable[[Exchange], Read], exchange: Exchange) -> Read:
    try:
        return read(exchange)
    except Unclear:
        raise
    except Ended as end:
        raise Unclear(f"the answer to start from is missing: {end.finding.message}") from None


def attempted(send: Send, request: Request, control: Request) -> Exchange:
    """The exchange of a request that differs from `control` in the point in question. Raises Unclear where neither is
    answered, since then the point is not what is wrong.
    """
    exchange = send(request)
    if not is_ok(exchange) and exchange.status != TOO_MANY and not is_ok(send(control)):
        raise Unclear("there is no answer without the field in question either")
    return exchange


def first_answered(send: Send, requests: Sequence[Request]) -> Exchange:
    """The exchange of the first request that gets a 2xx, or else that of the first of all."""
    return next((exchange for exchange in map(send, requests) if is_ok(exchange)), None) or send(requests[0])


def answered(send: Send, request: Request, control: Request) -> Object:
    """The JSON object that answers `request`. Raises Ended, but Unclear where `control`, which differs in the point in question,
    gets no proper answer either.
    """
    return _unlike(object_of, send, request, control)


def answered_chunks(send: Send, request: Request, control: Request) -> list[Object]:
    """The chunks that answer `request`; `control`, a stream as well, as in `answered`. Raises Ended."""
    return _unlike(chunks_of, send, request, control)


def _unlike(read: Callable[[Exchange], Read], send: Send, request: Request, control: Request) -> Read:
    try:
        return read(send(request))
    except Unclear:
        raise
    except Ended:
        _started(read, send(control))
        raise


def speech_of(answer: Object) -> str:
    """The text of the first choice, which has to be there. Raises Unclear."""
    text = text_of(answer)
    if not text.strip():
        raise Unclear("the model says nothing within the limit")
    return text


def optional_count(answer: Object, name: str) -> int | None:
    """A token count of `usage`, None where it is missing or not above 0."""
    try:
        return count_of(answer, name) or None
    except Unclear:
        return None
