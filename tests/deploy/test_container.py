"""The container files and docs/deploy.md say what the program does: settings, commands, metrics, paths, and nothing secret in the image."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import open_app
from assistant.cli.main import COMMANDS, cli
from assistant.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
ALIASES = {str(field.alias) for field in Settings.model_fields.values()}


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", DEPLOY, re.DOTALL)


def test_the_image_holds_what_the_wheel_is_built_from_and_nothing_else() -> None:
    copied = {name for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()}
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert copied == set(let_in)
    assert all((ROOT / name).exists() for name in copied)
    packages = re.search(r"^packages = (\[.+\])$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert packages
    assert set(yaml.safe_load(packages[1])) <= copied


def test_the_image_runs_without_rights() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    for line in ("STOPSIGNAL SIGTERM", 'ENTRYPOINT ["tini", "--", "voc"]', 'CMD ["serve"]', "HEALTHCHECK"):
        assert line in last
    assert "ca-certificates" in last
    voc = COMPOSE["services"]["voc"]
    assert (voc["read_only"], voc["cap_drop"], voc["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert voc["ports"][0].startswith("127.0.0.1:")


def test_no_port_of_a_server_without_keys_is_published() -> None:
    chroma = COMPOSE["services"]["chroma"]
    assert "ports" not in chroma
    assert chroma["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_settings_that_are_named_exist() -> None:
    unit = "\n".join(_blocks("ini"))
    named = set(re.findall(r"\b(?:VOC|OPENAI)_[A-Z_]+\b", f"{DOCKERFILE}\n{DEPLOY}\n{unit}"))
    named |= set(COMPOSE["services"]["voc"]["environment"]) - {"FORWARDED_ALLOW_IPS"}
    assert named - ALIASES <= {"VOC_DOMAIN", "VOC_PUBLISHED_PORT"}


@pytest.mark.parametrize(
    "line", sorted({line for block in [*_blocks("sh"), *_blocks("cron")] for line in block.splitlines()})
)
def test_commands_that_are_told_exist(line: str) -> None:
    words = shlex.split(re.split(r" (?:&&|2>>|>|<|\||#)", line)[0] if line[:1].isalpha() else "")
    calls = [
        at for at, word in enumerate(words) if Path(word).name == "voc"
    ]  # the user and the service are called so too
    words = words[calls[-1] + 1 :] if calls else []
    if not words:
        return
    assert words[0] in COMMANDS, line
    group = [words[0], words[1]] if words[0] in ("users", "keys", "batches") else words[:1]
    shown = CliRunner().invoke(cli, [*group, "--help"])
    assert shown.exit_code == 0, line
    for option in (word for word in words if word.startswith("-") and word != "-"):
        assert option in shown.output, (line, option)


def test_alerts_ask_for_metrics_that_are_told(tmp_path: Path) -> None:
    wanted = set(re.findall(r"\bvoc_[a-z_]+\b", _blocks("yaml")[1])) - {"voc_model_cost_total", "voc_index_age_seconds"}
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as client:
        assert client.get("/v1/search", params={"q": "掉线"}).status_code == 200
        told = client.get("/metrics").text
    app.close()
    for name in wanted:
        assert re.search(rf"^{name}(?:\{{| )", told, re.MULTILINE), name
    assert 'route="/v1/search"' in told
