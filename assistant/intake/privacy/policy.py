"""What happens to each type of personal value: masked, hashed for joins, or kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

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
    name = str(path) if path else "policy.toml"
    try:
        text = path.read_text(encoding="utf-8") if path else _shipped()
        types = tomllib.loads(text).get("types", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"masking policy {name} can't be read: {type(error).__name__}; expected TOML") from None
    if not isinstance(types, dict):
        raise SettingError(f'masking policy {name}: [types] must be a table such as phone = "mask"')
    for kind, action in types.items():
        if kind not in PII_TYPES:
            raise SettingError(f"masking policy {name}: unknown type {kind!r}; known are {', '.join(PII_TYPES)}")
        if action not in get_args(Action):
            raise SettingError(f"masking policy {name}: {kind} = {action!r}; allowed are mask, hash, keep")
    return MaskingPolicy(types)


def _shipped() -> str:
    return (resources.files(__package__) / "policy.toml").read_text(encoding="utf-8")
