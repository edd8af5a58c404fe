"""Golden files: what a renderer gave when someone last looked at it and found it good.

To write them anew, and to read the difference before it is committed: REGENERATE_GOLDEN=1 pytest tests/test_render_*.py
"""

import os
from pathlib import Path

FOLDER = Path(__file__).with_name("golden")


def golden(name, text):
    """The committed text of that name; with REGENERATE_GOLDEN set, the given text after it was written."""
    path = FOLDER / name
    if os.environ.get("REGENERATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return path.read_bytes().decode("utf-8")
