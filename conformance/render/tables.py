"""Tables as values, and their three writers: plain text, Markdown, HTML. Whoever builds a table does not care who shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap
from unicodedata import east_asian_width

from conformance.render.escape import for_html, for_markdown, for_terminal

Cell = str | int
CELL, NARROW_CELL = 160, 80
"""How many characters of a cell are shown, and how many on a terminal."""
NARROWEST = 14
"""No column is made narrower than this so that a table fits on a terminal."""


@dataclass(frozen=True)
class Table:
    """Rows under column heads. Numbers stand to the right, and a zero is a dot so that the others stand out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def to_text(table: Table, most: int = NARROW_CELL, columns: int = 0) -> str:
    """The table for a terminal, its columns as wide as they need to be, its cells cut after so many characters; the widest of
    them in several lines where a terminal has so few columns.
    """
    heads = tuple(for_terminal(column, most) for column in table.columns)
    rows = [tuple(for_terminal(_shown(cell), most) for cell in row) for row in table.rows]
    wanted = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    widths = _fitted(wanted, columns - 2 * len(heads)) if columns else wanted
    right = [_is_numeric(table, index) for index in range(len(heads))]

    def line(cells: Iterable[str]) -> str:
        padded = (_pad(cell, width, to_right) for cell, width, to_right in zip(cells, widths, right, strict=True))
        return "  ".join(padded).rstrip()

    lines = (parts for row in (heads, *rows) for parts in zip_longest(*map(_folded, row, widths), fillvalue=""))
    return "\n".join([table.title, *(f"  {line(parts)}" for parts in lines)])


def to_markdown(table: Table, most: int = CELL) -> str:
    """The table as GitHub and GitLab read it: https://github.github.com/gfm/#tables-extension-."""
    rule = ["---:" if _is_numeric(table, index) else "---" for index in range(len(table.columns))]
    heads = [for_markdown(column, most) for column in table.columns]
    rows = [[for_markdown(_shown(cell), most) for cell in row] for row in table.rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, rule, *rows)]
    return "\n".join([f"**{for_markdown(table.title)}**", "", *lines])


def to_html(table: Table, tones: Mapping[str, str] | None = None, links: Mapping[str, str] | None = None) -> str:
    """The table inside an element that scrolls where the page is narrow. A cell whose text, or what follows its last colon, is
    among the tones becomes a chip of that class; a row's head that is among the links leads to that id.
    """
    heads = "".join(f'<th scope="col"{_side(table, index)}>{for_html(name)}</th>' for index, name in enumerate(table.columns))
    rows = "".join(f"<tr>{_html_row(table, row, tones or {}, links or {})}</tr>" for row in table.rows)
    head = f"<caption>{for_html(table.title)}</caption><thead><tr>{heads}</tr></thead>"
    name = for_html(table.title, 80)
    return f'<div class="scroll" role="region" aria-label="{name}" tabindex="0"><table>{head}<tbody>{rows}</tbody></table></div>'


def _html_row(table: Table, row: tuple[Cell, ...], tones: Mapping[str, str], links: Mapping[str, str]) -> str:
    first, *rest = (for_html(_shown(cell), CELL) for cell in row)
    head = f'<a href="#{for_html(links[str(row[0])])}">{first}</a>' if str(row[0]) in links else first
    cells = [f'<th scope="row">{head}</th>']
    for index, text in enumerate(rest, 1):
        tone = tones.get(text) or tones.get(text.rpartition(": ")[2])
        chip = f'<span class="chip {tone}">{text}</span>' if tone else text
        cells.append(f"<td{_side(table, index)}>{chip}</td>")
    return "".join(cells)


def _side(table: Table, index: int) -> str:
    return ' class="number"' if _is_numeric(table, index) else ""


def _is_numeric(table: Table, index: int) -> bool:
    return bool(table.rows) and all(isinstance(row[index], int) for row in table.rows)


def _shown(cell: Cell) -> str:
    return str(cell) if cell != 0 else "·"


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _fitted(widths: list[int], room: int) -> list[int]:
    """The widths, the largest made smaller until all of them fit, as far as readers can do with less."""
    fitted = list(widths)
    while sum(fitted) > room and max(fitted) > NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _folded(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns."""
    if _width(text) <= width:
        return [text]
    return wrap(text, width if _width(text) == len(text) else width // 2)


def _pad(text: str, width: int, to_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_right else text + space
