"""`docs/checks.md`, made from the checks themselves: `python -m conformance.documentation [FILE]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from conformance.features import all_features
from conformance.model import Check
from conformance.registry import all_checks

HEAD = """# Checks and rules

Made by `python -m conformance.documentation`; a test fails while it is stale. A *rule* is applied to every exchange of a run,
a *check* sends requests of its own. The title says what a right server does."""


def page() -> str:
    """The page, one section a feature."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    checks = all_checks().values()
    levels = ", ".join(f"{sum(one.level.value == level for one in checks)} {level}" for level in ("MUST", "SHOULD", "MAY"))
    yield HEAD
    yield f"\n{len(checks)} in all, {sum(bool(one.on) for one in checks)} of them rules: {levels}."
    for feature in all_features().values():
        own = [one for one in checks if one.feature == feature.name]
        if own:
            yield f"\n## {feature.name}\n\n{feature.title}\n"
            yield "| id | level | a right server | how |\n| --- | --- | --- | --- |"
            yield from map(_row, own)


def _row(check: Check) -> str:
    kind = "rule" if check.on else f"check ({', '.join(check.via)})"
    title = check.title.replace("|", "\\|")
    return f"| `{check.id}` | {check.level.value} | [{title}]({check.link}) | {kind} |"


def main(arguments: list[str]) -> int:
    """Writes the page to a file, by default docs/checks.md."""
    Path(arguments[0] if arguments else "docs/checks.md").write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
