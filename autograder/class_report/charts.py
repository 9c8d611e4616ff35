"""Plots as SVG: text and shapes in the page's own colours, so that both themes show them well.

Each has a title and a description for who can't see it; the page has the same figures as a table.
"""

import math
from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup, escape

from .items import Item
from .summary import QuestionRow

WIDTH = 640  # of a plot, in px of its own
BAR, LINE = 14, 22  # px: height of a bar and of its row
LABEL = 150  # px for the names of questions
KINDS = ("full", "part", "none", "open", "waiting")
DARK = ("full", "none")  # kinds whose colour needs the other ink
MOST_ROWS = 100  # of the map; beyond, neighbours share one
MOST_BINS = 20
MAP_HEIGHT = 320  # px


def pass_bars(rows: Sequence[QuestionRow]) -> Markup:
    """A bar per question: shares of students with full, part and no points, open and waiting."""
    shapes = []
    scale = WIDTH - LABEL
    for place, row in enumerate(rows):
        counts = [getattr(row, kind) for kind in KINDS]
        number, x, y = sum(counts) or 1, float(LABEL), place * LINE
        shapes.append(_text(LABEL - 8, y + BAR - 2, row.item.name, "end"))
        for kind, count in zip(KINDS, counts, strict=True):
            width = scale * count / number
            if count:
                hover = f"{row.item.name}: {count} of {number} {WORDS[kind]}"
                shapes.append(_rect(x, y, width, BAR, kind, hover))
                if width > 26:
                    ink = "on" if kind in DARK else "small"
                    shapes.append(_text(x + width / 2, y + BAR - 3, str(count), "middle", ink))
            x += width
    return _svg(
        shapes,
        len(rows) * LINE,
        "How many students earned what, by question",
        "One bar per question, from full points on the left to no answer on the right.",
    )


WORDS = {
    "full": "with full points",
    "part": "with part of the points",
    "none": "with no points",
    "open": "gave no answer",
    "waiting": "wait for a person",
}


def histogram(scores: Sequence[float], max_score: float) -> Markup:
    """How many students have scores between two bounds."""
    most = max([max_score, *scores, 1.0])
    width = _round_step(most / min(MOST_BINS, max(4, math.isqrt(len(scores)) + 1)))
    bins = math.floor(most / width) + 1
    counts = [0] * bins
    for score in scores:
        counts[min(bins - 1, max(0, math.floor(score / width)))] += 1
    height, top = 160, max([*counts, 1])
    column = (WIDTH - 20) / bins
    shapes = []
    for place, count in enumerate(counts):
        tall = height * count / top
        x = 10 + place * column
        hover = f"{count} students with {place * width:g} to {(place + 1) * width:g} points"
        shapes.append(_rect(x + 1, 20 + height - tall, column - 2, tall, "bar", hover))
        if count and column > 14:
            shapes.append(_text(x + column / 2, 14 + height - tall, str(count), "middle"))
    step = math.ceil(bins / 10)
    shapes += [
        _text(10 + place * column, height + 38, f"{place * width:g}", "middle")
        for place in range(0, bins + 1, step)
    ]
    shapes.append(_text(WIDTH / 2, height + 58, "points", "middle"))
    return _svg(
        shapes,
        height + 64,
        "Scores of the class",
        f"{len(scores)} students, {max_score:g} points can be had.",
    )


def difficulty_and_discrimination(tests: Sequence[Item]) -> Markup:
    """A dot per test: to the right the easy ones, at the top those that tell students apart."""
    left, top, wide, high = 60, 10, WIDTH - 80, 260
    shapes = [_rect(left, top, wide, high, "frame", "")]
    for value in (-0.5, 0.0, 0.5, 1.0):
        y = top + high * (1 - value) / 1.5
        shapes.append(_line(left, y, left + wide, y))
        shapes.append(_text(left - 6, y + 4, f"{value:g}", "end"))
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        shapes.append(_text(left + wide * value, top + high + 18, f"{100 * value:g} %", "middle"))
    for test in tests:
        if test.difficulty is None or test.discrimination is None:
            continue
        x = left + wide * test.difficulty.value
        y = top + high * (1 - max(test.discrimination.value, -0.5)) / 1.5
        kind = "low" if test.discrimination.high < 0 else "dot"
        shapes.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="{kind}">'
            f"<title>{escape(test.name)}</title></circle>"
        )
    shapes.append(_text(left + wide / 2, top + high + 38, "who tried and passed", "middle"))
    shapes.append(
        f'<text transform="translate(16 {top + high / 2}) rotate(-90)" text-anchor="middle">'
        "discrimination</text>"
    )
    return _svg(
        shapes,
        top + high + 46,
        "Difficulty and discrimination of each test",
        "Tests near 0 or below tell nothing about who knows the rest of the lab.",
    )


def outcome_map(outcomes: Sequence[str]) -> Markup:
    """Students as rows, the best on top, and tests as columns, without names.

    In a large class neighbours share a row, which is as dark as the share that passes.
    """
    rows = _merged(outcomes)
    columns = len(outcomes[0]) if outcomes else 0
    paths: dict[str, list[str]] = {}
    for y, row in enumerate(rows):
        x = 0
        for kind, run in groupby(row):
            length = len(list(run))
            paths.setdefault(kind, []).append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    shapes = [
        f'<path class="{kind}" d="{"".join(steps)}"/>' for kind, steps in sorted(paths.items())
    ]
    title = "Students and tests"
    about = f"{len(outcomes)} students from the best to the weakest, {columns} tests"
    return Markup(
        f'<svg viewBox="0 0 {max(columns, 1)} {max(len(rows), 1)}" preserveAspectRatio="none" '
        f'class="map" height="{min(MAP_HEIGHT, 24 * max(len(rows), 1))}" role="img" '
        f'aria-label="{title}: {about}" shape-rendering="crispEdges"><title>{title}</title>'
        f"{''.join(shapes)}</svg>"
    )


def _merged(outcomes: Sequence[str]) -> list[list[str]]:
    """For each row and test the class of its shade: s0 (none passes) to s4 (all), or open."""
    size = math.ceil(len(outcomes) / MOST_ROWS)
    rows = []
    for start in range(0, len(outcomes), size or 1):
        some = outcomes[start : start + size]
        rows.append([_shade(column) for column in zip(*some, strict=True)])
    return rows


def _shade(letters: Sequence[str]) -> str:
    tried = [letter for letter in letters if letter != "o"]
    if not tried:
        return "open"
    return f"s{round(4 * tried.count('p') / len(tried))}"


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, … (or 0.1, 0.2, …) that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def _svg(shapes: Sequence[str], height: float, title: str, about: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}. '
        f'{escape(about)}"><title>{escape(title)}</title>{"".join(shapes)}</svg>'
    )


def _rect(x: float, y: float, width: float, height: float, kind: str, hover: str) -> str:
    said = f"<title>{escape(hover)}</title>" if hover else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'class="{kind}">{said}</rect>'
    )


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{marked}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
