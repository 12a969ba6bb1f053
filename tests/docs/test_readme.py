"""What a newcomer reads is true: every command, setting and prompt is in both READMEs, and they link what exists."""

import re
from pathlib import Path

import pytest

from assistant.cli.main import COMMANDS
from assistant.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_names_every_command_and_setting(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for command in COMMANDS:
        assert re.search(rf"`voc {command}\b", text), f"{name} does not tell of `voc {command}`"
    for field in Settings.model_fields.values():
        assert f"`{field.alias}`" in text, f"{name} does not tell of {field.alias}"


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links {target}"


def test_makefile_has_the_promised_targets() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "serve", "check", "eval", "bench"):
        assert re.search(rf"^{target}:", text, re.MULTILINE)
