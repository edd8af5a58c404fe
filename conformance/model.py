"""The values that everything else speaks in, but for the messages themselves. Nothing here sends, reads or decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from conformance.messages import Json, Request


class Level(Enum):
    """What follows for users where a check finds a fault."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Stance(Enum):
    """What a server's document says about a feature."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    APPROXIMATED = "approximated"
    DEVIATES = "deviates"
    IGNORED = "ignored"
    REJECTED = "rejected"
    UNSUPPORTED = "unsupported"
    UNDOCUMENTED = "undocumented"


class Outcome(Enum):
    """What a server was seen to do, the worst first: over the steps of one check the worst wins."""

    FAILS = "fails"
    DIFFERS = "differs"
    REFUSED = "refused"
    IGNORED = "ignored"
    UNCLEAR = "unclear"
    ACCEPTED = "accepted"
    WORKS = "works"


class Standing(Enum):
    """What the law makes of an outcome under a stance."""

    BROKEN = "broken"
    FAULT = "fault"
    UNKNOWN = "unknown"
    KEPT = "kept"
    SURPASSED = "surpassed"
    UNCLAIMED = "unclaimed"


RECORDED = "recorded"
"""The id of what recorded traffic came from, and the client through which it was made."""


@dataclass(frozen=True)
class Target:
    """The server under test, without its secrets. Names left empty were not given by the operator."""

    base_url: str
    model: str = ""
    alias: str = ""
    embedding_model: str = ""
    vision_model: str = ""
    id: str = ""
    server: str = ""
    key_configured: bool = False

    @property
    def key_variable(self) -> str:
        """The environment variable that whoever reproduces a request reads the key from. A host that a recording names is not
        given the key of the server that one tests.
        """
        return "RECORDED_API_KEY" if self.id == RECORDED else "OPENAI_API_KEY"


@dataclass(frozen=True)
class Finding:
    """One fact about the server that tells against it, born complete.

    `where` is a JSON path, `seen_by` names the oracles that saw it: bytes, schema, sdk, sdk-strict.
    """

    message: str
    where: str = ""
    expected: str = ""
    actual: str = ""
    seen_by: tuple[str, ...] = ("bytes",)
    outcome: Outcome = Outcome.DIFFERS


@dataclass(frozen=True)
class Seen:
    """A named observation, which a claim's `expects` is compared with."""

    name: str
    value: Json


class Ended(Exception):
    """Raised inside a check that cannot go on: refused, failed, or unclear. Carries the finding that says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Unclear(Ended):
    """Raised inside a check whose question could not be put: the model would not, a prerequisite is missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(Finding(reason, outcome=Outcome.UNCLEAR))


Noted = Iterator[Finding | Seen]
"""What a check or a rule yields."""


@dataclass(frozen=True)
class Check:
    """A check (behaviour, takes `(target, send)`) or, where `on` is set, a rule (a pure function of one exchange). A check that
    is to run `alone` has the server for itself: it comes when nothing else is under way. What may leave the server busy for long
    is to run `last`, behind all of these, so that nothing else waits for it. A rule that is broken `by_chance` now and
    then, since a busy machine does what a server may be blamed for, says nothing of one exchange alone where others keep it.
    """

    id: str
    title: str
    level: Level
    feature: str
    link: str
    run: Callable[..., Noted]
    via: tuple[str, ...] = ("raw",)
    accepts: bool = False
    on: str = ""
    seed: Callable[[Target], Request] | None = None
    revision: int = 1
    authority: str = "openai"
    about: str = ""
    alone: bool = False
    last: bool = False
    by_chance: bool = False

    @property
    def area(self) -> str:
        """The first word of the feature: chat, models, errors ..."""
        return self.feature.partition(".")[0]


@dataclass(frozen=True)
class Case:
    """One check through one client."""

    check: Check
    via: str

    @property
    def id(self) -> str:
        """The check's id and the client's name."""
        return f"{self.check.id}-{self.via}"

    def __repr__(self) -> str:
        return self.id


@dataclass(frozen=True)
class Result:
    """What running a case brought to light, before any document is held against it."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    seen: tuple[Seen, ...] = ()
    exchanges: tuple[str, ...] = ()
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Claim:
    """What one document says about one feature. `expects` maps names of observations to values or JSON Schemas.

    `lines` and `at` (a heading or a row) say where; `line` is the claim's own line in the matrix, `stated_in` the edition that
    says it, where it is an earlier one. A claim holds `when` all of its conditions do, pairs like ("flag", "--jinja");
    `otherwise` are the claims for other conditions. `more` is told and never judged: see `conformance.claims`.
    """

    feature: str
    stance: Stance
    lines: tuple[int, ...] = ()
    statements: tuple[str, ...] = ()
    note: str = ""
    expects: Mapping[str, Json] = field(default_factory=dict)
    line: int = 0
    at: str = ""
    stated_in: str = ""
    when: tuple[tuple[str, str], ...] = ()
    more: Mapping[str, Json] = field(default_factory=dict)
    otherwise: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """The claims of one edition of one document, those it takes over from an earlier edition among them.

    `document` is where the text is and what is known of it, `pages` the same of further pages; `notes` tell by feature what is
    no claim of the document.
    """

    id: str
    server: str
    edition: str
    title: str
    url: str
    claims: Mapping[str, Claim]
    excluded: tuple[Mapping[str, Json], ...] = ()
    sha256: str = ""
    document: Mapping[str, Json] = field(default_factory=dict)
    inherits: str = ""
    withdrawn: tuple[str, ...] = ()
    pages: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """A case held against one matrix (None: against OpenAI's API alone); flat, as the report stores it. `lines` and `note`
    are the claim's own; `repeats` are the outcomes of the repetitions in their order, where the case was asked several times.
    """

    case: str
    check: str
    title: str
    level: Level
    feature: str
    via: str
    matrix: str | None
    stance: Stance
    outcome: Outcome
    standing: Standing
    authority: str = "openai"
    revision: int = 1
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    exchanges: tuple[str, ...] = ()
    seconds: float = 0.0
    link: str = ""
    lines: tuple[int, ...] = ()
    note: str = ""
    repeats: tuple[Outcome, ...] = ()
