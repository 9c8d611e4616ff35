"""Two builds by fresh processes have to give what was released."""

from pathlib import Path

from autograder.gate.bench import Bench, Subject
from autograder.gate.rebuild import check_rebuild


def test_a_stale_release_and_a_source_that_does_not_build(subject: Subject, tmp_path: Path) -> None:
    (subject.release_dir / "stray.txt").write_text("x", "utf-8")
    checks = subject.release_dir / "checks.py"
    checks.write_text(checks.read_text("utf-8").replace("Doubles four", "Doubles"), "utf-8")
    (tmp_path / "work").mkdir()
    bench = Bench(subject, tmp_path / "work", None)  # type: ignore[arg-type]
    changed, stray = check_rebuild(bench).findings
    assert changed.place.endswith("checks.py:8")
    assert stray.place.endswith("stray.txt:1")
    assert bench.solution is not None and bench.solution.is_file()

    text = subject.source.read_text("utf-8")
    subject.source.write_text(text.replace("    #!TAG HWEND\n", ""), "utf-8")
    (finding,) = check_rebuild(Bench(subject, tmp_path / "again", None)).findings  # type: ignore[arg-type]
    assert "doesn't build: " in finding.what
    assert "small.md:" in finding.what
