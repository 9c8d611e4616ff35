"""Secrets are what stands in solutions, hidden tests and the reference, and nowhere else."""

import pytest

from autograder.gate.leaks import read_secrets

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
