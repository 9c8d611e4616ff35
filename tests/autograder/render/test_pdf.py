"""A page becomes a PDF in a real Chromium."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.render.chromium import HOW_TO_GET_IT, find_chromium
from autograder.render.pdf import print_pdf

PAGE = "<h1>Lab</h1><p>{filler}</p><details><summary>Answer</summary><p>{filler}</p></details>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "lab.html"
    path.write_text(PAGE.format(filler="words " * 4000), "utf-8")
    return path


def num_pages(pdf: Path) -> int:
    return pdf.read_bytes().count(b"/Type /Page\n")


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
def test_what_is_folded_is_printed_if_asked_for(page: Path, tmp_path: Path) -> None:
    folded, unfolded = tmp_path / "folded.pdf", tmp_path / "unfolded.pdf"
    print_pdf(page, folded, unfold=False)
    print_pdf(page, unfolded, unfold=True)
    assert folded.read_bytes().startswith(b"%PDF-")
    assert 1 < num_pages(folded) < num_pages(unfolded)


def test_without_chromium_the_reason_is_one_line(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"lab\.pdf: not printed: no Chromium"):
        print_pdf(page, tmp_path / "lab.pdf", unfold=False)
