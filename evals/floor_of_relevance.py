"""How many questions that are nobody's business here find nothing, and how many of staff's own find something."""

from collections.abc import Callable, Collection

from evals import real_texts
from evals.metrics.measured import share

Finds = Callable[[str], bool]
ELSEWHERE = {
    "elsewhere": "elsewhere.tsv",
    "elsewhere_held_out": "elsewhere_held_out.tsv",
    "off_topic": "off_topic.txt",
    "off_topic_common": "off_topic_common.txt",
    "off_topic_old_held_out": "off_topic_held_out.txt",
}
HELD_OUT = ("elsewhere_held_out", "staff_held_out")
NEW = ("elsewhere", "staff", *HELD_OUT)
STAFF = {"staff": "staff.tsv", "staff_held_out": "staff_held_out.tsv"}


def figures(name: str, finds: Finds, only: Collection[str] = (*ELSEWHERE, *STAFF)) -> dict[str, float]:
    """Shares of refused questions from elsewhere (``…_refused``) and of found ones of staff (``…_kept``) over some texts.

    Texts that no staff question is asked of give refusals only. `only` names the sets of questions that are asked.
    """
    refused: dict[str, float] = {
        f"{kind}_refused": share(not finds(question) for question in asked(file))
        for kind, file in ELSEWHERE.items()
        if kind in only
    }
    own = {kind: asked(file, name) for kind, file in STAFF.items() if kind in only}
    return refused | {f"{kind}_kept": share(map(finds, questions)) for kind, questions in own.items() if questions}


def asked(file: str, of: str | None = None) -> list[str]:
    """The questions of one of our files; where each has a kind before it, those of one kind if that is given."""
    rows = [line.split("\t") for line in real_texts.lines(file)]
    return [row[-1] for row in rows if of is None or row[0] == of]
