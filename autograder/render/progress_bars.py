"""tqdm's bars in a notebook are widgets, which only a running Jupyter shows: as text they stay."""

import html
import re
from typing import Any

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"


def as_text(notebook: Any) -> None:
    """Replace the progress bars of an executed notebook by how they ended, in place."""
    widgets = notebook.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).pop(VIEW, None)
            if view is not None and view["model_id"] in widgets:
                output.data["text/plain"] = _words(widgets, view["model_id"])


def _words(widgets: Any, model_id: str) -> str:
    """All that the labels of a widget say."""
    state = widgets[model_id]["state"]
    children = [child.removeprefix("IPY_MODEL_") for child in state.get("children", [])]
    label = state.get("value")
    own = [_plain(label)] if isinstance(label, str) else []
    return " ".join(filter(None, [*own, *(_words(widgets, child) for child in children)]))


def _plain(label: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", label)).replace("\u2007", " ").strip()
