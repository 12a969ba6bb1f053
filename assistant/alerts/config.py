"""Whom to tell what, as the house says in ``alerts.toml``: channels, thresholds, quiet hours."""

import datetime as dt
import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from assistant.domain.alerts import RULES, Alert, Rule
from assistant.errors import SettingError
from assistant.house_files import HousePart, read_house_file

ALERTS_FILE = "alerts.toml"
"""Its name in the data directory; without it nobody is told anything."""
FROM_ENVIRONMENT = "env:"
"""What a secret begins with that stands in the environment: ``env:NAME``."""

Kind = Literal["wecom", "feishu", "dingtalk", "json", "smtp"]
Count = Annotated[int, Field(ge=1, le=100_000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$", max_length=254)]
_LOCAL = {"localhost", "localhost.localdomain"}


class Thresholds(HousePart):
    """From when on something is worth telling; see `rules.find_alerts`."""

    recent_days: Annotated[int, Field(ge=7, le=366)] = 28
    new_customers: Count = 3
    weak_customers: Count = 2
    weak_severity: Annotated[float, Field(ge=1, le=5)] = 4.0
    back_customers: Count = 2
    grace_days: Annotated[int, Field(ge=0, le=366)] = 7


class Quiet(HousePart):
    """Hours in which nobody is disturbed, ``HH:MM``; they may go over midnight."""

    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    utc_offset: Annotated[str, Field(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")] = "+08:00"

    def ends(self, moment: dt.datetime) -> dt.datetime | None:
        """When the quiet hours end that the moment is in; None where it is in none."""
        zone = dt.datetime.fromisoformat(f"2000-01-01T00:00{self.utc_offset}").tzinfo
        here = moment.astimezone(zone)
        clock = here.strftime("%H:%M")
        over_midnight = self.start > self.end
        quiet = (clock >= self.start or clock < self.end) if over_midnight else self.start <= clock < self.end
        if not quiet:
            return None
        hour, minute = map(int, self.end.split(":"))
        end = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return end + dt.timedelta(days=1) if end <= here else end


class Channel(HousePart):
    """One place where alerts go."""

    name: Annotated[str, Field(pattern=r"^[^\s/]{1,60}$")]
    kind: Kind
    rules: tuple[Rule, ...] = tuple(rule for rule in RULES if rule != "test")
    quotes: bool = True
    """Whether masked words of customers may be in the message."""
    keyword: Line | None = None
    """A word that the robot's own settings want in every message."""
    per_minute: Annotated[int, Field(ge=1, le=100)] = 20
    timeout: Annotated[float, Field(gt=0, le=60)] = 10.0
    url: SecretStr | None = None
    secret: SecretStr | None = None
    host: Line | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: Line | None = None
    password: SecretStr | None = None
    sender: Address | None = None
    to: Annotated[tuple[Address, ...], Field(max_length=50)] = ()

    @field_validator("url", "secret", "password")
    @classmethod
    def _from_environment(cls, value: SecretStr | None) -> SecretStr | None:
        said = value.get_secret_value() if value else ""
        if not said.startswith(FROM_ENVIRONMENT):
            return value
        name = said.removeprefix(FROM_ENVIRONMENT)
        if not os.environ.get(name):
            raise ValueError(f"the environment has no {name}: set it")
        return SecretStr(os.environ[name])

    @model_validator(mode="after")
    def _whole(self) -> "Channel":
        if self.kind == "smtp":
            if self.url or self.secret or not (self.host and self.sender and self.to):
                raise ValueError("e-mail needs host, sender and to, and takes no url and no secret")
            if self.password and self.security == "none" and not _is_near(self.host):
                raise ValueError('a password is not sent unencrypted: set security to "tls" or "starttls"')
            return self
        if self.url is None or self.host or self.to or self.sender:
            raise ValueError("a webhook needs url, and takes no host, sender or to")
        check_url(self.url.get_secret_value())
        return self

    @property
    def repeatable(self) -> bool:
        """Whether the receiver can tell a message that it gets twice: by its id."""
        return self.kind in ("json", "smtp")


class AlertSettings(HousePart):
    """The whole file."""

    channel: Annotated[tuple[Channel, ...], Field(max_length=50)] = ()
    thresholds: Thresholds = Thresholds()
    quiet: Quiet | None = None

    @model_validator(mode="after")
    def _one_name_one_channel(self) -> "AlertSettings":
        names = [one.name for one in self.channel]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two channels have the name {min(twice)}: give each its own")
        return self

    def subscribed(self, alert: Alert) -> list[str]:
        """Names of the channels that an alert goes to."""
        return [one.name for one in self.channel if alert.rule in one.rules]

    @property
    def by_name(self) -> Mapping[str, Channel]:
        """The channels by their names."""
        return {one.name: one for one in self.channel}


def read_alert_settings(folder: Path) -> AlertSettings:
    """The settings in force.

    Raises:
        SettingError: the file has a mistake (where, and what is allowed), or others may read the secrets in it.
    """
    path = folder / ALERTS_FILE
    settings = read_house_file(path, AlertSettings)
    if path.is_file() and os.name == "posix" and path.stat().st_mode & 0o077 and _holds_secrets(path):
        raise SettingError(f"{path} holds secrets and others may read it: chmod 600 it, or write env:NAME for them")
    return settings


def _holds_secrets(path: Path) -> bool:
    given = re.findall(r"^\s*(?:url|secret|password)\s*=\s*[\"'](.*?)[\"']", path.read_text(encoding="utf-8-sig"), re.M)
    return any(not value.startswith(FROM_ENVIRONMENT) for value in given)


def check_url(url: str) -> None:
    """Whether a webhook's address may be called at all; the sentence never tells the address, it is a secret.

    Raises:
        ValueError: it is no http(s) address, has a login in it, or goes unencrypted out of the house.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("url is no address") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f]", url):
        raise ValueError("url must begin with http:// or https:// and name a host")
    if parts.username or parts.password:
        raise ValueError("url must hold no user and password")
    if parts.scheme == "http" and not _is_near(host):
        raise ValueError("url goes out of the house unencrypted: use https://")
    if _is_forbidden(host):
        raise ValueError("url names a link-local or unusable address: no webhook is there")


def _is_near(host: str) -> bool:
    if host in _LOCAL:
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def _is_forbidden(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_link_local or address.is_multicast or address.is_unspecified
