"""Fine-tuning, as far as a server can be asked without being made to work: whether its jobs are there at all.

https://platform.openai.com/docs/api-reference/fine-tuning
"""

from __future__ import annotations

from conformance.answers import Object, ensure_success, object_of, refusal
from conformance.messages import Exchange, Request, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Target
from conformance.registry import check

LIST = "https://platform.openai.com/docs/api-reference/fine-tuning/list"

ABSENT = (401, 403, 404, 405, 501)
"""What says that there is no such endpoint, or none for this client."""


@check("fine_tuning.jobs", "has fine-tuning jobs", Level.MUST, "fine_tuning", LIST)
def jobs(_: Target, send: Send) -> Noted:
    """Lists the jobs and posts a job without any field: a server that has jobs gives a list and says what is missing."""
    answer: Object = object_of(send(Request("GET", "/fine_tuning/jobs")))
    if not isinstance(answer.get("data"), list):
        yield Finding("answers with no list of jobs", "$.data", "an array", str(answer.get("data"))[:80])
    yield from _posted(send(Request("POST", "/fine_tuning/jobs", {}, wrong=True)))


def _posted(exchange: Exchange) -> Noted:
    try:
        ensure_success(exchange)
    except Ended as end:
        if end.finding.outcome is not Outcome.REFUSED:
            raise
        if exchange.status in ABSENT:
            yield Finding(
                "takes no job", "status", "400, since every field is missing", refusal(exchange), outcome=Outcome.REFUSED
            )
    else:
        yield Finding("takes a job without any field", "status", "4xx", str(exchange.status))
