"""Groups: what their members handed in alike is judged once, and counts for each.

Only a group of `roster.csv` shares a judgement. Of others who handed in the same bytes each is
judged, although the seed of a course is one and the outcome should be the same: a grade has to rest
on a run of one's own, and nothing that happens to one run (a slow moment, a judge that died) may
reach somebody who did not choose to share it. That two strangers hand in the same is for a person.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from ..judge.content import Content
from .course import Course
from .roster import roster_of

Share = tuple[str, str]  # a group, or a student without one; a digest of what was handed in


@dataclass
class Shares:
    """What waits to be judged, by who shares it."""

    course: Course
    _members: dict[Share, list[str]] = field(default_factory=lambda: defaultdict(list))
    _handed_in: dict[str, dict[str, list[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    @cached_property
    def _groups(self) -> dict[str, str]:
        """The group of each student who has one."""
        students = roster_of(self.course.root).students.values()
        return {student.id: student.group for student in students if student.group}

    def has_group(self, student: str) -> bool:
        """Whether the roster has the student in a group."""
        return student in self._groups

    def see(self, content: Content) -> Share:
        """With whom a hand-in is shared, and what it is."""
        share = self._share(content)
        group = self._groups.get(content.student)
        if group:
            notebook = hashlib.sha256(content.notebook or b"").hexdigest()
            self._handed_in[group][notebook].append(content.student)
        return share

    def wait(self, content: Content) -> None:
        """Note that this student waits; whoever shares a share waits for one judgement."""
        self._members[self._share(content)].append(content.student)

    def members(self, content: Content) -> list[str]:
        """All whom a judgement is for, the one who was judged as well."""
        return self._members.get(self._share(content), [content.student])

    def notes(self) -> list[str]:
        """A line for each group whose members handed in different work."""
        return [
            f"group {group}: {' and '.join(', '.join(one) for one in alike.values())} handed in "
            "different work; each is judged by what lies there"
            for group, alike in sorted(self._handed_in.items())
            if len(alike) > 1
        ]

    def _share(self, content: Content) -> Share:
        group = self._groups.get(content.student)
        owner = f"group {group}" if group else f"student {content.student}"
        return owner, content.digest()
