"""The pages that are made and not written: `docs/checks.md` from the checks, `docs/servers/` and `docs/comparison.md` from the
matrices. `python -m conformance.documentation [FOLDER]`, where the folder is `docs` by default.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from conformance.features import all_features
from conformance.matrix_pages import matrix_pages
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


def pages() -> dict[str, str]:
    """Every page by its path below `docs/`."""
    return {"checks.md": page(), **matrix_pages()}


def main(arguments: list[str]) -> int:
    """Writes every page below a folder, by default `docs`, and removes pages of servers that are no more."""
    folder = Path(arguments[0] if arguments else "docs")
    (folder / "servers").mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    for old in (folder / "servers").glob("*.md"):
        if f"servers/{old.name}" not in made:
            old.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
