"""A trend as a small drawing: plain numbers in, coordinates for an svg out."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 96.0, 28.0, 3.0


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`lines` are runs of "x,y x,y" (a gap in the figures breaks the line); `dots` the points that stand alone between
    gaps; `last` is the newest point; `target` the height of the target line."""

    lines: tuple[str, ...]
    last: tuple[str, str] | None
    target: str | None
    dots: tuple[tuple[str, str], ...] = ()
    width: float = WIDTH
    height: float = HEIGHT


def sparkline(trend: Sequence[float | None], target: float | None = None) -> Sparkline | None:
    """Scale the figures, and the target with them, into the drawing. None with fewer than two figures."""
    known = [value for value in trend if value is not None]
    if len(known) < 2:
        return None
    seen = known if target is None else [*known, target]
    low, high = min(seen), max(seen)
    span = (high - low) or 1.0

    def height_of(value: float) -> float:
        return HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN)

    step = (WIDTH - 2 * MARGIN) / (len(trend) - 1)
    points = [None if value is None else (MARGIN + i * step, height_of(value)) for i, value in enumerate(trend)]
    last = next(point for point in reversed(points) if point is not None)
    runs = _runs(points)
    return Sparkline(
        lines=tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in runs if len(run) > 1),
        last=(f"{last[0]:.1f}", f"{last[1]:.1f}"),
        target=None if target is None else f"{height_of(target):.1f}",
        dots=tuple((f"{run[0][0]:.1f}", f"{run[0][1]:.1f}") for run in runs if len(run) == 1),
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
