"""Lines, tokens and runs of tokens."""

from autograder.gate.leaks.text import CODE, PROSE, Line, Token, normalised, numbered, runs, tokens


def test_tokens_know_their_line_and_no_blanks() -> None:
    lines = numbered("  Ab(c,\n\n d.e)")
    assert lines[2] == Line(3, " d.e)")
    found = tokens(lines, CODE)
    assert "".join(token.text for token in found) == "ab(c,d.e)"
    assert found[4] == Token("d", 3)
    assert [token.text for token in tokens(lines, PROSE)] == ["ab", "c", "d", "e"]


def test_runs() -> None:
    sequence = [Token(letter, 1) for letter in "abcd"]
    assert list(runs(sequence, 3)) == [(0, ("a", "b", "c")), (1, ("b", "c", "d"))]
    assert list(runs(sequence, 5)) == []


def test_normalised() -> None:
    assert normalised("\t a   b ") == "a b"
