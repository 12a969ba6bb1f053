"""Who maps a run: this machine, or the workers of a Ray cluster with this installation's settings."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Literal

import click

from assistant import bootstrap
from assistant.bootstrap import App
from assistant.domain.engine import Usage
from assistant.errors import SettingError, UsageError
from assistant.pipeline import Pipeline
from assistant.pipeline.cluster.crew import ClusterCrew
from assistant.pipeline.cluster.mapping import joined
from assistant.pipeline.context import Context
from assistant.settings import Settings

EngineBatch = Literal["local", "ray"]
_KEY = "masking.key"
_PROBE = (
    "电话13800138000,邮箱a.b@example.com,身份证11010519491231002X,车牌京A12345,微信号wx_kefu2026,单号SF1234567890123"
)
_KEPT_HERE = {"vault": "off", "vault_key": None, "rerank_url": None, "rerank_key": None, "oidc_client_secret": None}
"""What no worker has a use for does not leave this process."""

engine_batch_option = click.option(
    "--engine-batch",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who reads, masks and embeds many at once: this machine, or a Ray cluster (extra `ray`).",
)
ray_address_option = click.option(
    "--ray-address",
    metavar="HOST:PORT|auto",
    help="The cluster to join; without it one of this machine's processors is started and ended.",
)


@dataclass(frozen=True, slots=True)
class _Bench:
    """Builds on a worker's machine what works there as here; holds secrets: see `assistant.pipeline.cluster.mapping`."""

    settings: Settings
    environment: Mapping[str, str]
    marks: Mapping[str, str]

    def __call__(self) -> Context:
        """The built things.

        Raises:
            SettingError: that machine's files or program would give other results.
        """
        for name, value in self.environment.items():
            os.environ.setdefault(name, value)
        where = f"{os.uname().nodename}, a machine of the Ray cluster,"
        if not (self.settings.data_dir / _KEY).exists():
            raise SettingError(
                f"{where} has no {self.settings.data_dir / _KEY}: share the data directory with it, or copy {_KEY} and "
                "the TOML files there, as for any machine that works on the same database"
            )
        context = bootstrap.open_app(self.settings).pipeline.context
        for name, mark in _marks(context).items():
            if self.marks[name] != mark:
                raise SettingError(f"{where} has another {name} than this one: make them the same, then run again")
        return context


@contextmanager
def crewed(app: App, engine_batch: EngineBatch, ray_address: str | None) -> Iterator[App]:
    """The application with who maps for it while the block runs.

    Raises:
        UsageError: an address without Ray.
        SettingError: Ray is not installed, its cluster can't be joined, or the database can't be shared with it.
    """
    if engine_batch == "local":
        if ray_address is not None:
            raise UsageError("--ray-address goes with --engine-batch ray")
        yield app
        return
    if (ray_address or "").startswith("ray://"):
        raise UsageError(
            "a ray:// address is Ray's client: give host:port of the head on a machine of the cluster, or auto"
        )
    context = app.pipeline.context
    with joined(ray_address, bench_of(app)) as cluster:
        if not (cluster.here or app.store.database.is_server):
            raise SettingError(
                "the Ray cluster has other machines, and SQLite is a file on this one: set VOC_DATABASE_URL to a "
                "PostgreSQL that all of them reach (`voc migrate-store` moves what is there)"
            )

        def spent(usage: Usage, caught: int) -> None:
            context.net.count(caught)
            if context.spending is not None:
                context.spending.count(usage)

        def purse() -> str:
            name = context.spending.shared_as if context.spending is not None else None
            return name or "cluster"

        crew = ClusterCrew(cluster, spent, purse)
        crew.muster()
        yield replace(app, pipeline=Pipeline(replace(context, crew=crew)))


def bench_of(app: App) -> Callable[[], Context]:
    """What builds on a worker's machine what works there as here; pickled, and with the secrets that takes."""
    settings = app.settings
    paths = {name: getattr(settings, name) for name in ("data_dir", "company_file", "masking_policy")}
    found = {name: path.resolve() for name, path in paths.items() if path is not None}
    settings = settings.model_copy(update={**_KEPT_HERE, **found})
    postgres = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    return _Bench(settings, postgres, _marks(app.pipeline.context))


def _marks(context: Context) -> dict[str, Any]:
    """What must be the same for results to be the same, by the name that a person knows it by."""
    return {
        "version of the product": version("voc-assistant"),
        f"{_KEY} or masking policy": context.mask(_PROBE),
        "set of prompts and company file": context.engine.identity("extract"),
    }
