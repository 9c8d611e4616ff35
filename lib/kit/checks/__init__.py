"""What tests are written with, hidden and public alike; ships with every release."""

from .compare import (
    assert_above,
    assert_close,
    assert_equal,
    assert_frame_equal,
    assert_series_equal,
    assert_tensor_equal,
)
from .failure import CheckFailure, fail
from .plots import axes_of
from .question import Question, question, question_of, what_is_checked
from .selfcheck import check, progress
from .take import (
    take_array,
    take_dict,
    take_flag,
    take_frame,
    take_integer,
    take_list,
    take_number,
    take_series,
    take_set,
    take_tensor,
    take_tensors,
    take_text,
)
from .unseen import unseen_output

__all__ = [
    "CheckFailure",
    "Question",
    "assert_above",
    "assert_close",
    "assert_equal",
    "assert_frame_equal",
    "assert_series_equal",
    "assert_tensor_equal",
    "axes_of",
    "check",
    "fail",
    "progress",
    "question",
    "question_of",
    "take_array",
    "take_dict",
    "take_flag",
    "take_frame",
    "take_integer",
    "take_list",
    "take_number",
    "take_series",
    "take_set",
    "take_tensor",
    "take_tensors",
    "take_text",
    "unseen_output",
    "what_is_checked",
]
