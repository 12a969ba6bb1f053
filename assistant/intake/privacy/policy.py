"""What happens to each type of personal value: masked, hashed for joins, or kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.domain.vocabulary import PII_TYPES, PiiType
from assistant.errors import SettingError

Action = Literal["mask", "hash", "keep"]


@dataclass(frozen=True, slots=True)
class MaskingPolicy:
    """Action per type; a type that is not named is masked."""

    actions: Mapping[PiiType, Action] = field(default_factory=dict)

    def action(self, kind: PiiType) -> Action:
        """What to do with a value of this type."""
        return self.actions.get(kind, "mask")


def load_policy(path: Path | None = None) -> MaskingPolicy:
    """The policy in a TOML file with a table ``[types]``; without a path the shipped one, which masks everything.

    Raises:
        SettingError: one sentence naming the file, the entry and what is allowed.
    """
    name = f"masking policy {path}" if path else "masking policy policy.toml"
    entries = _entries(name, path)
    types = entries.pop("types", {})
    if not isinstance(types, dict):
        raise SettingError(f'{name}: [types] must be a table such as phone = "mask"')
    if entries:
        where = "put it under [types]" if next(iter(entries)) in PII_TYPES else "only the table [types] is known"
        raise SettingError(f"{name}: {next(iter(entries))!r} stands outside [types]; {where}")
    for kind, action in types.items():
        if kind not in PII_TYPES:
            raise SettingError(f"{name}: unknown type {kind!r}; known are {', '.join(PII_TYPES)}")
        if action not in get_args(Action):
            raise SettingError(f"{name}: {kind} = {action!r}; allowed are mask, hash, keep")
    return MaskingPolicy(types)


def _entries(name: str, path: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig") if path else _shipped())
    except OSError as error:
        raise SettingError(f"{name} can't be read: {error.strerror}; check VOC_MASKING_POLICY") from None
    except UnicodeDecodeError:
        raise SettingError(f"{name} is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f'{name} is not TOML: {error}; an entry looks like phone = "mask"') from None


def _shipped() -> str:
    return (resources.files(__package__) / "policy.toml").read_text(encoding="utf-8")
