"""Opens the application for one command, and closes it when the command ends."""

import click

from assistant import bootstrap
from assistant.bootstrap import App
from assistant.domain.engine import Engine
from assistant.llm.cache import CallCache
from assistant.llm.seams import Endpoint
from assistant.settings import Settings


def open_app(
    settings: Settings,
    *,
    engine: Engine | None = None,
    endpoint: Endpoint | None = None,
    calls: CallCache | None = None,
) -> App:
    """See `assistant.bootstrap.open_app`; what it holds is given back at the end of the command under way."""
    app = bootstrap.open_app(settings, engine=engine, endpoint=endpoint, calls=calls)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(app.close)
    return app
