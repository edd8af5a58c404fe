"""Audio as a part of a message: that it reaches the model. What the model makes of it is not judged.

https://platform.openai.com/docs/guides/audio
"""

from __future__ import annotations

import base64
import math
import struct

from conformance import calls
from conformance.answers import answered
from conformance.effects import tells_apart
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

AUDIO = "https://platform.openai.com/docs/guides/audio"
QUESTION = "What do you hear?"

RATE = 8000
PITCH = 440
SECONDS = 0.5


def tone() -> str:
    """A tone as a WAV file of 16 bits a sample, in Base64."""
    places = range(int(RATE * SECONDS))
    samples = b"".join(struct.pack("<h", int(12000 * math.sin(2 * math.pi * PITCH * place / RATE))) for place in places)
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(samples))
    return base64.b64encode(head + samples).decode()


@check("chat.audio-input.heard", "hears the audio it is given", Level.SHOULD, "chat.audio-input", AUDIO)
def heard(target: Target, send: Send) -> Noted:
    """Asks about half a second of a tone, and the same without it: the answer or the number of prompt tokens is another one. A
    model that has no ears makes a server refuse the part; one that answers as if there were none has lost it.
    """
    question = {"type": "text", "text": QUESTION}
    audio = {"type": "input_audio", "input_audio": {"data": tone(), "format": "wav"}}
    deaf, hearing = (calls.chat(target, [{"role": "user", "content": parts}]) for parts in ([question], [question, audio]))
    answered(send, hearing, deaf)
    if not tells_apart(send, deaf, hearing):
        where, expected = "$.messages[0].content[1]", "another answer or prompt_tokens than without it"
        yield Finding("the audio is lost", where, expected, "the same", outcome=Outcome.IGNORED)
