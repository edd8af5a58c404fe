"""A run of the suite that ends in a drafted matrix. The runner is pytest as ever; this only looks at what the run brought."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import Any

from conformance import plugin
from conformance.drafting import Draft, Sighting, draft
from conformance.model import Seen, Target
from conformance.options import ARGUMENTS
from conformance.plan import secrets_of
from conformance.redaction import redacted


@dataclass
class Observed:
    """A plugin of pytest that drafts a matrix when the run has been published. `draft` stays None where the run did not end."""

    draft: Draft | None = None

    def pytest_unconfigure(self, config: Any) -> None:
        """Drafts, while the results are still there."""
        suite = config.pluginmanager.get_plugin(plugin.NAME)
        if suite is None or suite.run is None or suite.published is None or suite.broken:
            return
        report, secrets = suite.published.report, secrets_of(suite.plan.options)
        if not report.footer.complete:
            return
        seen = {case.id: suite.run.result(case).seen for case in suite.plan.cases}
        sightings = [Sighting(one, _unsecret(seen[one.case], secrets)) for one in report.verdicts]
        self.draft = draft(replace(report.header, target=_redacted_target(report.header.target, secrets)), sightings)


def _unsecret(seen: Sequence[Seen], secrets: Sequence[str]) -> tuple[Seen, ...]:
    """Observations without those that hold a secret: what is taken out of them cannot be promised."""
    return tuple(one for one in seen if redacted(one.value, secrets) == one.value)


def _redacted_target(target: Target, secrets: Sequence[str]) -> Target:
    """The target with what the server says of itself redacted; verdicts are so already."""
    return replace(target, model=str(redacted(target.model, secrets)), server=str(redacted(target.server, secrets)))


def observed(values: Mapping[str, Any]) -> tuple[int, Observed]:
    """Runs the suite with parsed options of a run, its progress on standard error. Gives the exit code and the draft."""
    found = Observed()
    with redirect_stdout(sys.stderr):
        code = plugin.main([*_words(values), "--gate", "none", "-p", "no:xdist"], [found])
    return code, found


def _words(values: Mapping[str, Any]) -> Iterator[str]:
    """Parsed options as the words that they were given in."""
    for argument in ARGUMENTS:
        value = values.get(argument.name)
        if value is True:
            yield argument.flag
        elif value is not None:
            yield from (f"{argument.flag}={one}" for one in (value if isinstance(value, list) else [value]))
