"""The reference server's model: its tokens spell any text, and every sampling field does what it is for."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.reference.choices import cut
from conformance.reference.language import SHORTEST, Drawing, drawn
from conformance.reference.values import Settings
from conformance.reference.vocabulary import END, ids, spelled, spellings, tokens_of, words

PROMPTS = ["user: Hello!", "user: Say OK.", "system: Be brief.\nuser: Who are you?", "user: a a a a a a"]


def text(prompt, settings, chance=1):
    tokens, _ = drawn(Drawing(prompt, chance=chance), settings)
    return "".join(piece.text for piece in cut(tokens, settings)[0])


@given(st.text(max_size=40))
def test_tokens_spell_any_text(said):
    assert spelled(tokens_of(said)).decode("utf-8", "replace") == said.encode("utf-8", "replace").decode()


def test_every_token_spells_something_else():
    assert spellings()[END] == b""
    assert len(set(spellings())) == len(spellings()) == len(ids()) + 1
    assert 5000 < len(spellings()) < 100_000


@pytest.mark.parametrize("prompt", PROMPTS)
def test_temperature_zero_repeats_and_high_temperatures_do_not(prompt):
    cold, hot = Settings(temperature=0, most=24), Settings(temperature=1.5, most=24)
    assert len({text(prompt, cold, chance) for chance in range(5)}) == 1
    assert len({text(prompt, hot, chance) for chance in range(5)}) == 5


def test_prompts_differ_in_their_answers():
    assert len({text(prompt, Settings(temperature=0, most=24)) for prompt in PROMPTS}) == len(PROMPTS)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_tiny_top_p_is_greedy(prompt):
    narrow, cold = Settings(temperature=1.5, top_p=1e-6, most=24), Settings(temperature=0, most=24)
    assert text(prompt, narrow) == text(prompt, cold)


def test_penalties_change_repetitive_text():
    plain, punished = Settings(temperature=0, most=64), Settings(temperature=0, most=64, frequency=2.0)
    assert any(text(prompt, plain) != text(prompt, punished) for prompt in PROMPTS)
    present = Settings(temperature=0, most=64, presence=2.0)
    assert any(text(prompt, plain) != text(prompt, present) for prompt in PROMPTS)


def test_a_bias_forces_and_forbids_tokens():
    lemon = ids()[b" lemon"]
    assert text("user: Hello!", Settings(temperature=0, most=3, bias=((lemon, 100),))) == " lemon lemon lemon"
    first = drawn(Drawing("user: Hello!"), Settings(temperature=0, most=1))[0][0].id
    assert drawn(Drawing("user: Hello!"), Settings(temperature=0, most=1, bias=((first, -100),)))[0][0].id != first


@pytest.mark.parametrize("prompt", PROMPTS)
def test_answers_end_by_themselves(prompt):
    tokens, ended = drawn(Drawing(prompt), Settings(temperature=0))
    assert ended
    assert len(tokens) >= SHORTEST
    assert drawn(Drawing(prompt), Settings(temperature=0, most=5))[1] is False


@pytest.mark.parametrize("temperature", [0, 1, 2])
def test_log_probabilities_are_of_a_distribution(temperature):
    tokens, _ = drawn(Drawing("user: Hello!"), Settings(temperature=temperature, most=12, logprobs=True, top_logprobs=20))
    for token in tokens:
        values = [value for _, value in token.top]
        assert len({one for one, _ in token.top}) == 20
        assert values == sorted(values, reverse=True)
        assert sum(map(math.exp, values)) <= 1 + 1e-6
        assert token.logprob <= 0
        assert token.logprob == dict(token.top).get(token.id, token.logprob)
    assert temperature or all(token.id == token.top[0][0] for token in tokens)
    assert sum(token.logprob < -0.1 for token in tokens) > 2


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_characters="\ufffd", exclude_categories=["Cs"]), min_size=1, max_size=12), st.integers(0, 99)
)
def test_text_beyond_ascii_is_never_torn(said, chance):
    assert "\ufffd" not in text(f"user: {said} {said[:1] * 3}", Settings(temperature=2, most=20), chance)


@given(st.sampled_from(PROMPTS), st.integers(0, 80), st.integers(1, 9))
def test_text_is_cut_before_a_stop_string(prompt, start, size):
    whole = text(prompt, Settings(temperature=0, most=40))
    stop = whole[start % len(whole) :][:size]
    said = text(prompt, Settings(temperature=0, most=40, stop=(stop,)))
    assert said == whole[: whole.index(stop)]


def test_the_model_speaks_words_of_its_own():
    assert b" harbour" in words()
