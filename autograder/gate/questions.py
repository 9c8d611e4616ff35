"""Checks of the questions: their points add up, and each has the tests that it needs."""

import re

from ..add_points import add_points
from ..assignment import nbgrader_tag
from ..errors import shown
from .bench import Bench, Finding, Seen

_TAG = re.compile(r"^\s*#!TAG\s+QUESTION\s+(?P<id>\S+)(?:\s+(?P<points>\S+))?\s*$", re.MULTILINE)


def check_points(bench: Bench) -> Seen:
    """What tests and tags promise is what nbgrader's metadata say, question by question."""
    subject = bench.subject
    tests = [*subject.public_tests, *subject.hidden_tests]
    by_tests: dict[str, list[float]] = {}
    for test in tests:
        by_tests.setdefault(test.question_id, []).append(test.points)
    tags = {tag["id"]: tag["points"] for tag in _TAG.finditer(subject.source.read_text("utf-8"))}
    findings = []
    questions = subject.assignment.questions
    for question in questions:
        place = subject.place_of_question(question.id)
        if question.id not in tags:
            wrong = f"the release asks {question.id}, the source doesn't; build it again"
            findings.append(Finding(f"{shown(subject.notebook_path)}:1", wrong))
            continue
        points = (
            tags[question.id] if question.written else add_points(by_tests.get(question.id, ()))
        )
        if question.max_score != float(points or 0):
            giver = "its tag gives" if question.written else "its tests give"
            wrong = f"{question.id} has {question.max_score:g} points in the release, {giver} "
            findings.append(Finding(place, f"{wrong}{float(points or 0):g}; build it again"))
        if question.max_score <= 0:
            findings.append(Finding(place, f"{question.id} earns no points; give it some"))
    ids = {question.id for question in questions}
    for missing in sorted(set(tags) - ids):
        wrong = f"the source asks {missing}, the release doesn't; build it again"
        findings.append(Finding(subject.place_of_question(missing), wrong))
    for test in tests:
        if test.question_id not in ids:
            wrong = f"{test.name} belongs to no question of the release; fix its mark"
            findings.append(Finding(f"{shown(test.path)}:{test.line}", wrong))
    total = add_points(question.max_score for question in questions if not question.extra)
    extra = add_points(question.max_score for question in questions if question.extra)
    graded = [cell for cell in subject.assignment.notebook.cells if nbgrader_tag(cell).get("grade")]
    if len(graded) != len(ids):
        wrong = "two cells have one question id; give each its own"
        findings.append(Finding(f"{shown(subject.notebook_path)}:1", wrong))
    beyond = f", {extra:g} extra" if extra else ""
    return Seen(f"{len(questions)} questions, {total:g} points{beyond}", findings)


def check_tests(bench: Bench) -> Seen:
    """Every question that is graded by tests has one, hidden or public."""
    subject = bench.subject
    tested = {test.question_id for test in subject.tests}
    findings = [
        Finding(subject.place_of_question(question), f"{question} has no test; write a hidden one")
        for question in subject.assignment.tested
        if question not in tested
    ]
    numbers = f"{len(subject.public_tests)} public, {len(subject.hidden_tests)} hidden tests"
    return Seen(numbers, findings)
