"""Which words before lines of talk are people's names although no word says so: told by how the lines stand together."""

import re
from collections import Counter
from collections.abc import Sequence

from assistant.intake.columns import known_field
from assistant.intake.speakers import is_thing, is_voice, speaking_word

_NO_NAME = re.compile(r"[，。？！、；,?!;/\\=<>{}|\"“”]|^\W*\d+\W*$|^(?:https?|www|q\d*|a\d*)$", re.I)
_LONGEST = 16
_LINES = 4
_SHARE = 0.8
_TITLE_LINES = 3


def heading_names(found: Sequence[str | None]) -> set[str]:
    """The names on headers of a whole moment and a name, where such headers part the text without blank lines.

    Args:
        found: for each line that is not blank the name if it looks like such a header, else None. Two headers or more
            of which the first stands on top, below a title at most, are a chat copied as text.
    """
    places = [place for place, name in enumerate(found) if name is not None and not _NO_NAME.search(name)]
    if len(places) < 2 or places[0] >= _TITLE_LINES:
        return set()
    return {name for place in places if (name := found[place])}


def repeated_labels(found: Sequence[str | None]) -> set[str]:
    """The names before colons that no word explains, where the lines are a conversation.

    They are one if a role word speaks beside a label that comes again; or if nearly every line has a label and a role
    word is among them, or two labels come again.

    Args:
        found: for each line that is not blank what stands before its first colon, None where nothing does.
    """
    labels = [label.strip() for label in found if label and _is_label(label.strip())]
    spoken = {label for label in labels if speaking_word(label) is not None or is_voice(label)}
    strange = Counter(label for label in labels if label not in spoken)
    again = {label for label, count in strange.items() if count > 1}
    nearly_all = len(labels) >= max(_LINES, _SHARE * len(found)) and len(strange) + len(spoken) > 1
    if nearly_all and (spoken or len(again) > 1):
        return set(strange)
    return again if spoken else set()


def _is_label(label: str) -> bool:
    if not label or len(label) > _LONGEST or _NO_NAME.search(label):
        return False
    return speaking_word(label) is not None or (known_field(label) is None and not is_thing(label))
