"""Files that people of the house write beside the database: TOML, checked whole, with a sentence on every mistake."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import SettingError

MOST_BYTES = 65_536


class HousePart(BaseModel):
    """Base of what stands in such a file: an unknown name is a mistake, never passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


M = TypeVar("M", bound=HousePart)


def read_house_file(
    path: Path,
    kind: type[M],
    *,
    needed: bool = False,
    example: str = "docs/customers.md",
    hint: str = "check its rights",
) -> M:
    """The file, checked; where there is none that is not `needed`, what an empty one would say.

    `example` is where one is shown, `hint` what to do about a file that can't be read.

    Raises:
        SettingError: it can't be read or has a mistake: which file, where, what.
    """
    try:
        if not (needed or path.is_file()):
            return kind.model_validate({})
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise SettingError(f"{path} can't be read ({error.strerror}): {hint}") from None
    if size > MOST_BYTES:
        raise SettingError(f"{path} has {size} bytes, at most {MOST_BYTES} are read: shorten it")
    try:
        return kind.model_validate(tomllib.loads(raw.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise SettingError(f"{path} is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        raise SettingError(f"{path}: {_sentence(error, example)}") from None


def _sentence(error: ValidationError, example: str) -> str:
    """Every mistake as ``where: what``, at most five; no value is told, it may be a secret."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = []
    for item in problems[:5]:
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"no such entry: see the example in {example}"
        told.append(f"{'.'.join(str(part) for part in item['loc']) or 'the file'}: {message[:1].lower()}{message[1:]}")
    more = f" and {len(problems) - 5} more" if len(problems) > 5 else ""
    return "; ".join(told) + more
