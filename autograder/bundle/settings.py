"""How a bundle grades: a file of settings, which lies in it."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

FILE = "bundle.json"
PLATFORM_LIMIT_S = 600  # Gradescope's own, unless an instructor sets another


class Visibility(StrEnum):
    """When students see the points and what hidden tests say, as Gradescope names it."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Settings:
    """The lab, the secret that all inputs of tests follow from, and what the instructor chose."""

    lab: str
    seed: int
    visibility: Visibility = Visibility.AFTER_PUBLISHED
    limit_s: int = PLATFORM_LIMIT_S  # the platform ends a grading then
    allow_unconfined: bool = False


def settings_as_text(settings: Settings) -> str:
    """The settings as they lie in a bundle."""
    return json.dumps(asdict(settings), indent=1) + "\n"


def read_settings(folder: Path) -> Settings:
    """The settings of a bundle that was unpacked into a folder."""
    read = json.loads((folder / FILE).read_text("utf-8"))
    return Settings(**{**read, "visibility": Visibility(read["visibility"])})
