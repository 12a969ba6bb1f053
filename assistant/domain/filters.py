"""What narrows a search, a count or a list; resolved in SQL, the same everywhere."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Filters:
    """Each tuple means "one of these"; days are ``YYYY-MM-DD``, both ends included."""

    product: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    theme: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    deep_category: tuple[str, ...] = ()
    aspect: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    """Regions as they are stored."""
    source: tuple[str, ...] = ()
    """Values of the source's own columns that became no field of ours (京东, 学校), letter for letter."""

    @property
    def empty(self) -> bool:
        """True where nothing is narrowed."""
        return not any(getattr(self, f.name) for f in fields(self))
