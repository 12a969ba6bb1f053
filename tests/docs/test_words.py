"""What documents name in passing is there: commands and options, routes, settings, make targets, headings that are linked."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import get_args

import pytest

from api.pages.words import words_in
from api.roles import RULES
from assistant.domain.vocabulary import Standing
from assistant.settings import Settings
from tests.docs.blocks import NAMES, ROOT, text_of
from tests.docs.commands import resolved

OF_OTHERS = {"VOC_DOMAIN", "VOC_CHECK_EXAMPLES", "VOC_CHECK_SEED"}
"""Variables of the containers and of the tests."""
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)")
_ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w./{}:-]*)")


def _codes(name: str) -> Iterator[str]:
    """What stands between backticks outside fenced blocks."""
    text = re.sub(r"^ *```.*?^ *```$", "", text_of(name), flags=re.DOTALL | re.MULTILINE)
    for hit in _CODE.finditer(text):
        yield " ".join(hit[2].replace("\\|", "|").split())


@pytest.mark.parametrize("name", NAMES)
def test_commands_named_in_passing(name: str) -> None:
    for code in _codes(name):
        if re.match(r"(\.venv/bin/)?voc [a-z]", code):
            words = re.split(r" [|<>] ", code)[0].split()[1:]
            for way in _ways(words):
                _walked(way, f"{name}: `{code}`")


def _ways(words: list[str]) -> Iterator[list[str]]:
    """`theme show|merge` is two commands; only the words that may be commands are looked at so."""
    for at, word in enumerate(words[:2]):
        if "|" in word and re.fullmatch(r"[a-z|-]+", word):
            for one in word.split("|"):
                yield [*words[:at], one, *words[at + 1 :]]
            return
    yield words


def _walked(words: list[str], where: str) -> None:
    context, found, rest = resolved(words)
    known = {flag for option in found.params for flag in (*option.opts, *option.secondary_opts)} | {"--help"}
    for word in rest:
        if re.match(r"--[a-z]", word):
            assert re.sub(r"[^a-z-].*", "", word) in known, f"{where}: `{context.command_path}` knows no {word}"


@pytest.mark.parametrize("name", NAMES)
def test_routes_named_in_passing(name: str) -> None:
    known = {re.sub(r"\{[^}]*\}", "{}", line) for line in RULES} | {f"{line.split()[0]} /mcp" for line in RULES}
    for code in _codes(name):
        for method, address in _ROUTE.findall(code):
            line = re.sub(r"\{[^}]*\}", "{}", f"{method} {address.rstrip('.')}")
            assert line in known, f"{name}: `{code}`: no such route"


@pytest.mark.parametrize("name", NAMES)
def test_settings_named_anywhere(name: str) -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()} | OF_OTHERS
    for variable in set(re.findall(r"\bVOC_[A-Z][A-Z_]*[A-Z]\b(?!_)", text_of(name))) - {"VOC_OIDC"}:
        assert variable in known, f"{name} names {variable}, which is no setting"


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_named_in_passing(name: str) -> None:
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for code in _codes(name):
        if hit := re.fullmatch(r"(?:\S+=\S+ )*make ([a-z-]+)", code):
            assert re.search(rf"^{hit[1]}:", targets, re.MULTILINE), f"{name}: `{code}`"


@pytest.mark.parametrize("name", NAMES)
def test_modules_and_files_named_in_passing(name: str) -> None:
    for code in _codes(name):
        for module in re.findall(r"\bpython -m ([\w.]+)", code):
            assert find_spec(module), f"{name}: `{code}`: there is no {module}"
        for path in re.findall(r"(?<![\w./-])((?:api|assistant|evals|prompts|tests|vectorstore)/[\w./-]*)", code):
            assert (ROOT / path.rstrip(".")).exists(), f"{name}: `{code}`: there is no {path}"


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("docs/for-")])
def test_guides_call_buttons_as_the_pages_do(name: str) -> None:
    """What a guide sets in italics stands so on a page, whole or as part of a sentence."""
    text = re.sub(r"^ *```.*?^ *```$", "", text_of(name), flags=re.DOTALL | re.MULTILINE)
    words = words_in("zh" if name.endswith(".zh-CN.md") else "en")
    shown = "\n".join([*words.sentences.values(), *(words.label(one) for one in get_args(Standing))]).lower()
    for said in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text):
        assert said.rstrip("…").strip().lower() in shown, f"{name}: no page says {said!r}"


@pytest.mark.parametrize("name", NAMES)
def test_headings_that_are_linked(name: str) -> None:
    for target, heading in re.findall(r"\]\(([^)#:\s]*)#([^)]+)\)", text_of(name)):
        path = (ROOT / name).parent / target if target else ROOT / name
        if path.suffix == ".md":
            assert heading in _headings(path.read_text(encoding="utf-8")), f"{name} links {target}#{heading}"


def _headings(text: str) -> set[str]:
    """As they are linked: lower case, without signs, blanks as dashes."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in found}
