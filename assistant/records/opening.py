"""How the store alone is opened, for what only counts and lists: no engine, no index, no masker."""

import os
from pathlib import Path

from assistant.errors import SettingError
from assistant.records.database import Database
from assistant.records.repository import Repository
from assistant.settings import Settings


def open_store(settings: Settings) -> Repository:
    """The store in the settings' data directory.

    Raises:
        SettingError: the data directory can't be made or written.
        StoreError: the database can't be opened.
    """
    data_dir = prepare(settings.data_dir)
    return Repository(Database(settings.resolved_database_url, data_dir / "write.lock"))


def prepare(data_dir: Path) -> Path:
    """Make the data directory, readable by its owner only.

    Raises:
        SettingError: it can't be made or written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise SettingError(
            f"VOC_DATA_DIR={data_dir} can't be used ({error.strerror}): name a folder that can be written"
        ) from error
    return data_dir.resolve()
