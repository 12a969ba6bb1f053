"""Knows where the demo plays and who thinks in it: each engine has a directory of its own, and nothing there is overwritten."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from assistant.bootstrap import App, chat_endpoint, open_app
from assistant.cli.demo.script import read_script
from assistant.errors import SettingError, UsageError
from assistant.llm.cache import digest_of
from assistant.llm.company import COMPANY_FILE
from assistant.llm.recording import begin, read_recording
from assistant.llm.replaying import NOTE, RECORDING, SAMPLE, SAMPLE_KEY, circumstances, made_with, noted, told_of
from assistant.pipeline.turns import run_lock
from assistant.records.exports import write_atomically
from assistant.records.opening import prepare
from assistant.settings import Settings

EngineChoice = Literal["rules", "llm", "recorded"]
ENGINES: tuple[EngineChoice, ...] = get_args(EngineChoice)
PATIENCE = 7200.0
"""Seconds that a question waits while it is recorded: what is said counts, not how fast."""
_FOLDERS: dict[EngineChoice, str] = {"recorded": "demo", "rules": "demo-rules", "llm": "demo-llm"}
_KEY_FILE = "masking.key"


def engine_of(settings: Settings, chosen: EngineChoice | None) -> EngineChoice:
    """The engine that was asked for; else a model where one is set, the rules where they are, and a recording of a model."""
    if chosen is not None:
        return chosen
    if settings.engine_name == "llm":
        return "llm"
    return "rules" if settings.engine == "rules" else "recorded"


def settings_for(settings: Settings, engine: EngineChoice) -> Settings:
    """The settings of a demo by an engine: a directory inside the data directory, SQLite, the sample's language.

    Raises:
        SettingError: a model is asked for, and none is set.
    """
    own = settings.model_copy(update={"data_dir": settings.data_dir / _FOLDERS[engine], "database_url": None})
    if engine == "recorded":
        nobody = {"engine": "auto", "openai_api_key": None, "openai_base_url": None}
        return circumstances(own).model_copy(update=nobody)
    if engine == "llm" and not (settings.openai_api_key or settings.openai_base_url):
        raise SettingError(
            "the demo by a model needs one: set OPENAI_API_KEY or OPENAI_BASE_URL, or leave --engine llm out to see "
            "the recording of one"
        )
    return own.model_copy(update={"engine": engine})


def prepared(data_dir: Path) -> Path | None:
    """Make a directory in which the recording is played back; one that was made in another way is moved aside, also one
    that was made with other prompts: what the rules had to name then would stand in the way of what was recorded.

    Returns where that stands now; None where there was none.

    Raises:
        SettingError: it can't be made or written.
        BusyError: it would be moved aside, and a run is working on it.
    """
    prepare(data_dir)
    note = {**told_of(read_recording(RECORDING)), "prompts": digest_of(made_with())}
    aside = None
    if any(data_dir.iterdir()) and noted(data_dir) != note:
        aside = next(path for n in range(1, 1000) if not (path := data_dir.with_name(f"{data_dir.name}-{n}")).exists())
        with run_lock(data_dir):
            data_dir.rename(aside)
        prepare(data_dir)
    _furnish(data_dir)
    (data_dir / NOTE).write_text(json.dumps(note, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return aside


@contextmanager
def recording_app(settings: Settings, path: Path = RECORDING) -> Iterator[App]:
    """The application in a directory that is gone afterwards, whose model's every answer is kept in a recording.

    What that holds already is not asked for again. Where all went well it is packed, and what was not used any more is left
    out; else what was answered stands beside it until the next try.

    Raises:
        UsageError: no model is set, or the recording can't be written.
    """
    if settings.engine_name != "llm":
        raise UsageError("recording needs a model: set OPENAI_API_KEY or OPENAI_BASE_URL")
    with TemporaryDirectory(prefix="voc-recording-") as folder:
        data_dir = Path(folder)
        _furnish(data_dir)
        live = circumstances(settings).model_copy(
            update={"data_dir": data_dir, "engine": "llm", "ask_patience": PATIENCE}
        )
        endpoint = chat_endpoint(live, data_dir)
        day = read_script().asked_on
        try:
            kept = begin(path, endpoint.shaping, made_with(), task="demo", anew=True)
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror}") from None
        kept.head["today"] = day.isoformat()
        before = read_recording(path).head["recorded"] if path.exists() else kept.head["recorded"]
        known = set(kept.answers)
        app = open_app(live, endpoint=endpoint, calls=kept, today=lambda: day)
        try:
            yield app
        finally:
            app.close()
        if kept.used <= known:
            kept.head["recorded"] = before
        kept.close(only_used=True)


def _furnish(data_dir: Path) -> None:
    """The key and the company's file that the sample was recorded with; others may be reading them where they are there."""
    for name, content in ((_KEY_FILE, SAMPLE_KEY), (COMPANY_FILE, (SAMPLE / COMPANY_FILE).read_bytes())):
        path = data_dir / name
        if not path.exists() or path.read_bytes() != content:
            write_atomically(path, content)
    (data_dir / _KEY_FILE).chmod(0o600)
