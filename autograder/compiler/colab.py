"""The cell that `#!TAG COLAB` stands for: what a lab needs to run in Google Colab.

Colab opens a notebook alone, without the files that lie beside it. So the cell asks for them.
"""

COLAB_TAG = "only-in-colab"  # marks the cell; `autograder.assignment` leaves it out by this

_CELL = """\
# For Google Colab: asks for {lab}.zip, the lab's folder as a zip file. Elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import io
    import os
    import zipfile
    from pathlib import Path

    from google.colab import files

    folder = Path("/content/{lab}")
    if not folder.is_dir():
        print("Choose {lab}.zip: the folder that you received, as a zip file.")
        for content in files.upload().values():
            zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    for notebook in folder.rglob("{lab}.ipynb"):
        os.chdir(notebook.parent)"""


def colab_cell(lab: str) -> str:
    """The cell's code, for the lab of this name."""
    return _CELL.replace("{lab}", lab.replace("\\", r"\\").replace('"', r"\""))
