"""The attacked lab's tests are not the project's."""

collect_ignore = ["lab"]
