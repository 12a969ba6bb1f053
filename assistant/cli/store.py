"""Opens the store alone for a command that counts and lists, and closes it when the command ends."""

from dataclasses import dataclass

import click

from assistant.cli.tables import Language
from assistant.records.opening import open_store
from assistant.records.repository import Repository
from assistant.settings import load_settings


@dataclass(frozen=True, slots=True)
class Opened:
    """The store, and the language that a reader wants."""

    store: Repository
    language: Language


def opened() -> Opened:
    """The store of the settings; given back at the end of the command under way.

    Half a second sooner than the whole application: what counts needs neither engine nor index.

    Raises:
        SettingError: a setting or the masking policy is wrong, or the data directory can't be used.
        StoreError: the database can't be opened.
    """
    settings = load_settings()
    if settings.masking_policy:
        from assistant.intake.privacy import load_policy  # 80 ms that most need not wait

        load_policy(settings.masking_policy)
    store = open_store(settings)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(store.database.close)
    return Opened(store, settings.language)
