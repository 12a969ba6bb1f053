"""Who does something: the user at the machine, or whoever gives a name, for histories and the audit book."""

import os
import re
from getpass import getuser

from assistant.errors import UsageError

LONGEST_NAME = 100
_NUMBER = re.compile(r"\d{7}")


def actor() -> str:
    """The user's name; the number where the machine has no name for it, as in many containers."""
    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


def staff_name(name: str) -> str:
    """A colleague's name as it is kept: on one line, not masked, since a history must tell who decided.

    Raises:
        UsageError: it is blank, too long, or holds a number such as a telephone's.
    """
    found = " ".join(name.split())
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise UsageError(f"say who in 1 to {LONGEST_NAME} characters on one line")
    if _NUMBER.search(found):
        raise UsageError("a name of who decides holds no telephone or other long number: give a name or an account")
    return found
