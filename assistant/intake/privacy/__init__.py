"""Masking of personal values: the only place where raw text becomes text that the rest may see."""

from assistant.intake.privacy.egress import EgressLedger, check_abroad, check_egress
from assistant.intake.privacy.key import load_key
from assistant.intake.privacy.known import KnownValue, known_values
from assistant.intake.privacy.masker import Masker
from assistant.intake.privacy.net import SecondNet
from assistant.intake.privacy.policy import MaskingPolicy, load_policy
from assistant.intake.privacy.vault import Vault

__all__ = [
    "EgressLedger",
    "KnownValue",
    "Masker",
    "MaskingPolicy",
    "SecondNet",
    "Vault",
    "check_abroad",
    "check_egress",
    "known_values",
    "load_key",
    "load_policy",
]
