"""Traffic as recorders write it, HTTP Archives and cassettes, and how tests read it."""

import base64
import json

import yaml

from conformance.traffic import Traffic

ANSWER = '{"id": "é", "object": "chat.completion"}'
STREAM = 'data: {"a": "é"}\r\n\r\ndata: [DONE]\n\n'
SENT = '{"model": "m", "messages": [{"role": "user", "content": "hé"}]}'
URL = "https://user:pass@api.example.com/v1/chat/completions?api-version=1"


def entry(text=ANSWER, kind="application/json", **changes):
    content = {"size": len((text or "").encode()), "mimeType": kind} | ({} if text is None else {"text": text})
    made = {
        "startedDateTime": "2025-01-14T22:01:46.000Z",
        "time": 1500,
        "request": {
            "method": "POST",
            "url": URL,
            "headers": [{"name": ":method", "value": "POST"}, {"name": "authorization", "value": "Bearer sk-abcdefghij"}],
            "postData": {"mimeType": "application/json", "text": SENT},
        },
        "response": {"status": 200, "headers": [{"name": "Content-Type", "value": kind}], "content": content},
    }
    for path, value in changes.items():
        *inner, last = path.split("__")
        place = made
        for name in inner:
            place = place[name]
        place[last] = value
    return made


def har(*entries):
    return {"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [{"id": "p"}], "entries": list(entries)}}


def vcrpy(string=ANSWER, headers=None, **response):
    message = {"body": {"string": string}, "headers": headers or {"content-type": ["application/json"]}}
    return {
        "interactions": [
            {
                "request": {"method": "POST", "uri": URL, "body": SENT, "headers": {"accept": ["*/*"]}},
                "response": message | {"status": {"code": 200, "message": "OK"}} | response,
            }
        ],
        "version": 1,
    }


RUBY = """---
http_interactions:
- request:
    method: post
    uri: https://api.example.com/v1/chat/completions
    body:
      encoding: UTF-8
      string: '{"model":"m"}'
    headers: &1
      Content-Type:
      - application/json
  response:
    status: {code: 200, message: OK}
    headers: *1
    body: !ruby/hash:Some::Thing
      encoding: ASCII-8BIT
      base64_string: |
        %s
    http_version:
  recorded_at: Tue, 14 Jan 2025 22:01:46 GMT
recorded_with: VCR 6.3.1
"""
GO = """---
version: 2
interactions:
    - id: 0
      request:
        method: POST
        url: https://api.example.com/v1/chat/completions
        body: '{"model":"m"}'
      response:
        headers: {Content-Type: [application/json]}
        body: '%s'
        status: 200 OK
        code: 200
        duration: 1.2s
"""
LINE = {"request": {"method": "GET", "path": "/v1/models"}, "response": {"status": 200, "body": ANSWER}}
ALL = {
    "a.har": json.dumps(har(entry())),
    "pretty.txt": "\ufeff" + json.dumps(har(entry()), indent=2),
    "vcr.yaml": yaml.safe_dump(vcrpy(), allow_unicode=True),
    "vcr.json": json.dumps(vcrpy(), indent=1),
    "ruby.yml": RUBY % base64.b64encode(ANSWER.encode()).decode(),
    "go.yaml": GO % ANSWER,
    "lines": json.dumps(LINE) + "\n",
    "others": json.dumps({"source": {"a": 1}, "recorded_at": None} | LINE) + "\n",
    "long": json.dumps(LINE | {"more": "x" * 99_999}) + "\n",
    "later.har": json.dumps({"comment": "x"} | har(entry())),
}


def traffic_of(tmp_path, text, name="file"):
    """The traffic of a file, read to its end, and its exchanges."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else (text if isinstance(text, str) else json.dumps(text)).encode())
    traffic = Traffic((path,))
    return traffic, list(traffic)


def read(tmp_path, text):
    traffic, exchanges = traffic_of(tmp_path, text)
    assert traffic.damaged == []
    return exchanges


def damage(tmp_path, text):
    """What is told of a file of which nothing can be read."""
    traffic, exchanges = traffic_of(tmp_path, text)
    assert exchanges == []
    assert traffic.damages == len(traffic.damaged) == 1
    return traffic.damaged[0]


def one(tmp_path, document):
    [exchange] = read(tmp_path, document)
    return exchange
