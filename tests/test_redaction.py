"""No spelling of a key is written down, and nothing else is lost for it."""

import json
from base64 import b32encode, b64encode, urlsafe_b64encode
from dataclasses import replace
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.messages import Exchange, Failure, Piece, Reading, Request, Setup
from conformance.options import Options
from conformance.redaction import REDACTED, is_secret, redacted, redacted_bytes, redacted_exchange, redacted_pieces
from conformance.session import secrets_of
from conformance.spans import WINDOW

KEY = 'sk-Abc/dEf+123"4567890xyz'
SECRETS = (KEY,)


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        KEY.lower(),
        KEY.upper(),
        quote(KEY, safe=""),
        quote(KEY).lower(),
        KEY.replace('"', '\\"'),
        KEY.replace('"', '\\"').replace("/", "\\/"),
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
        KEY[:14],
        KEY[-12:],
    ],
)
def test_every_spelling_goes(spelled):
    assert redacted(f"before {spelled} after", SECRETS) == f"before {REDACTED} after"


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("user", ["", "u", "us", "use", "user:"])
def test_base64_goes_at_every_alignment(encode, user):
    whole = encode((user + KEY).encode()).decode().rstrip("=")
    left = redacted(f"Basic {whole}", SECRETS)
    assert REDACTED in left
    assert len(left.replace(REDACTED, "")) <= len("Basic ") + len(user) * 2 + 4


LONG = "sk-proj-8vT2mWx4Lk9RbNq7ZcYd3HsJf6GpAe5U"
CODES = LONG.encode()


@pytest.mark.parametrize(
    "spelled",
    [
        LONG[::-1],
        " ".join(LONG),
        "\u200b".join(LONG),
        "\r\n ".join(LONG[at : at + 10] for at in range(0, len(LONG), 10)),
        "\\n".join(LONG[at : at + 10] for at in range(0, len(LONG), 10)),
        LONG.encode("utf-16-le").decode("latin-1").rstrip("\0"),
        LONG.encode("utf-16-le").hex(),
        CODES.hex(":"),
        b32encode(CODES).decode().rstrip("="),
        "\n".join(b64encode(CODES).decode().rstrip("=")[at : at + 20] for at in range(0, 60, 20)),
        " ".join(map(str, CODES)),
        "".join(f"\\{code:03o}" for code in CODES),
        "".join(f"\\x{code:02x}" for code in CODES),
        "".join(f"={code:02X}" for code in CODES),
        ", ".join(f"0x{code:02x}" for code in CODES),
        "".join(f"%u{code:04x}" for code in CODES),
        "".join(f"\\u{{{code:x}}}" for code in CODES),
        "".join(f"\\U{code:08x}" for code in CODES),
        "".join(f"&#{code}" for code in CODES),
        "".join(f"&#{code};" if at % 2 else chr(code) for at, code in enumerate(CODES)),
    ],
)
def test_what_programs_print_of_its_letters_goes(spelled):
    left = redacted(f"is {spelled}; ok", (LONG,))
    assert left.count(REDACTED) == 1
    assert len(left) <= len(f"is {REDACTED}; ok") + 10  # of the sign before the first letter, and of zeros behind the last
    assert left.startswith("is ")
    assert left.endswith(" ok")


def test_numbers_of_an_array_stay_numbers():
    exchange = Exchange(Request("GET", "/x"), 200, (), (Piece(0.0, json.dumps({"a": [*CODES], "b": 1}).encode()),))
    left = json.loads(redacted_exchange(exchange, (LONG,)).body)
    assert (bytes(left["a"]).decode(), left["b"]) == (REDACTED, 1)
    reading = replace(exchange, pieces=(), readings=(Reading("sdk", {"a": [*CODES]}),))
    assert bytes(redacted_exchange(reading, (LONG,)).readings[0].value["a"]).decode() == REDACTED


@pytest.mark.parametrize("begin", [b"", b" ", b"\xef\xbb\xbf"])
def test_letters_in_objects_of_a_line_each_go(begin):
    body = begin + b"\n".join(json.dumps({"response": letter}).encode() for letter in LONG)
    left = redacted_exchange(Exchange(Request("GET", "/x"), 200, (), (Piece(0.0, body),)), (LONG,)).body
    assert "".join(json.loads(line)["response"] for line in left.decode("utf-8-sig").split("\n")) == REDACTED


def test_events_that_a_mark_of_order_or_their_depth_keeps_from_being_read_stay():
    data = b"data: \xef\xbb\xbf{}\n\n" + b"data: " + b"[" * 990 + b"]" * 990 + b"\n\n"
    assert redacted_exchange(Exchange(Request("GET", "/x"), 200, (), (Piece(0.0, data),)), (LONG,)).body == data


@pytest.mark.parametrize("text", ["[1, 2, 3, 4, 5, 6, 7, 8]", "a skill: project 8, version T2", "12:34:56.78 12:34:56.78"])
def test_what_only_looks_like_parts_of_a_key_stays(text):
    for key in (LONG, "12345678", "sk-1234567890"):
        assert redacted(text, (key,)) == text


@pytest.mark.parametrize("end", range(0, 60, 7))
def test_a_key_on_the_edge_of_what_is_looked_through_at_a_time_goes(end):
    for spelled in (LONG, "".join(f"%{code:02x}" for code in CODES), " ".join(LONG)):
        text = "." * (WINDOW - end) + spelled + "." * 100
        assert redacted(text, (LONG,)) == text.replace(spelled, REDACTED)


@given(before=st.binary(max_size=40), after=st.binary(max_size=40), cuts=st.lists(st.integers(0, 100), max_size=5))
def test_a_key_torn_across_pieces_goes(before, after, cuts):
    whole = before + KEY.encode() + after
    places = sorted({0, len(whole), *(cut % len(whole) for cut in cuts)})
    pieces = tuple(Piece(float(start), whole[start:end]) for start, end in pairwise(places))
    clean = redacted_pieces(pieces, SECRETS)
    joined = b"".join(piece.data for piece in clean)
    assert joined == redacted_bytes(whole, SECRETS)
    assert KEY.lower().encode() not in joined.lower()
    assert joined.count(REDACTED.encode()) >= 1
    assert [piece.at for piece in clean] == [piece.at for piece in pieces]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_holds_no_secret_stays(value):
    assert redacted(value, SECRETS) == value


def test_of_a_long_key_nothing_is_left_whatever_has_to_be_escaped_in_it():
    long = "k" * 13 + '"' + "0123456789" * 5 + "/" + "z" * 13
    assert redacted(long.replace('"', '\\"'), (long,)) == REDACTED
    assert redacted(quote(long), (long,)) == REDACTED


@pytest.mark.parametrize("length", [8, 12, 13, 200, 3000])
def test_keys_may_be_of_any_length(length):
    key = ("q7" * length)[:length]
    for text in (key, key[:12], b64encode(key.encode()).decode(), key.encode().hex()):
        assert redacted(text, (key,)).startswith(REDACTED)
        assert len(redacted(text, (key,))) <= len(REDACTED) + 3


def test_keys_of_objects_are_cleaned_too():
    assert redacted({KEY: [KEY, {"a": KEY}]}, SECRETS) == {REDACTED: [REDACTED, {"a": REDACTED}]}


@pytest.mark.parametrize(
    ("secret", "text", "left"),
    [
        ("ollama", "ollama serves ollama", "ollama serves ollama"),
        ("", "nothing", "nothing"),
        ("x", "xxx", "xxx"),
        ("hunter2", "is hunter2, not hunter22", f"is {REDACTED}, not hunter22"),
    ],
)
def test_short_keys_are_words_and_placeholders_are_none(secret, text, left):
    assert redacted(text, (secret,)) == left


def test_an_exchange_is_cleaned_everywhere_and_keeps_its_key():
    request = Request(
        "POST",
        f"/x/{KEY}",
        {"a": KEY},
        headers=(("X-Api-Key", "other"), ("X", KEY)),
        query=f"key={quote(KEY)}",
        setup=Setup(authorization=f"Bearer {KEY}"),
    )
    exchange = Exchange(
        request,
        401,
        (("Set-Cookie", "session=1"), ("WWW-Authenticate", f"Bearer {KEY}"), ("Date", "now")),
        (Piece(0.1, KEY[:5].encode()), Piece(0.2, KEY[5:].encode())),
        Failure("reset", f"no {KEY}"),
        readings=(Reading("sdk", [KEY], message=KEY, details={"message": KEY}),),
        source={"by": KEY},
    )
    clean = redacted_exchange(exchange, SECRETS)
    assert KEY not in repr(clean)
    assert "other" not in repr(clean)
    assert "session" not in repr(clean)
    assert clean.header("date") == "now"
    assert clean.request.key == exchange.request.key
    assert clean.body == REDACTED.encode()


def test_a_body_sent_is_cleaned_as_well():
    exchange = Exchange(Request("POST", "/x", body=KEY.encode()), 200)
    assert redacted_exchange(exchange, SECRETS).request.body == REDACTED.encode()
    untouched = replace(exchange, request=Request("POST", "/x", body=b""))
    assert redacted_exchange(untouched, SECRETS).request.body == b""


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("x-portkey-provider", "openai", False),
        ("x-portkey-custom-host", "http://127.0.0.1:18101/v1", False),
        ("x-tenant", "team-seven", False),
        ("x-version", "2024", False),
        ("x-portkey-virtual-key", "openai", True),
        ("x-auth-request-user", "me", True),
        ("cf-access-client-secret", "short", True),
        ("x-tenant", "b7Qw9ZtYp2", True),
        ("x-route", "http://me:pw@127.0.0.1/v1", True),
        ("x-route", "https://hooks.example.com/T0000/1a2b3c4d5e6f7g8h9i0j", True),
        ("x-route", "http://127.0.0.1/v1?sig=a", True),
        ("x-empty", "", False),
    ],
)
def test_headers_that_only_say_where_to_go_are_no_secrets(name, value, secret):
    assert is_secret(name, value) is secret


def test_the_key_and_what_headers_tell_in_secret_are_kept_and_no_address():
    header = ("x-custom-host: http://127.0.0.1:18101/v1", "x-gateway-key: openai", "x-tenant: b7Qw9ZtYp2")
    assert secrets_of(Options(api_key=KEY, header=header)) == (KEY, "openai", "b7Qw9ZtYp2")
