"""Text that a server may have chosen, made harmless for whatever shows it.

Characters that cannot be seen or that steer (controls of C0 and C1, bidirectional controls, lone surrogates, odd spaces) are
shown as Python spells them. Workflow commands act even in the middle of a line of a CI log:
https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

import re
from html import escape

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COMMAND = re.compile(r"(?<![\w:])::(?=[A-Za-z])|::(?=[A-Za-z][\w-]*(?: [^\n]*?=[^\n]*?)?::)|##(?=\w*\[)")
_MARKDOWN = re.compile(r"[\\`*_{\[\]<>#|~@&$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?(/[\w./?=%+#-]*)?", re.ASCII)


def visible(text: str, keep: str = "") -> str:
    """The text with every character that cannot be seen spelled out, but for those to keep."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _spelled(char) for char in text)


def _spelled(char: str) -> str:
    code = ord(char)
    return _SHORT.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def clip(text: str, most: int = 400) -> str:
    """The text, or its beginning and an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def for_terminal(text: str, most: int = 400) -> str:
    """One line for a terminal or a CI log, in which no workflow command acts."""
    return _COMMAND.sub(lambda found: f"{found[0][0]}\\x{ord(found[0][1]):02x}", visible(clip(text, most)))


def for_markdown(text: str, most: int = 400) -> str:
    """One line that Markdown shows as it is, in a table too: what could be markup becomes a character reference."""
    return _MARKDOWN.sub(lambda found: f"&#{ord(found[0])};", visible(clip(text, most)))


def is_address(text: str) -> bool:
    """Whether the text is a web address, and so plain a one that it can be a link anywhere."""
    return bool(_ADDRESS.fullmatch(text))


def for_html(text: str, most: int = 800) -> str:
    """One line for HTML, in elements and in quoted attributes."""
    return escape(visible(clip(text, most)))


def for_pre(text: str) -> str:
    """Lines for a preformatted element of HTML. Quotes stay as they are, since the text stands in no attribute."""
    return escape(visible(text, keep="\n\t"), quote=False)


def for_xml(text: str, most: int = 4000) -> str:
    """Text that XML 1.0 allows, before its markup is escaped: https://www.w3.org/TR/xml/#charsets."""
    return visible(clip(text, most), keep="\n\t")
