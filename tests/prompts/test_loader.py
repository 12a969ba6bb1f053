"""The loader demands exactly what a prompt declares, and no value can change the template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import PromptError, load, prompt_names
from prompts.loader import parse

TEXT = """---
name: greet
version: 2
variables: who, what
purpose: test
---
## system
Greet {{who}}.
## user
Say {{what}} to {{who}}.
"""


def test_a_prompt_has_its_parts() -> None:
    prompt = parse("greet.v2", TEXT)
    assert (prompt.name, prompt.purpose, prompt.variables) == ("greet.v2", "test", frozenset({"who", "what"}))
    rendered = prompt.render(who="A", what="hi")
    assert (rendered.system, rendered.user) == ("Greet A.", "Say hi to A.")
    assert (rendered.name, rendered.digest) == ("greet.v2", prompt.digest)


@pytest.mark.parametrize("given_", [{}, {"who": "A"}, {"who": "A", "what": "b", "more": "c"}])
def test_rendering_demands_exactly_the_declared_variables(given_: dict[str, str]) -> None:
    with pytest.raises(PromptError, match=r"greet\.v2"):
        parse("greet.v2", TEXT).render(**given_)


@given(st.text() | st.sampled_from(["{{what}}", "{{who}}", "{{", "\\1", "\\g<name>", "## user\n", "---"]))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    rendered = parse("greet.v2", TEXT).render(who=value, what="W")
    assert rendered.system == f"Greet {value}."
    assert rendered.user == f"Say W to {value}."


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("greet.v3", ("", "")),
        ("greet.v2", ("## user", "## human")),
        ("greet.v2", ("---\nname", "name")),
        ("greet.v2", ("who, what", "who")),
        ("greet.v2", ("who, what", "who, what, why")),
        ("greet.v2", ("purpose: test", "purpose")),
    ],
)
def test_a_wrong_file_is_refused(name: str, change: tuple[str, str]) -> None:
    with pytest.raises(PromptError, match=name.replace(".", r"\.")):
        parse(name, TEXT.replace(*change) if change[0] else TEXT)


def test_the_digest_changes_with_any_letter_and_with_no_line_end() -> None:
    digest = parse("greet.v2", TEXT).digest
    assert digest != parse("greet.v2", TEXT.replace("Say", "say")).digest
    assert digest != parse("greet.v2", TEXT.replace("purpose: test", "purpose: Test")).digest
    assert digest == parse("greet.v2", TEXT.replace("\n", "\r\n")).digest


def test_a_name_without_a_version_means_the_newest() -> None:
    assert load("extract_insights") == load(prompt_names_of("extract_insights")[-1])


def test_a_language_has_its_variant_where_there_is_one() -> None:
    assert load("extract_insights", "en").name == "extract_insights.en.v2"
    assert load("extract_insights", "zh") == load("extract_insights")
    assert load("name_theme", "en").variables == load("name_theme").variables
    assert load("check_members", "en") == load("check_members")
    assert load("extract_insights", "en").variables == load("extract_insights").variables


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PromptError, match=r"extract_insights\.v2"):
        load("extract")


def prompt_names_of(name: str) -> list[str]:
    return [full for full in prompt_names() if full.startswith(f"{name}.v")]
