"""The page that a student reads: what to do next, points, reasons beside code, on its own and
without a script.

It is made from the result, the release and what people gave by hand, of nothing else. The template
escapes whatever it is given; nothing of a student's, a test's or a grader's gets past it as HTML,
and ids are counted, never named. The sanitiser has the last word, and the page's own policy lets a
browser do nothing but draw it. Signs come with words, so that colour is never all there is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..judge.results import HandedFile, SubmissionResult
from ..judge.submission import GRADED
from ..page_template import policy_of, style_of, templates_in
from . import wording
from .losses import losses
from .next_steps import Step, next_steps
from .notebook import said_of
from .outline import Outline
from .question_view import TEXT_LIMIT, question_view
from .recorded import RecordedSubmission
from .sanitise import clean_page
from .standing import Standing, standings
from .tally import tally
from .titles import exercise_of

HERE = Path(__file__).parent
FILE_LINES = 200  # of a file that was handed in besides the notebook
REMARKS_LIMIT = 30
STEPS_LIMIT = 3


def render_page(
    result: SubmissionResult, outline: Outline, recorded: RecordedSubmission, title: str
) -> str:
    """One student's feedback to one lab as a page of HTML.

    Args:
        result: what grading found.
        outline: of the release.
        recorded: the student's row in the gradebook.
        title: of the lab.
    """
    questions = standings(result, outline, recorded)
    shown = [question_view(question, outline, result.files) for question in questions]
    parts: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        parts.setdefault(exercise_of(question.result.id), []).append(number)
    steps = next_steps(losses(questions))
    penalty = recorded.penalty or 0.0
    templates = templates_in(HERE)
    body = templates.get_template("body.html").render(
        title=wording.line(title),
        total=tally(questions, penalty),
        penalty=wording.points(penalty) if penalty else "",
        graded=result.status == GRADED,
        steps=[_step(step, questions) for step in steps[:STEPS_LIMIT]],
        more_steps=len(steps[STEPS_LIMIT:]),
        late=wording.line(recorded.late),
        remarks=[wording.prose(remark) for remark in result.first_remarks(REMARKS_LIMIT)],
        exercises=[
            {
                "title": wording.title(outline.exercises.get(name, name)),
                "questions": [shown[number] for number in numbers],
                **tally([questions[number] for number in numbers]),
            }
            for name, numbers in parts.items()
        ],
        files=[
            {
                "name": wording.line(file.name),
                "said": wording.prose(said_of(file)),
                "text": _file_text(file),
            }
            for file in result.files
        ],
    )
    style = style_of(HERE / "page.css")
    return str(
        templates.get_template("page.html").render(
            title=wording.line(title),
            style=Markup(style),
            policy=Markup(policy_of(style)),
            body=Markup(clean_page(body)),
        )
    )


def _file_text(file: HandedFile) -> str:
    lines = file.text.splitlines()
    text = wording.cut("\n".join(lines[:FILE_LINES]), TEXT_LIMIT)
    more = len(lines) - FILE_LINES
    return f"{text}\n… ({more} more lines are not shown)" if more > 0 else text


def _step(step: Step, questions: Sequence[Standing]) -> dict[str, Any]:
    question = next(one for one in questions if one.result.id == step.question)
    return {
        "points": wording.points(step.points),
        "questions": step.questions,
        "number": question.number,
        "title": wording.title(question.title),
        "text": wording.prose(wording.shortened(wording.capital(step.text))),
    }
