"""The options of a run, said once: the command line and the pytest plugin both read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

AREAS = (
    *("chat", "completions", "embeddings", "models", "responses", "conversations", "moderations", "audio", "images"),
    *("files", "uploads", "batches", "fine_tuning", "vector_stores", "realtime"),
    *("errors", "http", "auth", "load", "clients"),
)
CLIENTS = ("raw", "sdk", "sdk-async", "wire")
LEVELS = ("MUST", "SHOULD", "MAY")
PROGRESS = ("auto", "live", "lines", "none")
GATES = ("claims", "strict", "none")


@dataclass(frozen=True)
class Options:
    """What the operator asked for. `None` and empty tuples stand for options not given."""

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    model: str | None = None
    embedding_model: str | None = None
    vision_model: str | None = None
    model_alias: str | None = None
    header: tuple[str, ...] = field(default=(), repr=False)
    insecure: bool = False
    launch: str | None = None
    weights: str | None = None
    engine_mode: str = "tools"
    matrix: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    level: str | None = None
    via: tuple[str, ...] = ()
    jobs: int | None = None
    repeat: int = 1
    fail_fast: bool = False
    timeout: float = 60.0
    max_requests: int | None = None
    max_tokens_total: int | None = None
    max_seconds: float = 3600.0
    max_bytes: int = 4 * 2**20
    max_bytes_total: int = 32 * 2**20
    max_events: int = 20_000
    max_values: int = 200_000
    report: str | None = None
    record: str | None = None
    replay: str | None = None
    resume: str | None = None
    baseline: str | None = None
    gate: str = "claims"
    progress: str | None = None


@dataclass(frozen=True)
class Argument:
    """One option as argparse and pytest take it."""

    flag: str
    help: str
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The field of Options."""
        return self.flag.removeprefix("--").replace("-", "_")

    def keywords(self) -> dict[str, Any]:
        """The keywords of add_argument; repeatable options collect into lists."""
        return {"dest": self.name, "help": self.help, "default": None, **self.more}


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse. Raises ValueError."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def few(text: str) -> int:
    """A whole number from 1 to 100, for argparse. Raises ValueError."""
    if (number := positive(text)) > 100:
        raise ValueError(text)
    return number


def seconds(text: str) -> float:
    """A positive number of seconds, at most a day, for argparse. Raises ValueError."""
    if not 0 < (number := float(text)) <= 86400:
        raise ValueError(text)
    return number


_MANY = {"action": "append"}
ARGUMENTS = (
    Argument("--base-url", "address of the server, /v1 included (or OPENAI_BASE_URL); without it the embedded engine is started"),
    Argument("--api-key", "key sent as a bearer token (or OPENAI_API_KEY); never printed, never written"),
    Argument("--model", "model to ask; the default is the first that GET /models lists"),
    Argument("--embedding-model", "model for embeddings"),
    Argument("--vision-model", "model for image parts"),
    Argument("--model-alias", "second name that the operator gave the model"),
    Argument("--header", "header to send with every request, 'Name: value' (repeatable)", _MANY),
    Argument("--launch", "server to start for the run, by a recipe's name or file (see: list recipes)", {"metavar": "NAME"}),
    Argument("--weights", "model for the launched server to load: a file, a folder or a name (default: the recipe's)"),
    Argument("--insecure", "do not verify TLS certificates", {"action": "store_true"}),
    Argument(
        "--engine-mode",
        "chat template of the embedded engine: one with tools (default), or its own (plain)",
        {"choices": ("plain", "tools")},
    ),
    Argument("--matrix", "document to hold against the server: a name or a file (repeatable)", _MANY),
    Argument("--given", "condition of claims that holds here: flag=--jinja, 'model=not tools', version=0.5 (repeatable)", _MANY),
    Argument("--only", "run only these: id, feature or pattern (repeatable)", _MANY),
    Argument("--skip", "leave these out: id, feature or pattern (repeatable)", _MANY),
    Argument("--area", f"run only this area (repeatable): {', '.join(AREAS)}", {**_MANY, "choices": AREAS, "metavar": "NAME"}),
    Argument("--level", "run only checks of this level or above", {"choices": LEVELS}),
    Argument("--via", f"run only through this client (repeatable): {', '.join(CLIENTS)}", {**_MANY, "choices": CLIENTS}),
    Argument("--jobs", "cases that run at once (default 4; 1 for the embedded engine)", {"type": positive, "metavar": "N"}),
    Argument("--repeat", "ask everything so many times, and say what differs between repetitions", {"type": few, "metavar": "N"}),
    Argument("--fail-fast", "stop at the first verdict that fails the gate", {"action": "store_true"}),
    Argument("--timeout", "most seconds a request may take (default 60)", {"type": seconds, "metavar": "SECONDS"}),
    Argument("--max-requests", "most requests to send; what does not fit is unclear", {"type": positive, "metavar": "N"}),
    Argument("--max-tokens-total", "most tokens to use; what does not fit is unclear", {"type": positive, "metavar": "N"}),
    Argument("--max-seconds", "most seconds for the whole run (default 3600)", {"type": seconds, "metavar": "SECONDS"}),
    Argument("--max-bytes", "most bytes of an answer's body (default 4194304)", {"type": positive, "metavar": "N"}),
    Argument(
        "--max-bytes-total", "most bytes of all answers as they are kept (default 33554432)", {"type": positive, "metavar": "N"}
    ),
    Argument("--max-events", "most events of a stream (default 20000)", {"type": positive, "metavar": "N"}),
    Argument("--max-values", "most JSON values of an answer (default 200000)", {"type": positive, "metavar": "N"}),
    Argument("--report", "folder for the report (default reports/<server>/<UTC time>/)", {"metavar": "DIR"}),
    Argument("--record", "folder to keep the exchanges in as a recording", {"metavar": "DIR"}),
    Argument("--replay", "folder of a recording or report to answer from, offline", {"metavar": "DIR"}),
    Argument("--resume", "folder of a report that was cut short: ask only what it does not hold", {"metavar": "DIR"}),
    Argument("--baseline", "file of known failures, `case` or `case@matrix` a line", {"metavar": "FILE"}),
    Argument(
        "--progress", "auto (default): live on a terminal, else lines at intervals; or live, lines, none", {"choices": PROGRESS}
    ),
    Argument("--gate", "what makes the run fail: claims (default), strict, none", {"choices": GATES}),
)


def options_from(values: Mapping[str, Any], environment: Mapping[str, str]) -> Options:
    """Options from parsed values; what was not given takes its default. The environment stands in for the URL, and for the
    key: a run against the embedded engine sends none, since it asks for none.
    """
    known = {one.name for one in fields(Options)}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in known}
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if not said.get("replay") and not said.get("launch"):
        said.setdefault("base_url", environment.get("OPENAI_BASE_URL") or None)
    if said.get("base_url"):
        said.setdefault("api_key", environment.get("OPENAI_API_KEY") or None)
    return Options(**said)
