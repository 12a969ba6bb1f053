"""Knows how a prompt file is built, and turns it and its variables into the two texts that a model is sent.

A prompt file ``<name>.v<version>.md`` (Chinese), or ``<name>.en.v<version>.md`` (its English variant), is front matter between two ``---`` lines (``name``, ``version``,
``variables`` separated by commas, ``purpose``), then a part ``## system`` and a part ``## user``. ``{{name}}``
marks a variable.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FILE = re.compile(r"(?P<name>[a-z][a-z0-9_]*(?:\.en)?)\.v(?P<version>[1-9]\d*)\.md")
_MARK = re.compile(r"\{\{(?P<name>[a-z][a-z0-9_]*)\}\}")
_PARTS = re.compile(r"\A---\n(?P<front>.*?)\n---\n\s*## system\n(?P<system>.*?)\n## user\n(?P<user>.*)\Z", re.DOTALL)


class PromptError(ValueError):
    """A prompt file, its name or its variables are wrong: a mistake of the programmer, never of the data."""


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """What is sent: the system and the user text, and the digest of the file that they came from."""

    system: str
    user: str
    digest: str
    name: str
    """Name with version, such as ``extract_insights.v1``."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of one prompt, as its file says it."""

    name: str
    """Name with version, such as ``extract_insights.v1``."""
    purpose: str
    variables: frozenset[str]
    system: str
    user: str
    digest: str
    """SHA-256 of the whole file, line ends normalised: it changes when a letter of the file changes."""

    def render(self, **variables: str) -> RenderedPrompt:
        """The prompt with its variables put in, in one pass: a value is never read as a template itself.

        Raises:
            PromptError: the variables given are not exactly those declared.
        """
        given = set(variables)
        if given != self.variables:
            missing, unknown = sorted(self.variables - given), sorted(given - self.variables)
            raise PromptError(f"{self.name}: missing variables {missing}, unknown variables {unknown}")
        return RenderedPrompt(_fill(self.system, variables), _fill(self.user, variables), self.digest, self.name)


def prompt_names() -> tuple[str, ...]:
    """Every prompt shipped, as ``name.v<version>``, sorted by name and version."""
    found = (_FILE.fullmatch(entry.name) for entry in files("prompts").iterdir())
    keys = sorted((match["name"], int(match["version"])) for match in found if match)
    return tuple(f"{name}.v{version}" for name, version in keys)


@cache
def load(name: str, language: str = "zh") -> Prompt:
    """The prompt called ``name.v<version>``, or the newest version of ``name`` in its variant for a language.

    The variant of a language is ``name.<language>``; where there is none, and for ``zh``, it is ``name`` itself.

    Raises:
        PromptError: no such prompt, or its file is not built as it must be.
    """
    bases = {full.rpartition(".v")[0] for full in prompt_names()}
    name = f"{name}.{language}" if f"{name}.{language}" in bases else name
    known = [full for full in prompt_names() if name in (full, full.rpartition(".v")[0])]
    if not known:
        raise PromptError(f"no prompt {name!r}; there are {', '.join(prompt_names())}")
    return parse(known[-1], (files("prompts") / f"{known[-1]}.md").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Prompt:
    """The prompt in a file's text, checked: its name, and that it uses exactly what it declares.

    Raises:
        PromptError: front matter or a part is missing, or declared and used variables differ.
    """
    text = text.replace("\r\n", "\n")
    match = _PARTS.match(text)
    if match is None:
        raise PromptError(f"{name}: expected front matter, '## system' and '## user'")
    front = _front_matter(name, match["front"])
    if f"{front.get('name')}.v{front.get('version')}" != name:
        raise PromptError(f"{name}: the front matter names {front.get('name')}.v{front.get('version')}")
    declared = frozenset(part.strip() for part in front.get("variables", "").split(",") if part.strip())
    system, user = match["system"].strip(), match["user"].strip()
    used = {mark["name"] for mark in _MARK.finditer(system + user)}
    if used != declared:
        raise PromptError(f"{name}: declares {sorted(declared)} but uses {sorted(used)}")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Prompt(name, front.get("purpose", ""), declared, system, user, digest)


def _front_matter(name: str, text: str) -> dict[str, str]:
    pairs = [line.partition(":") for line in text.splitlines() if line.strip()]
    if any(not colon for _, colon, _ in pairs):
        raise PromptError(f"{name}: every line of the front matter is 'key: value'")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _fill(template: str, variables: Mapping[str, str]) -> str:
    return _MARK.sub(lambda mark: variables[mark["name"]], template)
