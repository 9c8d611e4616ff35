"""How the time of `similar` grows with the class, for one more student of a large class.

All pairs of 600 students would cost ten times as much for each of them as those of 60.

`python -m tests.bench.likeness` prints how many pairs of independent right answers to Lab 9 are
listed at some thresholds; `python -m tests.bench.likeness 240 3000` what made classes take.
"""

import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from autograder.lab import find_lab
from autograder.similarity.documents import Document
from autograder.similarity.fingerprints import LEAST, distinct, without
from autograder.similarity.likeness import THRESHOLD, compare
from autograder.similarity.normal_form import Kind, normal_form
from autograder.similarity.texts import StudentTexts
from autograder.variants.solution import Solution, read_solution
from autograder.variants.variant import read_variants
from tests.bench.measure import Row

LAB = "lab09"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
GROWTH_LIMIT = 5.0  # for ten times the students
OWN = ("V=V+V", "if V:", "V.V(V)", "for V in V:", "V[V]=V", "V=F(V,V)", "V-=V*V", "V==V")


def right_answers(solution: Solution) -> dict[str, list[Document]]:
    """The code of each right answer, by question; each was written by itself."""
    found: dict[str, list[Document]] = defaultdict(list)
    for variant in read_variants(find_lab(LAB).variants_dir / "right", solution):
        for question in variant.questions:
            cells = [one for one in solution.answers[question] if one in solution.cells]
            texts = [variant.sources[one] for one in cells if one in variant.sources]
            code = "\n\n".join(texts)
            if code:
                normal = normal_form(code, Kind.CODE)
                found[question].append(Document(question, Kind.CODE, variant.name, normal))
    return found


def given_code(solution: Solution) -> list[str]:
    """The normal forms of the release and the solution."""
    texts = {text for piece in solution.lab.pieces for text in (piece.student, piece.solution)}
    return [normal_form(text, Kind.CODE) for text in sorted(texts)]


def listed_pairs() -> tuple[int, list[tuple[float, str, str]]]:
    """How many pairs of right answers are long enough, and the share that each pair has."""
    solution = read_solution(find_lab(LAB).source)
    given = distinct(given_code(solution), Kind.CODE)
    number, found = 0, []
    for answers in right_answers(solution).values():
        hashes = {a.text: without(distinct([a.normal], Kind.CODE), given) for a in answers}
        long = {name: frozenset(row.tolist()) for name, row in hashes.items() if len(row) >= LEAST}
        for (one, left), (other, right) in combinations(long.items(), 2):
            number += 1
            found.append((len(left & right) / min(len(left), len(right)), one, other))
    return number, sorted(found, reverse=True)


def made_class(number: int, answers: Iterable[Iterable[Document]]) -> list[StudentTexts]:
    """Students who took one of the right answers each time, and changed it here and there."""
    rng = random.Random(number)
    choices = [list(one) for one in answers]

    def changed(one: Document) -> Document:
        parts = [one.normal[at : at + 180] for at in range(0, len(one.normal), 180)]
        own = ["".join(rng.choices(OWN, k=rng.randrange(6))) for _ in parts]
        mixed = "".join(part + mine for part, mine in zip(parts, own, strict=True))
        return replace(one, normal=mixed)

    return [
        StudentTexts(f"s{at}", at, [changed(rng.choice(one)) for one in choices])
        for at in range(number)
    ]


def rows() -> Iterator[Row]:
    """What one more student costs in a large class, to what it does in a small one."""
    answers = right_answers(read_solution(find_lab(LAB).source))
    seconds = {number: compare_s(number, answers)[0] for number in (1, 60, 600)}
    small, large = (seconds[n] - seconds[1] for n in (60, 600))
    yield Row("similar: a student of 600 / of 60", large / 600 / (small / 60), GROWTH_LIMIT)


def compare_s(number: int, answers: dict[str, list[Document]]) -> tuple[float, int]:
    """Seconds of CPU, and how many likenesses there are to read."""
    class_of = made_class(number, answers.values())
    start = time.process_time()
    found = compare(class_of, [])
    return time.process_time() - start, len(found.likenesses)


def main(numbers: list[int]) -> None:
    if not numbers:
        number, found = listed_pairs()
        for threshold in THRESHOLDS:
            listed = sum(share >= threshold for share, *_ in found)
            print(f"{threshold:.0%}: {listed} of {number} pairs, {listed / number:.2%}")
        for share, one, other in found:
            if share >= THRESHOLD:
                print(f"  {share:.2f}  {one}  {other}")
    answers = right_answers(read_solution(find_lab(LAB).source)) if numbers else {}
    for number in numbers:
        seconds, listed = compare_s(number, answers)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{number:5} students: {seconds:.1f} s of CPU, {peak} MiB, {listed} to read")


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]])
