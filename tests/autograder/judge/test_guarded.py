"""Labs that take every value: handles work as ever, everything else is still to be taken."""

from collections.abc import Iterator

import pytest

from autograder.engine import MissingName, Misuse, Worker, Zygote
from autograder.judge.guarded import Guarded
from lib.kit.checks import assert_equal, take_flag, take_integer, take_list, take_text
from lib.kit.checks.untaken import TakeValuesFirst, Untaken

NOTEBOOK = """
class Counter:
    name = "counter"
    def __init__(self, start=0): self.values = [start]
    def add(self, number=1):
        self.values.append(number)
        return self
    def total(self, *others): return sum(self.values) + sum(other.total() for other in others)
    def __len__(self): return len(self.values)
    def __getitem__(self, place): return self.values[place]
    def setup(self, source, name=""): return source + name
    def again(self, name, source): return name + source
"""


@pytest.fixture
def submission(zygote: Zygote) -> Iterator[Guarded]:
    worker: Worker = zygote.fork(0)
    assert worker.execute(NOTEBOOK) is None
    yield Guarded(worker.submission)
    worker.kill()


def test_values_are_untaken_wherever_they_come_from(submission: Guarded) -> None:
    counter = submission.Counter(3).add(4)
    made = submission.setup("total = counter.total()\nboth = [counter, 5]", counter=counter)
    values = [counter.total(), counter[1], counter.values, made.total, made.both, counter.name]
    assert {type(value) for value in values} == {Untaken}
    assert take_integer(values[0], least=0, most=9) == 7
    assert_equal(values[2], [3, 4])
    assert take_text(values[5]) == "counter"
    with pytest.raises(TakeValuesFirst):
        values[0] + 1


def test_handles_stay_handles(submission: Guarded) -> None:
    counter, other = submission.Counter(1), submission.Counter(2)
    assert type(counter) is Guarded
    assert (len(counter), bool(counter), counter.type_name) == (1, True, "Counter")
    assert repr(counter) == "<Remote Counter>"
    assert take_integer(counter.total(other), least=3, most=3) == 3
    held = take_list(submission.setup("both = list(both)", both=[counter, other]).both, 2)
    assert [type(one) for one in held] == [Guarded, Guarded]
    found = submission.setup("same = found['one'] is one", found={"one": counter}, one=counter)
    assert take_flag(found.same)
    assert_equal(counter.setup("set", name="up"), "setup")  # of the object, not of the notebook
    for use in (list, lambda one: one == 1, lambda one: {one}, lambda one: one + 1):
        with pytest.raises(Misuse, match="<Remote Counter> stays in the worker"):
            use(counter)
    assert_equal(submission.content_of(counter), {"values": [1]})
    again = submission.again("Counter", "names['size'] = size", size=counter.total())
    assert_equal(again.size, 1)
    assert_equal(counter.again("set", "up"), "setup")
    with pytest.raises(MissingName):
        counter.missing  # noqa: B018


def test_what_came_back_can_be_sent_again_untaken(submission: Guarded) -> None:
    double = submission.setup("def double(x): return x + x").double
    counter = submission.Counter(3)
    assert_equal(double(double(counter.total())), 12)
    assert_equal(double(x=counter.name), "countercounter")
    assert_equal(double([counter.total(), {"a": counter.values}]), [3, {"a": [3]}] * 2)
    assert_equal(counter[submission.setup("zero = 0").zero], 3)
    assert_equal(submission.setup("same = given", given=counter.total()).same, 3)
    called = submission.call(double, counter.total())
    assert_equal(called.result, 6)
    both = submission.setup("both = [counter, 5]", counter=counter).both
    assert_equal(submission.setup("own = both[0].total()", both=both).own, 3)


def test_the_kernels_figures_need_no_taking(submission: Guarded) -> None:
    with submission.peak_memory() as memory:
        submission.setup("held = bytearray(20 * 2**20)")
    assert memory.peak_bytes > 20 * 2**20
    with submission.processor_time() as time:
        submission.setup("sum(range(10**5))")
    assert time.seconds > 0
    source = "class Own: peak_memory, processor_time = 3, 4\nown = Own()"
    counter = submission.setup(source).own
    assert_equal(counter.peak_memory, 3)  # of the object, not of the notebook
    assert_equal(counter.processor_time, 4)
