"""What the student's evaluation makes of a tiny model: by itself, so that no slip in a training
step stands before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from call_probes import passes
from other_losses import OTHER_LOSSES
from torch import Tensor, nn

from autograder.judge.expected import computed_once
from lib.kit.checks import CheckFailure, assert_close, fail, take_dict, take_list, take_number
from lib.kit.checks.selfcheck import Submission
from lib.reference import training

CALL = """
model.train()
result = evaluate(model, loss, val_dataset, batch_size)
after = (model.fc.weight * direction).sum()
slope = torch.autograd.grad(after, model.fc.weight)[0] if after.requires_grad else None
"""
TASKS = {"evaluate": training.BINARY, "evaluate_addition": training.ADDITION}
WITHOUT_EVAL = "\nmodel.eval = lambda: model\n"
WITHOUT_EVAL_HINT = "Train mode is on during evaluation: call `model.eval()` first"


@dataclass(frozen=True)
class EvaluationRun:
    """What the student's evaluation and the reference made of the same model and data."""

    model: Any  # behind its handle
    result: Any  # mean loss and accuracy, as the student's function returned them
    slope: Any  # of a product with `direction` after it
    direction: Tensor
    twin: nn.Module
    expected: tuple[float, float]
    evaluate_with: Callable[[str], tuple[nn.Module, tuple[float, float]]]  # further set-up
    other_losses: Sequence[str]  # further set-up, for other ways to take a batch's loss

    def loss(self) -> float:
        """The student's mean loss."""
        return self._number(0, "the loss of the evaluation")

    def assert_loss(self, hint: str = "") -> None:
        """The mean loss must be what the reference reports, however a batch's loss is taken."""
        self._assert_number(0, "the loss of the evaluation", hint, self.other_losses)

    def assert_right_loss(self, hint: str) -> None:
        """The mean loss must be what the reference reports."""
        self._assert_number(0, "the loss of the evaluation", hint)

    def assert_accuracy(self, hint: str = "") -> None:
        """The accuracy must be what the reference reports."""
        self._assert_number(1, "the accuracy of the evaluation", hint)

    def assert_changed_nothing(self) -> None:
        """The model must hold what it held before."""
        before = self.twin.state_dict()  # the reference changes nothing
        state = take_dict(dict(self.model.state_dict()), before, "the evaluated model")

        def assert_is(twin: nn.Module) -> None:
            for name, value in twin.state_dict().items():
                assert_close(state[name], value, f"`{name}` after an evaluation", rtol=1e-3)

        hint = "An evaluation leaves parameters and running averages as they are"
        self._assert_as_evaluated(lambda twin, _: assert_is(twin), hint)

    def assert_still_learns(self) -> None:
        """After the evaluation the model must get gradients again."""
        if self.slope is None:
            hint = "`with torch.no_grad():` switches them off for its block only"
            fail("after the evaluation the model gets no gradients any more", hint)
        assert_close(self.slope, self.direction, "a gradient after the evaluation", rtol=1e-3)

    def _number(self, place: int, what: str) -> float:
        hint = "Return the mean loss and the accuracy"
        pair = take_list(self.result, 2, "the result of the evaluation", hint=hint)
        return take_number(pair[place], what)

    def _assert_number(self, place: int, what: str, hint: str, others: Sequence[str] = ()) -> None:
        actual = torch.tensor(self._number(place, what))

        def assert_same(_: nn.Module, expected: tuple[float, float]) -> None:
            assert_close(actual, torch.tensor(expected[place]), what, rtol=1e-3)

        self._assert_as_evaluated(assert_same, hint, others)

    def _assert_as_evaluated(
        self,
        assert_same: Callable[[nn.Module, tuple[float, float]], None],
        hint: str,
        others: Sequence[str] = (),
    ) -> None:
        """It must be as the reference has it, or with some further set-up; if it is as without eval
        mode, the hint says so."""

        def is_as_with(setup: str) -> bool:
            return passes(lambda: assert_same(*self.evaluate_with(setup)))

        try:
            assert_same(self.twin, self.expected)
        except CheckFailure as failure:
            if is_as_with(WITHOUT_EVAL):  # which some other set-up may give by chance
                fail(failure.what, WITHOUT_EVAL_HINT)
            if not any(map(is_as_with, others)):
                fail(failure.what, hint)


def evaluate_probe(
    submission: Any,
    evaluate: str,
    source: str,
    *,
    batch_size: int = 100,
    forgives: bool = True,
    **inputs: Any,
) -> EvaluationRun:
    """Evaluate by `evaluate` or `evaluate_addition` what `source` makes: model, loss, data. Where
    that `forgives`, the loss takes labels in another form, too."""
    function, direction = getattr(submission, evaluate), inputs["weight"].flip(0, 1)
    inputs |= {"direction": direction, "forgives": forgives}
    theirs = submission.setup(source + CALL, evaluate=function, batch_size=batch_size, **inputs)

    def evaluate_with(slip: str) -> tuple[nn.Module, tuple[float, float]]:
        return _evaluate_twin(evaluate, source + slip, batch_size, inputs)

    ran = theirs.model, theirs.result, theirs.slope, direction
    return EvaluationRun(*ran, *evaluate_with(""), evaluate_with, OTHER_LOSSES[evaluate])


@computed_once
def _evaluate_twin(
    evaluate: str, source: str, batch_size: int, inputs: dict[str, Any]
) -> tuple[nn.Module, tuple[float, float]]:
    def reference(*arguments: Any) -> tuple[float, float]:
        return training.evaluate(*arguments, task=TASKS[evaluate])

    here = Submission({})  # runs the source in this process
    made: Any = here.setup(source + CALL, evaluate=reference, batch_size=batch_size, **inputs)
    return made.model, made.result
