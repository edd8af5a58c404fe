"""Servers that send their clients elsewhere, with the key: another port stands for another host, and notes who comes.

https://www.rfc-editor.org/rfc/rfc9110#section-15.4 · https://cwe.mitre.org/data/definitions/601.html
"""

from functools import partial

from hostile.behaviours import add
from hostile.talk import Talk

WITH_SECRET = ("--header", "X-Secret: {key}")
ELSEWHERE = "http://127.0.0.1:{port}"


def leading(status: str, header: str, talk: Talk) -> bool:
    return talk.answer(b"{}", status, headers=(header.replace("{port}", str(talk.world.elsewhere)),))


STATUSES = ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 Choices", "305 Use Proxy")
ANSWERS = {
    **{f"{one[:3]}-to-another-host": (one, f"Location: {ELSEWHERE}/v1/chat/completions") for one in STATUSES},
    "to-itself": ("307 Temporary Redirect", "Location: /v1/chat/completions"),
    "to-the-same-with-a-password": ("307 Temporary Redirect", "Location: http://u:p@127.0.0.1:{port}/"),
    "to-a-file": ("302 Found", "Location: file:///etc/passwd"),
    "to-tls": ("308 Permanent Redirect", "Location: https://127.0.0.1:{port}/v1"),
    "to-a-socket": ("302 Found", "Location: gopher://127.0.0.1:{port}/_x"),
    "to-nowhere": ("302 Found", "Location: http://[::1"),
    "by-refresh": ("200 OK", f"Refresh: 0; url={ELSEWHERE}"),
    "by-alt-svc": ("200 OK", 'Alt-Svc: h2="127.0.0.1:{port}", h3="127.0.0.1:{port}"'),
    "by-link": ("200 OK", f"Link: <{ELSEWHERE}/a.js>; rel=preload; as=script"),
    "by-proxy": ("407 Proxy Authentication Required", f"Proxy-Authenticate: Basic realm=x, {ELSEWHERE}"),
    "by-retry": ("503 Unavailable", "Retry-After: 0\r\nx-should-retry: true"),
}
for name, (status, header) in ANSWERS.items():
    why = "a way to make a client go elsewhere"
    add(f"redirects.{name}", partial(leading, status, header), why, codes=(1,), arguments=WITH_SECRET)
add(
    "redirects.the-first-request",
    partial(leading, "307 Temporary Redirect", f"Location: {ELSEWHERE}/v1/models"),
    "the list of models is said to be elsewhere, before anything else was asked",
    on="models",
    codes=(1,),
    alone=True,
    arguments=WITH_SECRET,
)
