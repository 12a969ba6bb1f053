"""The made parts of the documents: tables of commands, settings, routes and prompts, out of the program itself.

`python -m tests.docs.reference` writes them anew between their marks; a test compares.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from api.app import create_app
from api.roles import RULES
from assistant.bootstrap import open_app
from assistant.settings import Settings
from prompts import load, prompt_names
from tests.docs.commands import commands_part
from tests.docs.settings import settings_part

DOCS = Path(__file__).parents[2] / "docs"
AGAIN = "run `.venv/bin/python -m tests.docs.reference`"


def cell(text: str) -> str:
    """Text as it may stand in a table."""
    return " ".join(text.replace("|", "\\|").split())


@cache
def routes_part() -> str:
    """A table for each group of routes: method and address, role, what it does."""
    with tempfile.TemporaryDirectory() as place:
        document = create_app(open_app(Settings(engine="rules", data_dir=Path(place)))).openapi()
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    lines: list[str] = []
    for tag, what in told.items():
        rows = [row for row in _operations(document) if row[0] == tag]
        lines += [f"### {tag}", "", what, "", "| route | role | |", "|---|---|---|"]
        lines += [f"| `{route}` | {RULES[route].role or '–'} | {cell(text)} |" for _, route, text in rows]
        lines.append("")
    return "\n".join(lines).rstrip()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for address, operations in document["paths"].items():
        for method, operation in operations.items():
            text = operation.get("description") or operation["summary"]
            yield operation["tags"][0], f"{method.upper()} {address}", text.split("\n\n")[0]


def doors_part() -> str:
    """Addresses that the OpenAPI document does not tell of: pages, logging in, MCP."""
    told = set(re.findall(r"^\| `([A-Z]+ /\S*)`", routes_part(), re.MULTILINE))
    lines = ["| address | role |", "|---|---|"]
    lines += [f"| `{line}` | {rule.role or '–'} |" for line, rule in RULES.items() if line not in told]
    return "\n".join(lines)


def prompts_part() -> str:
    """Every prompt with what it is for; the English variant beside the Chinese one."""
    lines = ["| prompt | in English too | for |", "|---|---|---|"]
    newest = {name.rpartition(".v")[0]: name for name in prompt_names()}
    for base, name in newest.items():
        if not base.endswith(".en"):
            english = newest.get(f"{base}.en")
            lines.append(f"| `{name}` | {f'`{english}`' if english else ''} | {cell(load(name).purpose)} |")
    return "\n".join(lines)


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "commands": ("commands.md", commands_part),
    "settings": ("settings.md", settings_part),
    "routes": ("api.md", routes_part),
    "doors": ("api.md", doors_part),
    "prompts": ("prompts.md", prompts_part),
}
"""Name of a part → the document it stands in, and what makes it."""


def marked(name: str) -> re.Pattern[str]:
    """Finds a made part with the marks around it."""
    return re.compile(rf"(<!-- made: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write every made part anew."""
    for name, (document, make) in PARTS.items():
        path = DOCS / document
        before = path.read_text(encoding="utf-8")
        hit = marked(name).search(before)
        assert hit, f"{path.name} has no part {name}"
        after = f"{before[: hit.start(2)]}{make()}\n{before[hit.end(2) :]}"
        path.write_text(after, encoding="utf-8")
        print(f"{path.name}: {name} {'written anew' if after != before else 'as it was'}", file=sys.stderr)


if __name__ == "__main__":
    main()
