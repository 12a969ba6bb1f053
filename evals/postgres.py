"""A PostgreSQL of one's own: a cluster made in a temporary folder, started, killed and thrown away."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
"""Where packages put the server's programs, which are seldom on the path."""
ROLES = ("postgres", "nobody")
"""Who runs the server where we are root: it refuses to run as root."""
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}
"""Settings of a server whose data nobody needs afterwards."""
SAFE = {"max_connections": "100", "shared_buffers": "256MB"}
"""Settings of a server that is to be killed and must keep what it said it kept, or whose speed is measured."""
PATIENCE = 60.0
"""Seconds a server has to come up, on a machine that has much else to do."""
TEMPLATE = "template_voc"


class MissingError(RuntimeError):
    """There is no PostgreSQL here that could be started."""


class Cluster:
    """A server on a socket in its own folder, without a password; for tests and measurements."""

    def __init__(self, settings: dict[str, str] = QUICK) -> None:
        """Make an empty cluster whose texts stand in the order of their bytes, UTF-8; `start` starts it.

        Raises:
            MissingError: PostgreSQL is not installed, or nobody is there to run it.
        """
        self._programs, self._user, self._settings = _programs(), _user(), settings
        self.folder = Path(tempfile.mkdtemp(prefix="voc-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        if self._user:
            shutil.chown(self.folder, self._user)
        self._server: subprocess.Popen[bytes] | None = None
        how = ["--no-sync", "--auth=trust", "--username=voc", "--encoding=UTF8", "--locale=C"]
        done = self._run("initdb", *how, "-D", self._data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = done.communicate()
        if done.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise MissingError(f"initdb failed: {said.decode(errors='replace').strip().splitlines()[-1:]}")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def url(self, name: str = "postgres") -> str:
        """The address of a database as `VOC_DATABASE_URL` takes it."""
        return f"postgresql+psycopg://voc@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers; it ends with the process that started it.

        Raises:
            MissingError: it does not come up.
        """
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._server = self._run(
                "postgres", "-D", self._data, "-k", str(self.folder), "-h", "", *options,
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                self.kill()
                raise MissingError(f"the server does not start, see {self.folder / 'log'}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._plain("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def pid(self) -> int | None:
        """The server's first process, while it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def kill(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Kill it as a power cut would; `start` brings it up again with what it had kept.

        With SIGKILL only its first process is: the others end when they notice, and till then it can't be started.
        """
        self._end(how)

    def close(self) -> None:
        """End it and take its folder away."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database, as a copy of another; its address."""
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._tell(made.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Take a database away, whoever is still connected to it."""
        self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _tell(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _plain(self, name: str) -> str:
        return self.url(name).replace("+psycopg", "")

    def _run(self, program: str, *arguments: str, **how: object) -> subprocess.Popen[bytes]:
        command = [str(self._programs / program), *arguments]
        with_us = shutil.which("setpriv")
        if with_us:
            command = [with_us, "--pdeathsig", "QUIT", *command]
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command, user=self._user, group=self._user and _group(self._user), extra_groups=[] if self._user else None,
            cwd=self.folder, env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}, **how,
        )  # fmt: skip

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait()
            self._server = None


def _programs() -> Path:
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in PLACES:
        found += sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True)
    for folder in found:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise MissingError("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")


def _user() -> str | None:
    """Who is to run the server: ourselves, or where we are root somebody else."""
    if os.geteuid() != 0:
        return None
    import pwd  # not on every system

    known = {one.pw_name for one in pwd.getpwall()}
    found = next((name for name in ROLES if name in known), None)
    if found is None:
        raise MissingError("PostgreSQL does not run as root, and there is no user postgres or nobody")
    return found


def _group(user: str) -> int:
    import pwd  # as above

    return pwd.getpwnam(user).pw_gid
