"""The page on which formgrader shows a submission, made as nbgrader's extension makes it."""

from functools import cache
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import from_dict
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.course.config import configure


def formgrader_page(notebook: Any, is_configured: bool) -> str:
    """The page for a notebook of plain data, with our settings or as nbgrader comes."""
    resources = {"submission_id": "1", "index": 0, "total": 1, "base_url": "", "student": "a"}
    page, _ = _exporter(is_configured).from_notebook_node(from_dict(notebook), resources)
    return str(page)


@cache  # formgrader, too, has one for all pages
def _exporter(is_configured: bool) -> HTMLExporter:
    config = Config()
    if is_configured:
        configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.optimistic_validation = True  # once, not after each of 13 steps
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    return HTMLExporter(config=config)
