"""Who is at the machine, for the audit book."""

import os
from getpass import getuser


def actor() -> str:
    """The user's name; the number where the machine has no name for it, as in many containers."""
    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
