"""The repository is put together from parts: none of them may take another's name, private ones neither."""

from collections import defaultdict

from assistant.records.repository import Repository


def test_no_two_parts_share_a_name() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for part in Repository.__mro__[:-1]:
        for name in vars(part):
            if not name.startswith("__"):
                owners[name].append(part.__name__)
    assert {name: parts for name, parts in owners.items() if len(parts) > 1} == {}
