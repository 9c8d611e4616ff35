"""Tables of outcomes."""

import re

import pytest

from lib.kit.checks.tables import Outcome, Verdict, as_summary, as_table, worst


def test_tables_read_on_light_and_dark_pages() -> None:
    verdicts: tuple[Verdict, ...] = ("passed", "failed", "open", "stale")
    outcomes = [Outcome("a", verdict, "<b>") for verdict in verdicts]
    for text in (
        as_table("<i>", outcomes),
        as_summary({v: [o] for v, o in zip(verdicts, outcomes, strict=True)}),
    ):
        pairs = re.findall(r"background-color:#(\w{6});color:#(\w{6})", text)
        assert len(pairs) == 4
        for ground, ink in pairs:
            assert contrast(ground, ink) > 4.5  # WCAG AA
        assert "<i>" not in text


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, WCAG 2.2."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "passed"),
        (["passed", "open"], "open"),
        (["open", "failed", "passed"], "failed"),
        (["failed", "stale"], "stale"),
    ],
)
def test_a_question_has_the_verdict_that_needs_a_hand_first(
    verdicts: list[Verdict], expected: Verdict
) -> None:
    assert worst([Outcome("a", verdict) for verdict in verdicts]) == expected


def test_details_stand_below_the_message_and_are_escaped() -> None:
    text = as_table("ex1", [Outcome("a", "failed", "wrong", ("expected <1>", "got 2"))])
    assert "wrong<br><code>expected &lt;1&gt;</code><br><code>got 2</code>" in text


def test_code_between_backticks_looks_like_code() -> None:
    text = as_table("ex1", [Outcome("`f` is <fast>", "failed", "set `x < 3` in `f`, and ` alone")])
    assert "<td style='text-align:left'><code>f</code> is &lt;fast&gt;</td>" in text
    assert "set <code>x &lt; 3</code> in <code>f</code>, and ` alone" in text
