"""Writes a zip archive that depends on nothing but what goes in: no dates, no order of a disk."""

import io
import zipfile
from collections.abc import Collection, Mapping

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold


def zip_of(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """A zip archive of these files, by their paths; `executable` may be run."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, whose modes follow
            info.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(info, one)
    return content.getvalue()
