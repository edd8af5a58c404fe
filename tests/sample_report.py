"""A small report in which everything occurs: every outcome, stance, standing and level, two documents that disagree, a server
that answers with everything that could harm whoever shows it, and the exchanges behind it.
"""

from dataclasses import replace

from conformance.messages import Exchange, Failure, Piece, Reading, Request, Setup
from conformance.model import Finding, Level, Outcome, Stance, Standing, Target, Verdict
from conformance.report import Edition, Footer, Header, Report

PAGE, GUIDE = "page@2024-03", "guide@2024-07"
LINK = "https://platform.openai.com/docs/api-reference/chat/create"
HOSTILE = (
    "</script></style><img src=x onerror=alert(1)><!--<script> ]]> &lt; \" ' `code` | pipe [a](javascript:alert(1)) **bold** $x$"
    "\n::error::file a\r\n##vso[task.setvariable]x ##[error]y ::set-output name=a::b\n"
    "\x1b[2J\x1b]0;title\x07 \x9b31m \u202eevil\u2066 \u200b \x00 \ud800 \ufffe \x85 \u2028 @someone www.example.com 漢字"
)
LONG = "x" * 9000


def exchange_of(path, json, answer, *, status=200, kind="application/json", **more):
    request = Request("POST", path, json)
    return Exchange(request, status, (("Content-Type", kind),), (Piece(0.01, answer),), started=1.0, seconds=0.02, **more)


ASKED = {"model": "tiny", "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 16}
STREAM = exchange_of(
    "/chat/completions", ASKED | {"stream": True}, b'data: {"id":"1"}\r\n\r\ndata: {"id":"1"}\n\n', kind="text/event-stream"
)
NASTY = exchange_of("/chat/completions", ASKED | {"user": HOSTILE}, (HOSTILE + LONG).encode("utf-8", "surrogatepass") + b"\xff")
LOST = Exchange(
    Request("GET", "/models", take=1, setup=Setup("sdk", slash=True, authorization="none", environment=True)),
    failure=Failure("timeout", "nothing for 60 s"),
    readings=(Reading("sdk", error="APITimeoutError", message="Request timed out."),),
)
HALF = replace(
    exchange_of("/chat/completions", None, b"data: {}\n\n", failure=Failure("reset", "connection reset by peer")),
    request=Request("POST", "/chat/completions", body=b'{"model": \xff', query="a=1", wrong=True, headers=(("X-One", "1"),)),
    headers=tuple((f"X-{number}", "y" * 400) for number in range(42)),
    readings=(Reading("sdk", type="ChatCompletion"),),
)
EXCHANGES = {one.request.key: one for one in (STREAM, NASTY, LOST, HALF)}


def verdict(check, title, outcome, *, level=Level.MUST, via="raw", findings=(), exchanges=(), reason="", feature=None):
    """A verdict whose stance and standing are still to be told."""
    return Verdict(
        f"{check}-{via}",
        check,
        title,
        level,
        feature or check.rpartition(".")[0],
        via,
        None,
        Stance.UNDOCUMENTED,
        outcome,
        Standing.UNCLAIMED,
        reason=reason,
        findings=findings,
        exchanges=tuple(one.request.key for one in exchanges),
        seconds=0.25,
        link=LINK,
    )


def by(one, matrix, stance, standing, lines=(), note=""):
    return replace(one, matrix=matrix, stance=stance, standing=standing, lines=lines, note=note)


def by_both(one, page, guide):
    return by(one, PAGE, *page), by(one, GUIDE, *guide)


SILENT = (Stance.UNDOCUMENTED, Standing.UNCLAIMED)
UNSEEN = Finding("the stream ends without [DONE]", "$[-1]", "[DONE]", '{"id":"1"}', ("bytes", "sdk"))
DONE = verdict(
    "chat.stream.done",
    "ends every stream with [DONE]",
    Outcome.DIFFERS,
    findings=(UNSEEN,),
    exchanges=(STREAM,),
    reason="1 of 3 exchanges",
)
EVIL = verdict(
    "chat.user.echo",
    f"says nothing of {HOSTILE}",
    Outcome.DIFFERS,
    findings=(Finding(HOSTILE, HOSTILE, HOSTILE, HOSTILE + LONG, ("schema",)),),
    exchanges=(NASTY, STREAM, HALF),
    reason=HOSTILE,
)
ONE_CHOICE = verdict(
    "chat.n.choices", "gives n choices", Outcome.IGNORED, findings=(Finding("gives one choice", "$.choices", "2", "1"),)
)
SEED = verdict(
    "chat.seed.temperature",
    "heeds the temperature beside a seed",
    Outcome.DIFFERS,
    findings=(Finding("gives one text for four seeds"),),
)
LISTED = verdict(
    "models.list.target",
    "lists the tested model",
    Outcome.FAILS,
    exchanges=(LOST,),
    findings=(Finding("gives no complete answer"),),
)
WEIGHED = verdict("chat.logit_bias.force", "lets a bias force a token", Outcome.REFUSED, level=Level.SHOULD, exchanges=(HALF,))
TOLD = verdict("chat.tools.required", "calls a tool when it must", Outcome.UNCLEAR, reason="the model would not call it")
TAKEN = verdict("chat.user.accepted", "takes user", Outcome.ACCEPTED, level=Level.MAY)
WORKING = verdict("chat.json_object.object", "answers JSON when asked to", Outcome.WORKS)
FORMAT = verdict("errors.unknown-model.refused", "refuses a model that does not exist", Outcome.DIFFERS, level=Level.SHOULD)

VERDICTS = (
    *by_both(DONE, (Stance.SUPPORTED, Standing.BROKEN, (63, 79)), (Stance.SUPPORTED, Standing.BROKEN, (122,))),
    *by_both(
        replace(DONE, case="chat.stream.done-sdk", via="sdk"),
        (Stance.SUPPORTED, Standing.BROKEN, (63, 79)),
        (Stance.SUPPORTED, Standing.BROKEN, (122,)),
    ),
    *by_both(WORKING, (Stance.SUPPORTED, Standing.KEPT, (64, 76)), (Stance.UNSUPPORTED, Standing.SURPASSED, (187,))),
    *by_both(SEED, (Stance.DEVIATES, Standing.KEPT, (91,), "a seed sets temperature to 0"), SILENT),
    *by_both(
        ONE_CHOICE, (Stance.REJECTED, Standing.BROKEN, (88,)), (Stance.IGNORED, Standing.KEPT, (178,), f"one choice {HOSTILE}")
    ),
    *by_both(WEIGHED, (Stance.PARTIAL, Standing.KEPT), (Stance.APPROXIMATED, Standing.BROKEN)),
    *by_both(TOLD, (Stance.SUPPORTED, Standing.UNKNOWN), (Stance.UNSUPPORTED, Standing.UNKNOWN)),
    *by_both(TAKEN, (Stance.IGNORED, Standing.KEPT), SILENT),
    *by_both(EVIL, (Stance.SUPPORTED, Standing.BROKEN), SILENT),
    *by_both(LISTED, (Stance.SUPPORTED, Standing.FAULT), (Stance.UNDOCUMENTED, Standing.FAULT)),
    *by_both(FORMAT, SILENT, SILENT),
)
HEADER = Header(
    suite="0.1.0",
    target=Target("http://127.0.0.1:8080/v1", "tiny", id="demo", server="demo 1.0"),
    matrices=(Edition(PAGE, "ab" * 32, "The page"), Edition(GUIDE, "cd" * 32)),
    sdk="3.54.0",
    python="3.11.7",
    started="2026-11-21T12:00:00Z",
    command="openai-conformance run --base-url http://127.0.0.1:8080/v1",
)
REPORT = Report(HEADER, VERDICTS, Footer(True, 123, 4567, 12.34))
ALONE = Report(
    replace(HEADER, matrices=()),
    tuple(
        replace(one, matrix=None, stance=Stance.SUPPORTED, standing=Standing.KEPT, lines=(), note="")
        for one in VERDICTS
        if one.matrix == PAGE and one.outcome in (Outcome.WORKS, Outcome.ACCEPTED)
    ),
    Footer(True, 2, 30, 0.5),
)
"""A run that is well, held against no document."""
