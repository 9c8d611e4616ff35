"""Images come back pixel by pixel, and no size makes the receiver reserve what isn't there."""

import contextlib
import io
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from autograder.engine.untrusted import images
from autograder.engine.untrusted.forms import Kind, Sample, Unsendable
from autograder.engine.untrusted.frame import Frame, MalformedFrame
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import through, unwrap, wrap

MODES = sorted(images.BYTES_OF_PIXEL)
sizes = st.integers(0, 20)


@settings(deadline=None)  # the machine may be busy
@given(st.sampled_from(MODES), sizes, sizes, st.randoms())
def test_images_come_back(mode: str, width: int, height: int, rng: Any) -> None:
    image = Image.new(mode, (width, height))
    if image.tobytes():
        image = Image.frombytes(mode, (width, height), rng.randbytes(len(image.tobytes())))
    back = through(image)
    assert (back.mode, back.size, back.tobytes()) == (mode, (width, height), image.tobytes())


def test_a_palette_comes_along() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([1, 2, 3, 4, 5, 6])
    image.putpixel((1, 0), 1)
    assert through(image).convert("RGB").tobytes() == bytes([1, 2, 3, 4, 5, 6])


def test_an_image_of_a_file_is_an_image() -> None:
    file = io.BytesIO()
    Image.new("RGB", (3, 2), (1, 2, 3)).save(file, "PNG")
    back = through(Image.open(file))
    assert type(back) is Image.Image and back.getpixel((2, 1)) == (1, 2, 3)


class Mine(Image.Image): ...


def test_a_subclass_of_ones_own_stays_behind() -> None:
    assert through(Mine()) == ("handle", 7, "Mine")


def test_what_is_too_large_is_refused_before_it_is_copied() -> None:
    with pytest.raises(Unsendable):
        encode(Image.new("RGB", (200, 200)), wrap, 1000)


MALFORMED: dict[str, tuple[list[Any], bytes]] = {
    "an unknown mode": ([Kind.IMAGE, "BGR;15", 1, 1, b""], b"12"),
    "too few bytes": ([Kind.IMAGE, "RGB", 1, 2, b""], b"123"),
    "bytes left over": ([Kind.IMAGE, "L", 1, 1, b""], b"12"),
    "an enormous side": ([Kind.IMAGE, "L", 2**30, 2**30, b""], b""),
    "an enormous nothing": ([Kind.IMAGE, "L", 2**40, 0, b""], b""),
    "a negative side": ([Kind.IMAGE, "L", -1, -1, b""], b"1"),
    "a side of truth": ([Kind.IMAGE, "L", True, 1, b""], b"1"),
    "a long palette": ([Kind.IMAGE, "P", 1, 1, bytes(800)], b"1"),
    "no palette": ([Kind.IMAGE, "P", 1, 1], b"1"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_images_are_refused(name: str) -> None:
    wire, blobs = MALFORMED[name]
    with pytest.raises(MalformedFrame):
        decode(Frame(msgpack.packb(wire), blobs), unwrap)


@settings(deadline=None)  # the machine may be busy
@given(
    st.sampled_from([*MODES, "X"]),
    st.integers(-1, 9),
    st.integers(-1, 9),
    st.binary(max_size=9),
    st.binary(max_size=40),
)
def test_any_image_is_one_or_malformed(
    mode: str, width: int, height: int, palette: bytes, blobs: bytes
) -> None:
    wire = [Kind.IMAGE, mode, width, height, palette]
    with contextlib.suppress(MalformedFrame):
        decode(Frame(msgpack.packb(wire), blobs), unwrap).tobytes()


def test_liars_have_other_pixels() -> None:
    image = Image.new("RGB", (3, 2), (1, 2, 3))
    for made in (
        images.filled(image, 0),
        images.filled(image, float("nan")),
        images.drawn(image, 1),
    ):
        assert (made.mode, made.size) == (image.mode, image.size)
        assert images.sampled(made, Sample(8)) != images.sampled(image, Sample(8))
    assert images.filled(1, 0) is images.drawn(1, 0) is images.sampled(1, Sample(0)) is None
