"""Servers that say the key back as debuggers and other languages print bytes, and where HTTP libraries quote what they get.

https://pkg.go.dev/fmt · https://www.rfc-editor.org/rfc/rfc2045#section-6.7 · https://www.rfc-editor.org/rfc/rfc4648#section-6
"""

from base64 import b32encode, encodebytes
from collections.abc import Callable
from functools import partial

from hostile.behaviours import add
from hostile.secrets import HEARD, echoing
from hostile.talk import EVENTS, Talk, chunk, completion, events, spelled

CHAT = {**HEARD, "on": "chat"}


def each(form: str, between: str = "") -> Callable[[str], str]:
    """Every letter by itself."""
    return lambda key: between.join(form.format(ord(char)) for char in key)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "reversed": lambda key: key[::-1],
    "escapes-of-c": each("\\x{:02x}"),
    "octal": each("\\{:03o}"),
    "printable-when-quoted": each("={:02X}"),
    "hex-with-colons": each("{:02x}", ":"),
    "a-dump-in-hex": each("{:02X}", " "),
    "an-array-of-c": each("0x{:02x}", ", "),
    "bytes-of-go": lambda key: f"[{each('{}', ' ')(key)}]",
    "letters-of-rust": each("\\u{{{:x}}}"),
    "long-escapes": each("\\U{:08x}"),
    "references-without-end": each("&#{}"),
    "sixteen-bits": lambda key: key.encode("utf-16-le").hex(),
    "base32": lambda key: b32encode(key.encode()).decode(),
    "base64-in-lines": lambda key: encodebytes((key * 3).encode()).decode().replace("\n", "\r\n ").strip(),
    "letter-by-letter": " ".join,
    "dotted": ".".join,
    "in-lines-of-ten": lambda key: "\r\n ".join(key[at : at + 10] for at in range(0, len(key), 10)),
}
for name, spell in SPELLINGS.items():
    add(f"spelled.{name}", partial(echoing, spell), "the key comes back as a program prints bytes", **HEARD)


def array(talk: Talk) -> bool:
    """The numbers of all its bytes in one array."""
    numbers = {"bytes": list(talk.key.encode())}
    return talk.fitting(spelled(completion(**numbers)), spelled(chunk(finish="stop", **numbers)))


def zeros(talk: Talk) -> bool:
    """Sixteen bits for every letter, in a body that says so."""
    return talk.answer(spelled(completion(talk.key)).decode().encode("utf-16-le"), type="application/json; charset=utf-16le")


def comments(talk: Talk) -> bool:
    """A letter in every comment of a stream."""
    told = b"".join(b": %s\n" % char.encode() for char in talk.key)
    return talk.answer(told + events(chunk(), chunk("", "stop")), type=EVENTS)


def objects(talk: Talk) -> bool:
    """A letter in every object, an object in every line."""
    return talk.answer(b"\n".join(spelled({"response": char}) for char in talk.key), type="application/x-ndjson")


def names(talk: Talk) -> bool:
    """Halves of it as names of headers, of cookies and of members."""
    halves = talk.key[:24], talk.key[24:]
    headers = tuple(f"X-{half}: {half}\r\nSet-Cookie: {half}={half}; Path=/{half}" for half in halves)
    return talk.answer(spelled({**completion(), **dict.fromkeys(halves, dict.fromkeys(halves, 1))}), headers=headers)


def elsewhere(talk: Talk) -> bool:
    """As the place of a redirect."""
    return talk.answer(b"", "307 Temporary Redirect", headers=(f"Location: http://{talk.key}@{talk.key}.example/{talk.key}",))


def crumbs(size: int, between: str, talk: Talk) -> bool:
    """Hundreds of thousands of its first letters, each time too few to be taken out."""
    text = (talk.key[:size] + between) * (1_500_000 // (size + len(between)))
    return talk.fitting(spelled(completion(text)), spelled(chunk(text, "stop")))


for size, between in ((6, ""), (11, ".")):
    add(f"spelled.crumbs-of-{size}", partial(crumbs, size, between), crumbs.__doc__ or "", **{**CHAT, "codes": (1,)})

PLACES = {"one-array": array, "zeros-between": zeros, "comments": comments, "objects-in-lines": objects, "names": names}
for name, act in PLACES.items():
    add(f"spelled.as-{name}", act, act.__doc__ or "", **CHAT)
add("spelled.as-a-place", elsewhere, elsewhere.__doc__ or "", **CHAT)

BROKEN = {
    "a-chunk-size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{key}\r\n",
    "a-status": "HTTP/1.1 {key} OK\r\n\r\n",
    "a-nameless-header": "HTTP/1.1 200 OK\r\n{key}\r\n\r\n",
    "a-header-with-controls": "HTTP/1.1 200 OK\r\nX: \x01{key}\x02\r\nContent-Length: 0\r\n\r\n",
    "a-transfer-coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: {key}\r\n\r\n",
    "a-charset": "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset={key}\r\nContent-Length: 2\r\n\r\n{{}}",
    "a-coding": "HTTP/1.1 200 OK\r\nContent-Encoding: {key}\r\nContent-Length: 2\r\n\r\n{{}}",
    "an-interim-answer": "HTTP/1.1 100 {key}\r\nX-{key}: {key}\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{{}}",
    "a-trailer": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n{key}\r\n\r\n",
}


def broken(text: str, talk: Talk) -> None:
    talk.send(text.replace("{key}", talk.key).replace("{{}}", "{}").encode())


for name, text in BROKEN.items():
    why = "the key where libraries quote what they cannot read"
    add(f"spelled.in-{name}", partial(broken, text), why, **{**CHAT, "codes": (1,)})


def named(talk: Talk) -> bool:
    """The one model that there is has the key for its name."""
    if talk.is_models:
        entry = {"id": talk.key, "object": "model", "created": 1, "owned_by": talk.key}
        return talk.answer(spelled({"object": "list", "data": [entry]}))
    return talk.properly()


LOGGED = (*HEARD["arguments"], "--log-cli-level=DEBUG", "--log-file=debug.log", "--log-file-level=DEBUG")
add("spelled.in-what-libraries-log", partial(echoing, str), "the operator asks for all logs", on="all", arguments=LOGGED)
add("spelled.as-the-model", named, named.__doc__ or "", on="all", alone=True, arguments=("--model", "", *HEARD["arguments"]))
