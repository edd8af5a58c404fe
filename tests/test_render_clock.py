"""Pictures of times say in words what they draw."""

import re

import pytest

from conformance.messages import Exchange, Piece, Request
from conformance.render.charts import clocks
from conformance.render.clock import MOST_STROKES, histogram, span, timeline

REQUEST = Request("POST", "/chat/completions", {})


def stream(*times, seconds=1.0, **more):
    pieces = tuple(Piece(at, b"data: {}\n\n") for at in times)
    return Exchange(REQUEST, 200, (("content-type", "text/event-stream"),), pieces, seconds=seconds, **more)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0004, "0.4 ms"), (0.0123, "12 ms"), (1.26, "1.3 s"), (1234.5, "1,234.5 s"), (0, "0.0 ms")]
)
def test_times_are_said_as_people_do(seconds, said):
    assert span(seconds) == said


def test_a_timeline_tells_first_last_and_the_longest_pause():
    drawn = timeline(stream(0.1, 0.2, 0.7, 0.75))
    assert "4 pieces: the first after 100 ms, the last after 750 ms; the longest pause 500 ms" in drawn
    assert re.findall(r"M([\d.]+) ", drawn) == ["60", "120", "420", "450"]
    assert '<rect class="open" x="120.0" width="300.0"' in drawn


def test_there_is_none_without_pieces_or_times():
    assert timeline(stream(0.1)) == ""
    assert timeline(stream(0.1, 0.2, timed=False)) == ""


def test_times_that_make_no_sense_are_drawn_all_the_same():
    assert "<path" in timeline(stream(0.0, 0.0, seconds=0.0))


def test_a_timeline_is_bounded():
    drawn = timeline(stream(*(number / 50_000 for number in range(50_000))))
    assert drawn.count("M") <= MOST_STROKES + 1
    assert "50,000 pieces" in drawn


def test_a_histogram_counts_everything_once():
    drawn = histogram("Answers", [0.1] * 19 + [3.2])
    assert "20 in all: half within 100 ms" in drawn
    assert drawn.count("<rect") == 2
    assert histogram("Answers", [0.1]) == ""
    assert "2 in all: half within 0.1 ms" in histogram("Answers", [0.0, 0.0])


def test_only_answers_whose_times_are_known_are_counted():
    plain = Exchange(REQUEST, 200, (), (Piece(0.3, b"{}"),), seconds=0.3)
    untimed = Exchange(REQUEST, 200, (), (Piece(0.0, b"{}"),), seconds=9.0, timed=False)
    drawn = clocks([plain, plain, untimed, stream(0.1, 0.2), stream(0.2, 0.3, 0.5)])
    assert drawn.count("<figure") == 3
    assert "2 in all: half within 300 ms" in drawn
    assert "3 in all: half within 100 ms" in drawn
    assert clocks([untimed]) == ""
