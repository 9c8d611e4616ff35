"""What to do next: most points first, one step for each place."""

from autograder.course.losses import Loss
from autograder.course.next_steps import Step, next_steps


def loss(key: str, points: float, losing: str, question: str = "") -> Loss:
    return Loss((key,), points, losing, question or losing, f"fix {key}")


def test_most_points_come_first_and_else_the_order_of_the_notebook() -> None:
    steps = next_steps([loss("a", 1, "q1"), loss("b", 3, "q2"), loss("c", 3, "q3")])
    assert [(step.question, step.points) for step in steps] == [("q2", 3), ("q3", 3), ("q1", 1)]


def test_a_reason_of_several_questions_is_one_step() -> None:
    steps = next_steps([loss("a", 2, "q1"), loss("b", 3, "q2"), loss("a", 2.5, "q3", "q1")])
    assert steps[0] == Step(4.5, "q1", "fix a", 2)
    unknown = next_steps([loss("a", 2, "q1"), loss("a", 1, "q2")])  # each says it lies in itself
    assert unknown == [Step(3, "q1", "fix a", 2)]


def test_several_reasons_of_a_question_are_one_step_which_tells_the_dearest() -> None:
    assert next_steps([loss("a", 1, "q1"), loss("b", 2, "q1")]) == [Step(3, "q1", "fix b")]


def test_what_cost_nothing_is_no_step() -> None:
    assert next_steps([loss("a", 0, "q1")]) == []
