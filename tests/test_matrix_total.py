"""Whatever is written into a matrix, it is read or refused with a line: never a traceback."""

import random
from copy import deepcopy

import pytest
import yaml

from conformance.documents import DocumentError
from conformance.matrix import file_problems, load_matrix
from conformance.matrix_tables import shown
from conformance.schema import specs

ODD = [
    None,
    True,
    1,
    -1,
    0.5,
    "",
    "x",
    "X.",
    [],
    [1],
    ["x"],
    [[]],
    [{}],
    {},
    {"x": 1},
    {"stance": "supported"},
    {"flag": ["a", 1]},
]
KEYS = ["stance", "lines", "at", "when", "expects", "note", "how", "status", "marked", "chat.n", "chat", "url", "x", "page"]
BASES = ["ollama@2024-03-26", "ollama@2024-08-13", "bedrock-openai@2026", "localai@4.9.0"]


def places(value):
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from places(value[index])


def mutated(base, seed):
    chance = random.Random(f"{base} {seed}")
    document = yaml.safe_load(specs("matrices", f"{base}.yaml").read_text("utf-8"))
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(list(places(document)))
        what = chance.random()
        if what < 0.6:
            holder[key] = deepcopy(chance.choice(ODD))
        elif what < 0.8 and isinstance(holder, dict):
            holder[chance.choice(KEYS)] = deepcopy(holder[key])
        elif isinstance(holder, dict):
            del holder[key]
    return yaml.safe_dump(document, sort_keys=False)


@pytest.mark.parametrize("base", BASES)
def test_a_damaged_matrix_is_read_or_refused_with_a_line(base, tmp_path):
    refused = 0
    for seed in range(60):
        file = tmp_path / f"{seed}.yaml"
        file.write_text(mutated(base, seed))
        found = list(file_problems(str(file)))
        refused += bool(found)
        if found:
            with pytest.raises(DocumentError):
                load_matrix(str(file))
        else:
            assert list(shown(load_matrix(str(file))))
        assert all(".yaml:" in str(one) for one in found)
    assert refused > 30
