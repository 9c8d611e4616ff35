"""Questions are named by their place, and a recorder changes nothing that a test sees."""

import pytest

from autograder.engine import MissingName, Remote, StudentError, Worker
from autograder.gate.evidence.witness import MOST_QUESTIONS, Recorder, Witness, changed


class Yes(Witness):
    """Says yes."""

    def answer(self, *question: object) -> bool:
        return True


def test_a_recorder_passes_questions_on_and_notes_answers(worker: Worker) -> None:
    recorder = Recorder(worker)
    submission = recorder.submission
    pair = submission.Pair(3, submission.double(4))
    assert isinstance(pair, Remote)
    assert (pair[1], len(pair), pair.items) == (8, 2, [3, 8])
    (first, second) = submission.pairs(1, 2)
    assert (first[0], second[1]) == (1, -2)
    made = submission.setup("pair = make(1, 2)\nsize = len(pair)", make=submission.Pair)
    assert (made.size, made.pair[0]) == (2, 1)
    assert {place: len(answers) for place, answers in recorder.heard.items()} == {
        "notebook.Pair": 2,
        "notebook.double": 1,
        "notebook.double()": 1,
        "notebook.Pair()": 1,
        "notebook.Pair()[]": 1,
        "len(notebook.Pair())": 1,
        "notebook.Pair().items": 1,
        "notebook.pairs": 1,
        "notebook.pairs()": 1,
        "notebook.pairs()[]": 2,
        "setup()": 1,
        "setup().size": 1,
        "setup().pair": 1,
        "setup().pair[]": 1,
    }
    assert recorder.heard["notebook.double()"][0].is_plain
    assert not recorder.heard["notebook.pairs()"][0].is_plain
    assert recorder.heard["notebook.Pair()"][0].is_object
    assert not recorder.heard["notebook.pairs()"][0].is_object


def test_what_is_raised_is_noted_too(worker: Worker) -> None:
    recorder = Recorder(worker)
    with pytest.raises(MissingName):
        _ = recorder.submission.treble
    with pytest.raises(StudentError):
        recorder.submission.double(None)
    assert isinstance(recorder.heard["notebook.treble"][0].raised, MissingName)
    assert isinstance(recorder.heard["notebook.double()"][0].raised, StudentError)


def test_the_same_question_is_known_by_its_inputs(worker: Worker) -> None:
    def asked(*inputs: object) -> bytes:
        recorder = Recorder(worker)
        double = recorder.submission.double
        for value in inputs:
            double(value)
        return recorder.heard["notebook.double()"][-1].question

    assert asked(3) == asked(4, 3)
    assert asked(3) != asked(4)
    assert asked([1.0]) != asked((1.0,))


def test_what_cannot_be_sent_to_a_worker_is_refused_here_too() -> None:
    with pytest.raises(TypeError, match="can't be sent"):
        Yes().submission.setup("", thing=object())


def test_asking_without_end_comes_to_one() -> None:
    witness = Yes()
    with pytest.raises(AssertionError, match="without end"):
        for _ in range(MOST_QUESTIONS + 1):
            _ = witness.submission.more


def test_values_keep_their_form() -> None:
    assert changed([1, (2, {"a": 3})], lambda leaf: -leaf) == [-1, (-2, {"a": -3})]
