"""The page on which formgrader shows a submission, made as nbgrader's extension makes it."""

from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import from_dict
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.course.config import configure


def formgrader_page(notebook: Any, is_configured: bool) -> str:
    """The page for a notebook of plain data, with our settings or as nbgrader comes."""
    config = Config()
    if is_configured:
        configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {"submission_id": "1", "index": 0, "total": 1, "base_url": "", "student": "a"}
    page, _ = HTMLExporter(config=config).from_notebook_node(from_dict(notebook), resources)
    return str(page)
