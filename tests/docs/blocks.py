"""The documents a user reads, the fenced blocks in them, and a block of shell as the commands it holds."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(
    r"""(?P<skip>\\\n|[ \t]+|\#[^\n]*)
      | (?P<redirect>\d?>>?|<)
      | (?P<end>\n|;|&&|\|\||\||&)
      | (?P<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\[^\n]|\$\([^)]*\)|[^\s'"\\;&|<>])+)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it begins, its language, its text without the indent of a list."""

    document: str
    line: int
    language: str
    text: str
    before: str
    """The document up to it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a shell block: settings before it, its words, and where it stands."""

    settings: dict[str, str]
    words: tuple[str, ...]
    where: str


def text_of(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, *languages: str) -> list[Block]:
    """The fenced blocks of a document in these languages (all where none is named), in order."""
    text = text_of(name)
    found = []
    for hit in _FENCE.finditer(text):
        body = re.sub(rf"^{hit['indent']}", "", hit["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, hit.start()) + 1
        found.append(Block(name, line, hit["language"], body, text[: hit.start()]))
    return [block for block in found if not languages or block.language in languages]


def commands(block: Block) -> Iterator[Command]:
    """The commands in a block of shell; what is written to a file or comes from one is left out."""
    words: list[str] = []
    at, skip_next, line = 0, False, block.line + 1
    for hit in _TOKEN.finditer(block.text):
        assert hit.start() == at, f"{block.document}:{line}: can't be read as shell: {block.text[at : at + 30]!r}"
        at = hit.end()
        if hit["redirect"]:
            skip_next = True
        elif hit["word"] and skip_next:
            skip_next = False
        elif hit["word"]:
            words += shlex.split(re.sub(r"\$\([^)]*\)", "made", hit["word"]))
        elif hit["end"]:
            yield from _command(words, f"{block.document}:{line}")
            words = []
        line = block.line + 1 + block.text.count("\n", 0, at)
    yield from _command(words, f"{block.document}:{line}")


def _command(words: list[str], where: str) -> Iterator[Command]:
    settings = {}
    while words and (hit := re.fullmatch(r"([A-Z][A-Z0-9_]*)=(.*)", words[0], re.DOTALL)):
        settings[hit[1]] = hit[2]
        words = words[1:]
    if words:
        yield Command(settings, tuple(words), where)


def all_commands() -> list[Command]:
    """The commands of every document."""
    return [command for name in NAMES for block in blocks(name, "sh") for command in commands(block)]


def voc_arguments(words: tuple[str, ...]) -> list[str] | None:
    """What `voc` is told, also in a container or under another user; None where it is not `voc` that is called."""
    rest = list(words)
    if rest[:2] == ["docker", "compose"] and rest[2:3] in (["exec"], ["run"]):
        rest = [word for word in rest[3:] if word not in ("--rm", "-T")]
        if words[2] == "exec":
            rest = rest[1:]
    elif rest[0] == "sudo":
        rest = rest[next((n for n, word in enumerate(rest) if word.endswith("/voc")), len(rest)) :]
    return rest[1:] if rest and (rest[0] == "voc" or rest[0].endswith("/bin/voc")) else None
