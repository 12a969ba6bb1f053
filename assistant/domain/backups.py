"""What a backup and a restore have done, and what a backup says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

VaultState = Literal["included", "left_out", "empty"]
IndexState = Literal["included", "left_out"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: its last member, so that one that was cut off has none."""

    format: int
    program: str
    made_at: str
    revision: str
    counts: Mapping[str, int]
    """Table → rows of the database in it."""
    head: str
    """Digest of the last line of its audit book."""
    vault: VaultState
    index: IndexState
    files: Mapping[str, tuple[int, str]]
    """Member → bytes and SHA-256."""
    settings: Mapping[str, str]
    """Settings that were not the default, no secrets and no places of the machine."""


@dataclass(frozen=True, slots=True)
class BackupReceipt:
    """What stands in a backup."""

    file: str
    made_at: str
    files: int
    bytes: int
    counts: Mapping[str, int]
    vault: VaultState
    index: IndexState
    head: str
    elsewhere: tuple[str, ...] = ()
    """What the data directory does not hold and nobody should forget: names of settings."""
    left_out: tuple[str, ...] = ()
    """What stands in the data directory and is no file: links and the like."""


@dataclass(frozen=True, slots=True)
class RestoreReceipt:
    """What was put back, after it was compared with what the backup says of itself."""

    data_dir: str
    made_at: str
    files: int
    bytes: int
    counts: Mapping[str, int]
    revision: str
    """The schema that it came with; it was brought up to date where that was older."""
    vault: VaultState
    index: Literal["ok", "to_build"]
    """``to_build``: exact search serves until `voc index` has built it from the vectors in the database."""
    book_stands: bool
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Settings that are not as they were: name → (then, now)."""
