"""Error answers and answers about models, right and wrong."""

from __future__ import annotations

from dataclasses import replace

from canned.making import COMPLETION, CREATED, ERROR, Case, answer, changed, right, wrong

FLAT = {"object": "error", "message": "bad thing", "type": "BadRequestError", "param": None, "code": 400}
DETAIL = [{"loc": ["body", "model"], "msg": "field required", "type": "missing"}]
MODEL = {"id": "m", "object": "model", "created": CREATED, "owned_by": "me"}
STACK = 'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in answer'
UNLOCKED = b"<html><h1>401</h1><center>openresty</center><script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>"
STATUSES = (400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 418, 422, 424, 425, 429, 500, 501, 503, 529)


def error(*edits, status=400):
    return answer(changed(ERROR, *edits), status=status)


def models(*listed, **more):
    return answer({"object": "list", "data": list(listed)} | more, asked=None, path="/models")


def listing(*edits):
    return models(changed(MODEL, *edits))


def model(*edits):
    return answer(changed(MODEL, *edits), asked=None, path="/models/m")


def mistaken(exchange):
    return replace(exchange, request=replace(exchange.request, wrong=True))


def retried(exchange, word):
    return replace(exchange, headers=(*exchange.headers, ("x-should-retry", word)))


def recorded(exchange):
    return replace(exchange, source={"fidelity": "raw"})


def raw(body, kind="application/json", status=400, path="/chat/completions"):
    return answer(body, kind, status, path=path)


def nowhere(body, status=404):
    return answer(body, "application/json", status, asked=None, path="/no/such/path")


CASES: tuple[Case, ...] = (
    *(right(f"an error of {status}", error(status=status)) for status in STATUSES),
    right("an error with a code and a parameter", error(("error.code", "model_not_found"), ("error.param", "model"))),
    right("an error with more beside it", error(("status", 401), ("error.metadata", {}))),
    right(
        "an error labelled as text",
        raw(b'{"error": {"message": "no", "type": "t", "param": null, "code": null}}', "text/plain", 401),
    ),
    right("a page of a proxy", raw(b"<html>404</html>", "text/html", 404, "/v2/nothing")),
    right("a page of a firewall", raw(b"<html>Attention Required!</html>", "text/html", 403)),
    right("a page of a limiter", raw(b"<html>Too Many Requests</html>", "text/html", 429)),
    right("a request without a length", raw(b"Length Required", "text/plain", 411)),
    right("the digest of an image", error(("error.message", "no such layer: sha256:" + "d748" * 16))),
    wrong("a path that its framework does not know", nowhere({"detail": "Not Found"}), "errors.envelope.route"),
    wrong("a method that its framework does not know", nowhere(b"Method Not Allowed", 405), "errors.envelope.route"),
    right("a path that it does not know", nowhere(ERROR)),
    right("a page that was recorded", recorded(raw(b"<html>404</html>", "text/html", 404, "/v1/bad/chat/completions"))),
    right("a mistake", mistaken(error())),
    right("a mistake of a proxy", mistaken(error(status=503))),
    right("a mistake of what is not there", mistaken(error(status=501))),
    right("a conflict that is one", error(status=409)),
    right("a conflict that is not tried again", mistaken(retried(error(status=409), "false"))),
    right("a failure that is not tried again", retried(error(status=503), "false")),
    right("a limit of the rate that is tried again", retried(error(status=429), "true")),
    right("a path of a model", error(("error.message", "there is no /models/site/a.py, line 3"))),
    wrong("a page in place of an error", raw(b"<html>404</html>", "text/html", 404), "errors.envelope"),
    wrong("a completion in place of an error", raw(COMPLETION), "errors.envelope"),
    wrong("an error of other members", raw({"error": {"detail": "bad thing", "status_code": 400}}), "errors.envelope"),
    wrong("a mistake that is the server's", mistaken(error(status=500)), "errors.status.client"),
    wrong("a mistake that is a conflict", mistaken(error(status=409)), "errors.retry.mistake"),
    wrong("a mistake that took too long", mistaken(error(status=408)), "errors.retry.mistake"),
    wrong("a mistake that is tried again", retried(error(), "true"), "errors.retry.mistake"),
    wrong("a stack of Python", error(("error.message", f"no\n{STACK}")), "errors.internals.trace"),
    wrong("a stack of JavaScript", error(("error.message", "no\n    at answer (/srv/a.js:12:3)")), "errors.internals.trace"),
    wrong(
        "a stack of Java", error(("error.message", "no\n\tat com.acme.Server.handle(Server.java:42)")), "errors.internals.trace"
    ),
    wrong("a path of a library", error(("error.message", "in /opt/site-packages/a/b.py")), "errors.internals.trace"),
    wrong("the digest of a key", error(("error.message", "hash " + "d748" * 16)), "errors.internals.trace"),
    right("a page of a bad gateway", raw(b"<html>bad gateway</html>", "text/html", 502)),
    right("a line of a proxy", raw(b"upstream connect error", "text/plain", 503)),
    wrong("an error as a string", raw({"error": "bad thing"}), "errors.envelope"),
    wrong("a page for a wrong key", recorded(raw(UNLOCKED, "text/html", 401)), "errors.envelope"),
    wrong(
        "a gateway that is no Cloudflare",
        error(("error.code", 502), ("error.type", "bad_gateway"), status=502),
        "errors.envelope",
    ),
    wrong("a number as code", error(("error.code", 400)), "errors.envelope"),
    wrong("a number as param", error(("error.param", 3)), "errors.envelope"),
    wrong("no type", error(("error.type", ...)), "errors.envelope"),
    wrong("no message", error(("error.message", ...)), "errors.envelope"),
    wrong("an object as message", error(("error.message", {"text": "no"})), "errors.envelope"),
    wrong("an empty message", error(("error.message", "")), "errors.envelope.message"),
    wrong("no param", error(("error.param", ...)), "errors.envelope.keys"),
    wrong("no code", error(("error.code", ...)), "errors.envelope.keys"),
    wrong("a flat error", raw(FLAT), "errors.envelope"),
    wrong("a bare message", raw({"message": "bad thing"}), "errors.envelope"),
    wrong(
        "an error in an envelope of another house",
        raw({"success": False, "errors": [{"code": 1, "message": "no"}]}),
        "errors.envelope",
    ),
    wrong("an error under detail", raw({"detail": "bad thing"}), "errors.envelope"),
    wrong("errors of a validator", raw({"detail": DETAIL}, status=422), "errors.envelope"),
    wrong("text", raw(b"bad thing", "text/plain"), "errors.envelope"),
    wrong("an empty body", raw(b""), "errors.envelope"),
    wrong("a list", raw([{"error": {"message": "bad thing", "code": 400}}]), "errors.envelope"),
    wrong("an error of null", raw({"error": None}), "errors.envelope"),
    wrong(
        "one key twice",
        raw(b'{"error": {"message": "a", "message": "b", "type": "t", "param": null, "code": null}}'),
        "http.json",
    ),
    right("a list of models", models(MODEL)),
    right("an empty list of models", models()),
    right("models with more to them", models(MODEL | {"permission": [], "root": "m"}, has_more=False)),
    right("a model", model()),
    wrong("models null", answer({"object": "list", "data": None}, asked=None, path="/models"), "models.schema"),
    wrong("no models", answer({"object": "list"}, asked=None, path="/models"), "models.schema"),
    wrong("a plain list", answer([{"id": "m"}], asked=None, path="/models"), "models.schema"),
    wrong("the list of another API", answer({"models": [{"name": "m"}]}, asked=None, path="/models"), "models.schema"),
    wrong("names alone", answer({"object": "list", "data": ["m1", "m2"]}, asked=None, path="/models"), "models.schema"),
    wrong("a page in place of models", answer(b"<html>", "text/html", asked=None, path="/models"), "http.json"),
    wrong("a list without object", models(MODEL, object=None), "models.schema"),
    wrong("a listed model without created", listing(("created", ...)), "models.schema"),
    wrong("a listed model created at a date", listing(("created", "2026-01-01")), "models.schema"),
    wrong("a listed model owned by null", listing(("owned_by", None)), "models.schema"),
    wrong("a listed model without id", listing(("id", ...)), "models.schema"),
    wrong("a listed model created in milliseconds", listing(("created", CREATED * 1000)), "models.created"),
    wrong("a model listed twice", models(MODEL, MODEL), "models.unique"),
    wrong("an error as a list", answer(ERROR, asked=None, path="/models"), "errors.in-200"),
    wrong("a model without created", model(("created", ...)), "models.retrieve.schema"),
    wrong("a model of another object", model(("object", "llm")), "models.retrieve.schema"),
    wrong(
        "a list in place of a model",
        answer({"object": "list", "data": [MODEL]}, asked=None, path="/models/m"),
        "models.retrieve.schema",
    ),
)
