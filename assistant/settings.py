"""Settings from the environment or `.env`; a bad value stops the start with one clear sentence."""

import datetime as dt
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.domain.access import ROLES, Role, role_pairs
from assistant.domain.jobs import JobKind, schedule_parts
from assistant.errors import SettingError

_LOGIN = re.compile(r"//[^/@]*@")


class Settings(BaseSettings):
    """Every setting of the product. Names in the environment are the aliases, upper case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", populate_by_name=True, frozen=True
    )

    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY", description="key of the model endpoint")
    openai_base_url: str | None = Field(None, alias="OPENAI_BASE_URL", description="any OpenAI-compatible endpoint")
    chat_model: str = Field("gpt-4.1-mini", alias="VOC_CHAT_MODEL", description="model that reads and writes")
    embedding_model: str = Field(
        "local", alias="VOC_EMBEDDING_MODEL", description="`local`, or the name of an embedding model at the endpoint"
    )
    rerank: Literal["auto", "llm"] = Field(
        "auto",
        alias="VOC_RERANK",
        description="`auto`: hits are put in order by the endpoint of VOC_RERANK_URL where it is set; `llm`: by the chat model",
    )
    rerank_url: str | None = Field(
        None, alias="VOC_RERANK_URL", description="a reranking endpoint, whole address (`…/rerank`); puts hits in order"
    )
    rerank_model: str | None = Field(
        None, alias="VOC_RERANK_MODEL", description="its model (Jina, Cohere, vLLM); unset: the endpoint is TEI's"
    )
    rerank_key: SecretStr | None = Field(None, alias="VOC_RERANK_KEY", description="key of the reranking endpoint")
    engine: Literal["auto", "llm", "rules"] = Field(
        "auto",
        alias="VOC_ENGINE",
        description="`auto`: the model where a key or base URL is set, else the rules",
    )
    planner: Literal["auto", "llm", "rules"] = Field(
        "auto",
        alias="VOC_PLANNER",
        description="who reads what a question asks for: `auto`: the model where there is one, the rules before and beside it",
    )
    data_dir: Path = Field(Path("data"), alias="VOC_DATA_DIR", description="where everything is kept")
    database_url: str | None = Field(
        None,
        alias="VOC_DATABASE_URL",
        description="default: SQLite in the data directory; `postgresql+psycopg://user:password@host/name`",
    )
    chroma_url: str | None = Field(
        None, alias="VOC_CHROMA_URL", description="a Chroma server instead of the embedded one"
    )
    endpoint_region: Literal["cn", "other"] = Field(
        "other",
        alias="VOC_ENDPOINT_REGION",
        description="`cn`: the endpoint is in the country; else whose text is sent there is counted by year",
    )
    llm_concurrency: int = Field(8, alias="VOC_LLM_CONCURRENCY", ge=1, le=512, description="model calls at once")
    llm_rpm: int | None = Field(
        None, alias="VOC_LLM_RPM", ge=0, description="model requests a minute of all processes together, at the most"
    )
    llm_tpm: int | None = Field(
        None, alias="VOC_LLM_TPM", ge=0, description="model tokens a minute of all processes together, at the most"
    )
    embedding_rpm: int | None = Field(
        None,
        alias="VOC_EMBEDDING_RPM",
        ge=0,
        description="embedding requests a minute of all processes together, at the most",
    )
    embedding_tpm: int | None = Field(
        None,
        alias="VOC_EMBEDDING_TPM",
        ge=0,
        description="embedding tokens a minute of all processes together, at the most",
    )
    llm_timeout: float = Field(120.0, alias="VOC_LLM_TIMEOUT", gt=0, le=7200, description="seconds for one model call")
    budget_tokens: int | None = Field(None, alias="VOC_BUDGET_TOKENS", ge=0, description="tokens one run may spend")
    budget_money: float | None = Field(
        None,
        alias="VOC_BUDGET_MONEY",
        ge=0,
        allow_inf_nan=False,
        description="money one run may spend, in the currency of the price list",
    )
    budget_day: float | None = Field(
        None,
        alias="VOC_BUDGET_DAY",
        ge=0,
        allow_inf_nan=False,
        description="money all processes together may spend a day (UTC), questions and embeddings too, in that currency",
    )
    masking_policy: Path | None = Field(
        None, alias="VOC_MASKING_POLICY", description="a TOML file that says what to do with each personal type"
    )
    company_file: Path | None = Field(
        None,
        alias="VOC_COMPANY_FILE",
        description="a TOML file on the company's products and words; default: company.toml in the data directory",
    )
    vault: Literal["off", "on"] = Field(
        "off", alias="VOC_VAULT", description="`on`: raw personal values are kept too, encrypted"
    )
    vault_key: SecretStr | None = Field(
        None,
        alias="VOC_VAULT_KEY",
        min_length=32,
        description="secret of the vault; default: from the installation key",
    )
    language: Literal["zh", "en"] = Field("zh", alias="VOC_LANGUAGE", description="language of answers and documents")
    schedule: str | None = Field(
        None,
        alias="VOC_SCHEDULE",
        description="when the service runs everything, a cron expression, several parted by `;`, each with a kind before",
    )
    timezone: str = Field("Asia/Shanghai", alias="VOC_TIMEZONE", description="time zone of the schedule")
    ask_concurrency: int = Field(
        64, alias="VOC_ASK_CONCURRENCY", ge=1, le=512, description="questions the service answers at once"
    )
    oidc_issuer: str | None = Field(
        None, alias="VOC_OIDC_ISSUER", description="the house's identity provider (OpenID Connect): people log in there"
    )
    oidc_client_id: str | None = Field(None, alias="VOC_OIDC_CLIENT_ID", description="by what the provider knows us")
    oidc_client_secret: SecretStr | None = Field(
        None, alias="VOC_OIDC_CLIENT_SECRET", description="our secret at the provider; unset: a public client"
    )
    oidc_role_claim: str | None = Field(
        None,
        alias="VOC_OIDC_ROLE_CLAIM",
        description="the claim that names roles or groups, dots lead inside (`realm_access.roles`); unset: roles are given here",
    )
    oidc_roles: str | None = Field(
        None,
        alias="VOC_OIDC_ROLES",
        description="values of that claim and their roles, `voc-admins=admin; 质量部=manager`",
    )
    oidc_default_role: Literal["staff", "refuse"] = Field(
        "staff", alias="VOC_OIDC_DEFAULT_ROLE", description="whose claim names no role: `staff`, or `refuse` them"
    )
    ask_patience: float = Field(
        60.0,
        alias="VOC_ASK_PATIENCE",
        gt=0,
        le=600,
        description="seconds a question waits for the model before the rules answer it",
    )
    host: str = Field("127.0.0.1", alias="VOC_HOST", description="address the service listens on")
    port: int = Field(8000, alias="VOC_PORT", ge=1, le=65535, description="port the service listens on")

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: object, info: ValidationInfo) -> object:
        blank = isinstance(value, str) and not value.strip()
        return cls.model_fields[str(info.field_name)].default if blank else value

    @field_validator("openai_base_url", "chroma_url", "rerank_url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe_issuer(cls, value: str | None) -> str | None:
        if value is not None and not is_safe(value):
            raise ValueError("must begin with https:// (http:// for this machine alone)")
        return value

    @field_validator("oidc_roles")
    @classmethod
    def _are_roles(cls, value: str | None) -> str | None:
        role_pairs(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str | None) -> str | None:
        kind, mark, rest = (value or "").partition("://")
        if kind in ("postgresql", "postgres"):
            return f"postgresql+psycopg{mark}{rest}"
        if value is not None and (kind not in ("sqlite", "postgresql+psycopg") or not mark):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("schedule")
    @classmethod
    def _is_schedule(cls, value: str | None) -> str | None:
        for _, expression in schedule_parts(value):
            try:
                CronSim(expression, dt.datetime.now(dt.UTC))
            except CronSimError as error:
                raise ValueError(f"{expression!r} is no cron expression ({error}): write it like `0 2 * * *`") from None
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone such as Asia/Shanghai") from None
        return value

    @property
    def schedules(self) -> list[tuple[JobKind, str]]:
        """What the service does when: (kind, cron expression)."""
        return schedule_parts(self.schedule)

    @property
    def role_names(self) -> dict[str, Role]:
        """Which role each value of the provider's claim stands for; our own names stand for themselves."""
        return {**{role: role for role in ROLES}, **role_pairs(self.oidc_roles)}

    @property
    def engine_name(self) -> Literal["llm", "rules"]:
        """The engine that `auto` comes down to."""
        if self.engine == "auto":
            return "llm" if self.openai_api_key or self.openai_base_url else "rules"
        return self.engine

    @property
    def resolved_database_url(self) -> str:
        """The database URL, by default ``sqlite:///<data_dir>/voc.db``."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'voc.db'}"


def is_safe(address: str) -> bool:
    """Whether secrets may go to an address: it is https, or on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    here = host in ("localhost", "127.0.0.1", "::1")
    return bool(host) and not parts.username and (parts.scheme == "https" or (parts.scheme == "http" and here))


def without_login(text: str) -> str:
    """A setting's value without the user and password that a URL may hold."""
    return _LOGIN.sub("//***@", text)


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `.env` and keyword overrides.

    Raises:
        SettingError: one sentence naming the variable, what is wrong and what is allowed.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingError("; ".join(_sentence(dict(item)) for item in error.errors())) from None
    if (settings.oidc_issuer is None) != (settings.oidc_client_id is None):
        raise SettingError("VOC_OIDC_ISSUER and VOC_OIDC_CLIENT_ID go together: set both, or neither")
    if settings.engine == "llm" and not (settings.openai_api_key or settings.openai_base_url):
        raise SettingError("VOC_ENGINE=llm needs OPENAI_API_KEY (or OPENAI_BASE_URL of a server without keys)")
    return settings


def _sentence(item: dict[str, object]) -> str:
    location = item["loc"]
    name = str(location[0]) if isinstance(location, tuple) and location else "setting"
    hidden = name in ("OPENAI_API_KEY", "VOC_RERANK_KEY", "VOC_VAULT_KEY", "VOC_OIDC_CLIENT_SECRET")
    value = "" if hidden else f" is {without_login(str(item.get('input')))!r}"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{name}{value}: {message[:1].lower()}{message[1:]}"
