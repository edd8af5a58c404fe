"""Names of files on the site: letters, digits and a few marks, never what a server said.

A name that holds anything else, or that would differ from another by case alone, becomes a hash of itself.
"""

from __future__ import annotations

import re
from hashlib import sha256

_PLAIN = re.compile(r"(?!x-|con$|prn$|aux$|nul$)[a-z0-9][a-z0-9_@+-]*(\.[a-z0-9_@+-]+)*")
_PART = re.compile(r"(?!x-)[A-Za-z0-9_@+-]+(\.[A-Za-z0-9_@+-]+)*")
_MOST = 80


def hashed(text: str) -> str:
    """A name that tells nothing of the text and differs for every other text."""
    return f"x-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def page_name(text: str) -> str:
    """A name for a page, from words of the suite or of whoever runs it."""
    return text if len(text) <= _MOST and _PLAIN.fullmatch(text) else hashed(text)


def folder_path(parts: tuple[str, ...]) -> str:
    """A path on the site for a folder, part by part."""
    return "/".join(one if len(one) <= _MOST and _PART.fullmatch(one) else hashed(one) for one in parts)


def server_page(key: str) -> str:
    """The path of a server's page."""
    return f"servers/{key}.html"


def feature_page(feature: str) -> str:
    """The path of a feature's page."""
    return f"features/{page_name(feature)}.html"
