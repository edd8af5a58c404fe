"""How the words of matrices are written: titles, notes and reasons are statements of fact on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.documents import DocumentError

_BANNED = ("should", "please", "you", "your", "we", "our", "simply", "just", "easily", "unfortunately", "hopefully", "obviously")
_NAMES = (
    *("Anthropic", "Apple", "Azure", "Bedrock", "Claude", "Cohere", "Fireworks", "Gemini", "Go", "Google", "Groq", "Hugging"),
    *("Java", "Jinja", "Kobold", "Llama", "Microsoft", "Mistral", "Ollama", "Pydantic", "Python", "Rust", "Together", "Vertex"),
)
_MOST_PROSE = 240


def prose_problems(value: Any, file: str, line: int, what: str) -> Iterator[DocumentError]:
    """What is wrong with a title, a note or a reason. Notes and reasons begin with a small letter."""
    if not isinstance(value, str) or not value.strip():
        yield DocumentError(file, line, f"has a {what} that is no text")
        return
    if not value.isprintable() and "\n" not in value:
        yield DocumentError(file, line, f"has a {what} with a character that cannot be seen")
    first = re.match(r"[A-Z][a-z]+\b(?!-)", value)
    if what != "title" and first and first[0] not in _NAMES:
        yield DocumentError(file, line, f"has a {what} that begins with a capital letter: {value[:40]!r}")
    if "\n" in value or "  " in value or len(value) > _MOST_PROSE:
        yield DocumentError(file, line, f"has a {what} that is not one line of at most {_MOST_PROSE} characters")
    if value.rstrip().endswith((".", "!", ";", ",")) and not value.endswith(("etc.", "...")):
        yield DocumentError(file, line, f"has a {what} that ends in a mark: it is no sentence, but a statement in a table")
    for word in re.findall(r"[A-Za-z]+", value):
        if word.lower() in _BANNED:
            yield DocumentError(file, line, f"has a {what} that says {word!r}: state what is, not what ought to be")
            break
