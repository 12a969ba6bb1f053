"""Knows how a figure is written for a reader: digits, of how many, interval and floor."""

from evals.scores.kept import Figure


def number(figure: Figure) -> str:
    """The figure alone: a count without decimals, a share with two, a small one with three."""
    value = figure.value
    if abs(value) >= 10 or (figure.n is None and value == int(value)):
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 0.1 and value else f"{value:.2f}"


def beside(figure: Figure) -> str:
    """What stands beside it: of how many, the interval, the floor; blank where there is nothing."""
    parts = [f"n {figure.n:,}"] if figure.n else []
    if figure.interval:
        parts.append(f"{figure.interval[0]:.2f}-{figure.interval[1]:.2f}")
    if figure.floor is not None:
        parts.append(f"floor {figure.floor:g}" + (" **not held**" if figure.fallen else ""))
    return ", ".join(parts)
