"""The same files make the same archive, and what may be run says so."""

import io
import stat
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from autograder.zip_archive import zip_of

NAMES = st.from_regex(r"[a-zä]{1,5}(/[a-z]{1,5})?", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=50)), st.data())
def test_files_come_back_whatever_their_order_was(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    runs = data.draw(st.sets(st.sampled_from(sorted(files)))) if files else set()
    content = zip_of(files, runs)
    assert content == zip_of(dict(reversed(files.items())), runs)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {one.filename: archive.read(one) for one in archive.infolist()} == files
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
        assert {one.date_time for one in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
    assert {name for name, mode in modes.items() if mode & stat.S_IXUSR} == runs
