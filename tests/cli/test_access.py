"""Keys, users and the audit book through the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.booked import BOOKED, changes
from assistant.cli.main import COMMANDS
from tests.cli.conftest import Voc

PASSWORD = "四月的门锁没有电了真冷啊"


def test_a_key_is_made_listed_and_revoked(voc: Voc, tmp_path: Path) -> None:
    made = voc("keys", "create", "crm", "--role", "manager", "--expires", 30, "--scope", "import", "--json").json
    assert made["scopes"] == ["import"]
    listed = voc("keys", "list", "--json")
    assert made["key"] not in listed.out
    assert [key["id"] for key in listed.json["items"]] == [made["id"]]
    assert voc("keys", "create", "crm", "--role", "staff").code == 2
    assert voc("keys", "revoke", made["prefix"], "--json").json["revoked_at"]
    assert voc("keys", "create", "crm", "--role", "staff").code == 0
    assert voc("keys", "revoke", "key_none").code == 2
    book = voc("audit", "--json").json
    assert [line["action"] for line in book["items"]] == ["keys.create", "keys.revoke", "keys.create"]
    assert not any(
        made["key"].encode() in path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()
    )


def piped(password: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, a password in its pipe; on the data directory of `voc`."""
    return subprocess.run(  # its own words, no shell
        [sys.executable, "-c", "from assistant.cli.main import main; main()", *arguments],
        input=f"{password}\n", capture_output=True, text=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip


def test_a_user_is_added_with_a_password_from_a_pipe(voc: Voc) -> None:
    user = json.loads(piped(PASSWORD, "users", "add", "李雷", "--role", "admin", "--json").stdout)
    assert (user["name"], user["role"]) == ("李雷", "admin")
    assert "password" not in user
    assert voc("users", "disable", "李雷", "--json").json["disabled_at"]
    assert voc("users", "enable", "李雷", "--json").json["disabled_at"] is None
    assert voc("users", "role", "李雷", "staff", "--json").json["role"] == "staff"
    assert "李雷" in voc("users", "list").out
    assert voc("users", "disable", "韩梅梅").code == 2
    assert "users.role" in voc("audit").out


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "li.lei.1990!", "x" * 201, ""])
@pytest.mark.usefixtures("voc")
def test_a_poor_password_is_refused(password: str) -> None:
    ran = piped(password, "users", "add", "li.lei")
    assert ran.returncode == 2
    assert len(password) < 3 or password not in ran.stderr


def test_what_a_command_changes_is_written_down_and_what_was_typed_is_not(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "张三.csv").write_text("id,text\nT-1,打印机掉线\n", encoding="utf-8")
    assert voc("ingest", tmp_path / "张三.csv").code == 0
    assert voc("ingest", tmp_path / "张三.csv", "--dry-run").code == 0
    assert voc("stats").code == 0
    assert voc("lead", "assign", "lead_0123abcd4567", "李雷").code == 2
    lines = voc("audit", "--json").json["items"]
    assert [(line["action"], line["via"], line["subject"]) for line in lines] == [("ingest", "cli", "")]
    verdict = voc("audit", "--verify", "--json")
    assert verdict.code == 0
    assert verdict.json["stands"]
    assert voc("audit", "--verify", "--head", "0" * 64).code == 1


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("theme merge th_1 --into th_2", "theme merge"), ("theme show th_1", None), ("theme", None), ("run a.csv", "run"),
        ("documents list", None), ("documents remove d", "documents remove"), ("run --help", None),
        ("export records --format csv -o x", "export"), ("batches stop job_1", "batches stop"),
        ("customers screen", None), ("customers screen -o x.csv", "customers screen"), ("customers tags", None),
        ("customers screen --output=x.csv", "customers screen"), ("proposal show p -o x.md", "proposal show"),
        ("stats", None), ("", None),
    ],
)  # fmt: skip
def test_which_commands_are_written_down(line: str, action: str | None) -> None:
    assert changes(line.split()) == action


def test_the_lists_name_commands_that_exist() -> None:
    assert set(COMMANDS) >= BOOKED
