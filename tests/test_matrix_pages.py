"""The pages made from matrices are fresh, and say what the matrices say."""

from pathlib import Path

import pytest

from conformance.claims import CONDITIONS, KEYS, STANCES, WORDS
from conformance.documentation import main
from conformance.matrix import file_problems, load_matrix, matrix_names
from conformance.matrix_pages import age, by_server, matrix_pages

DOCS = Path(__file__).parent.parent / "docs"
PAGES = matrix_pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_fresh(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name], "run: python -m conformance.documentation"


def test_there_is_no_page_of_a_server_that_is_no_more():
    assert {f"servers/{path.name}" for path in (DOCS / "servers").iterdir()} == set(PAGES) - {"comparison.md"}


def test_every_server_has_a_page_with_all_its_editions():
    servers = by_server()
    assert {name.partition("@")[0] for name in matrix_names()} == set(servers)
    assert [one.edition for one in servers["ollama"]] == sorted(one.edition for one in servers["ollama"])
    assert all(f"## ollama@{one.edition}\n" in PAGES["servers/ollama.md"] for one in servers["ollama"])


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("0.5.9", "0.5.23"),
        ("b9999", "b11434"),
        ("2024-03-26", "2024-08-13"),
        ("2025", "2025-06"),
        ("main-2026-01", "main-2026-02"),
    ],
)
def test_editions_are_put_in_order_as_people_count(older, newer):
    assert age(older) < age(newer)


@pytest.mark.parametrize("server", by_server())
def test_the_comparison_names_the_newest_edition_of_every_server_once_a_claim(server):
    newest = by_server()[server][-1]
    rows = {line.split("`")[1]: line for line in PAGES["comparison.md"].splitlines() if line.startswith("| `")}
    for feature, claim in newest.claims.items():
        cells = [cell.strip() for cell in rows[feature].split("|")[3:]]
        holders = [cell for cell in cells if server in cell.replace("+", "").split(", ")]
        assert len(holders) == len({claim.stance, *(one.stance for one in claim.otherwise)})


def test_making_pages_removes_those_of_servers_that_are_no_more(tmp_path):
    (tmp_path / "servers").mkdir()
    (tmp_path / "servers" / "gone.md").write_text("x")
    assert main([str(tmp_path)]) == 0
    assert not (tmp_path / "servers" / "gone.md").exists()
    assert (tmp_path / "servers" / "ollama.md").read_text("utf-8") == PAGES["servers/ollama.md"]
    assert (tmp_path / "checks.md").exists()


def test_a_matrix_that_comes_with_the_suite_is_as_its_page_says():
    claim = load_matrix("groq@2026").claims["chat.n"]
    assert f"| `chat.n` | {claim.stance.value} | status 400; any value but 1 |" in PAGES["servers/groq.md"]


def test_the_example_of_the_guide_is_good(tmp_path):
    guide = (DOCS / "adding-a-server.md").read_text("utf-8")
    example = guide.split("```yaml\n")[1].split("```")[0]
    first = tmp_path / "acme@2025-06.yaml"
    first.write_text(example.replace("2026-01", "2025-06").replace('inherits: "acme@2025-06"', ""))
    second = tmp_path / "acme@2026-01.yaml"
    second.write_text(example)
    assert [str(one) for file in (first, second) for one in file_problems(str(file))] == []


def test_the_guide_names_every_word_that_claims_can_use():
    guide = (DOCS / "adding-a-server.md").read_text("utf-8")
    words = [*WORDS, *(word for known in WORDS.values() for word in known), *CONDITIONS, *STANCES, *KEYS]
    assert [word for word in words if word not in guide] == []
