"""Every command that a document shows is run over a small house, or, where a test can't, is at least read as it stands."""

import configparser
import contextlib
import importlib.util
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from assistant.cli.main import main
from tests.docs.blocks import NAMES, ROOT, Command, all_commands, blocks, commands, voc_arguments
from tests.docs.commands import resolved
from tests.docs.conftest import House

KEPT_BACK = {
    "serve": "stays",
    "demo": "the whole sample: tests of its own",
    "eval": "minutes: tests of its own",
    "probe": "asks a model: tests of its own",
    "migrate-store": "needs a server: tests of its own",
}
"""Commands that are only read here, and why; of others, those with `--engine-batch`: a cluster has tests of its own."""
FOREIGN = {
    "curl", "python", "python3", "make", "export", "docker", "sudo", "createdb", "pip", "gunzip", "gzip", "gpg", "find", "cd", "echo",
    "open-webui", "claude", "git", "ray", "cat", "systemctl", "ollama", "brew", "apt-get", "jq",
}  # fmt: skip
"""Programs of others that documents call: anything else is a slip of the pen."""
VOC = [(command, told) for command in all_commands() if (told := voc_arguments(command.words)) is not None]


@pytest.mark.parametrize(("command", "told"), VOC, ids=lambda one: one.where if isinstance(one, Command) else "")
def test_voc_is_called_as_it_may_be(command: Command, told: list[str]) -> None:
    """Commands, options and their number: as click reads them, without a look at what they say."""
    context, found, rest = resolved(told)
    found.make_parser(context).parse_args(args=rest)


def _runs(name: str) -> list[tuple[Command, list[str]]]:
    """The commands of a document that can be run, each once."""
    found: dict[str, tuple[Command, list[str]]] = {}
    for command, told in VOC:
        if command.where.startswith(f"{name}:") and told[0] not in KEPT_BACK and "--engine-batch" not in told:
            found.setdefault(f"{command.settings} {told}", (command, told))
    return list(found.values())


def _alone() -> list[str]:
    """Documents with commands, one of those that have the same (a guide in two languages)."""
    found = {str([told for _, told in _runs(name)]): name for name in reversed(NAMES) if _runs(name)}
    return sorted(found.values())


@pytest.mark.parametrize("name", _alone())
def test_voc_does_what_the_document_says(name: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _lay_out(house, name)
    for command, told in _runs(name):
        for setting, value in command.settings.items():
            monkeypatch.setenv(setting, _elsewhere(value))
        code, said = _run([house.at_home(_elsewhere(word)) for word in told], monkeypatch)
        for setting in command.settings:
            monkeypatch.delenv(setting)
        assert code in (0, 3), f"{command.where}: voc {' '.join(told)} ended with {code}: {said}"


def _elsewhere(word: str) -> str:
    """A path outside the house as one inside it, the day in a backup's name as the test wrote it."""
    word = re.sub(r"voc-\d{4}-\d\d-\d\d\.tar", "voc-made.tar", word)
    return word.replace("/", "-").strip("-") if word.startswith("/") else word


def _lay_out(house: House, name: str) -> None:
    """The files that a document's commands are told to read."""
    (house.place / "manuals").mkdir()
    (house.place / "manuals/退换货规则.md").write_text("# 退换货\n\n签收七日内未使用可以退货。\n", encoding="utf-8")
    for block in blocks(name, "toml"):
        if file := _file_of(block.before):
            (house.place / "data" / file).write_text(block.text, encoding="utf-8")


def _run(told: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a long pass phrase that nobody knows\n/quit\n")))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(told)
    said = [pipe.buffer.getvalue() for pipe in (err, out)]
    return int(ended.value.code or 0), (said[0] or said[1]).decode("utf-8", "replace")[-600:]


def test_other_programs_are_known_ones() -> None:
    for command in all_commands():
        if voc_arguments(command.words) is None:
            program = Path(command.words[0]).name
            assert program in FOREIGN, f"{command.where}: {program}: is it meant?"
            _looked_at(program, command)


def _looked_at(program: str, command: Command) -> None:
    if program == "make":
        targets = (ROOT / "Makefile").read_text(encoding="utf-8")
        for target in command.words[1:]:
            assert re.search(rf"^{re.escape(target)}:", targets, re.MULTILINE), f"{command.where}: no `make {target}`"
    if program == "python" and command.words[1] == "-m" and command.words[2] != "venv":
        assert importlib.util.find_spec(command.words[2]), f"{command.where}: no module {command.words[2]}"


def _file_of(before: str) -> str | None:
    """The house's file that a TOML block is, by the last one named before it."""
    named = re.findall(r"\b(\w+\.toml)\b", before)
    return str(named[-1]) if named else None


def _tables() -> Iterator[tuple[str, str, str]]:
    for name in NAMES:
        for block in blocks(name, "yaml", "ini"):
            yield f"{block.document}:{block.line}", block.language, block.text


@pytest.mark.parametrize(("where", "language", "text"), list(_tables()))
def test_other_files_can_be_read(where: str, language: str, text: str) -> None:
    if language == "yaml":
        assert isinstance(yaml.safe_load(text), dict), where
    else:
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.read_string(text)
        assert parser.sections(), where


READERS = {
    "company.toml": ("prompts", "show", "extract_insights", "--record", "C-001", "--json"),
    "impact.toml": ("friction", "--json"), "customers.toml": ("customers", "tags", "--json"),
    "alerts.toml": ("alerts", "channels", "--json"), "ideas.toml": ("ideas", "--limit", "1", "--json"),
    "names.toml": ("ask", "8月有多少条打印机掉线的反馈？", "--json"), "prices.toml": ("analyse", "--dry-run", "--json"),
    "policy.toml": ("ingest", "exports", "--dry-run", "--json"),
}  # fmt: skip
"""File of the house → a command that reads it."""


def _laying_out() -> list[str]:
    """Documents that show files of the house, one of those that show the same names."""
    shown = {
        name: frozenset(str(_file_of(one.before)) for one in blocks(name, "toml")) & set(READERS) for name in NAMES
    }
    return sorted({files: name for name, files in reversed(shown.items()) if files}.values())


@pytest.mark.parametrize("name", _laying_out())
def test_files_of_the_house_are_taken(name: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _lay_out(house, name)
    for variable in ("WECOM_WEBHOOK", "FEISHU_WEBHOOK"):
        monkeypatch.setenv(variable, "https://robot.example.com/hook")
    for variable in ("FEISHU_SECRET", "SMTP_PASSWORD"):
        monkeypatch.setenv(variable, "secret")
    monkeypatch.setenv(
        "OPENAI_BASE_URL", "http://127.0.0.1:9/v1"
    )  # prices are looked up where there is a model; none is called
    monkeypatch.setenv("VOC_CHAT_MODEL", "qwen-plus")
    monkeypatch.setenv("VOC_PLANNER", "rules")
    if (house.place / "data/policy.toml").exists():
        monkeypatch.setenv("VOC_MASKING_POLICY", "data/policy.toml")
    for file in {str(_file_of(one.before)) for one in blocks(name, "toml")} & set(READERS):
        code, said = _run([house.at_home(word) for word in READERS[file]], monkeypatch)
        assert code in (0, 3), f"{name}: {file}: {said}"


def test_what_looks_like_shell_is_marked_so() -> None:
    """A fence without a language hides its commands from these tests."""
    for name in NAMES:
        for block in blocks(name, "", "bash", "shell", "console"):
            assert not re.search(r"^(\$ )?(voc|curl|make|\.venv)\b", block.text, re.MULTILINE), (
                f"{name}:{block.line}: mark it ```sh"
            )
        assert all(list(commands(block)) for block in blocks(name, "sh")), f"{name}: a block of shell without a command"
