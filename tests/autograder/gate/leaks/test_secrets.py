"""Secrets are what stands in solutions, hidden tests and the reference, and nowhere else."""

import pytest

from autograder.gate.leaks import find_leaks, read_secrets

from .conftest import Course


def test_lines_runs_names_and_figures(course: Course) -> None:
    of_kind = {
        secrets.kind.name: secrets
        for secrets in read_secrets(course.source, course.project / "hidden", course.project)
    }
    assert list(of_kind) == ["solution", "written solution", "hidden test", "reference"]
    solution = of_kind["solution"]
    assert list(solution.lines) == [
        "outcome = number // 2",
        "remainder = number - 2 * outcome",
        "assert remainder in (0, 1) and torch.tensor(remainder).item() < 2",
    ]  # `import torch` is given
    assert solution.names == {"remainder": f"{course.source}:11"}  # a message says `outcome`
    assert len(solution.figures) == 1
    assert all(len(run) == 8 for run in solution.runs)
    (line,) = of_kind["written solution"].lines
    assert line.startswith("Whatever remains")
    assert "import torch" not in of_kind["hidden test"].lines | of_kind["reference"].lines
    assert not any("seven" in line.lower() for line in of_kind["reference"].lines)  # ships


@pytest.mark.parametrize(
    ("around", "names"),
    [
        ("{}", ["remainder"]),
        ("total(\n{},\n)", ["remainder"]),
        ("else:\n  {}", ["remainder"]),
        (")\n{}", []),
    ],
)
def test_names_of_blocks_that_are_no_statements(
    course: Course, around: str, names: list[str]
) -> None:
    block = around.format("[remainder for remainder in range(3)]")
    course.source.write_text(f"```python\n#!TAG HWBEGIN\n{block}\n#!TAG HWEND\n```\n", "utf-8")
    solution, *_ = read_secrets(course.source, course.project / "hidden", course.project)
    assert list(solution.names) == names


def test_what_students_hand_in_besides_the_notebook(course: Course) -> None:
    files = course.project / "files"
    (files / "plots").mkdir(parents=True)
    block = "#!TAG HWBEGIN\n#!MSG Think.\n{}\n#!TAG HWEND\n"
    module = f"def given(x):\n    return given_helper(x)\n{block.format('leftover_value = 17 * 3')}"
    (files / "model.py").write_text(module, "utf-8")
    text = f"Why?\n{block.format('Because the sun shines upon all of us.')}"
    (files / "why.md").write_text(text, "utf-8")
    (files / "plots" / "loss.png").write_bytes(b"PNG")
    hidden = course.project / "hidden"
    solution, written, *_ = read_secrets(course.source, hidden, course.project, files)
    assert solution.lines["leftover_value = 17 * 3"].endswith("files/model.py:5")
    assert "leftover_value" in solution.names
    assert written.lines["Because the sun shines upon all of us."].endswith("files/why.md:4")
    assert "return given_helper(x)" not in solution.lines
    without, *_ = read_secrets(course.source, hidden, course.project)
    assert len(solution.figures) == len(without.figures) + 1
    course.plant("plots/loss.png", b"PNG")
    course.plant("model.py", module)
    whats = " ".join(leak.what for leak in find_leaks(course.release, [solution, written]))
    assert "a figure that only a solution shows" in whats and "files/model.py:5" in whats
