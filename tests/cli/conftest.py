"""`voc` run in this process on a data directory of its own."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Voc = Callable[..., Ran]


@pytest.fixture
def voc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Voc:
    """Run a command; every setting is the default but the data directory."""
    for name in list(os.environ):
        if name.startswith(("VOC_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOC_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: object, **settings: str) -> Ran:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def english(voc: Voc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak English."""
    monkeypatch.setenv("VOC_LANGUAGE", "en")
