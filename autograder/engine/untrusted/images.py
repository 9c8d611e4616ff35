"""PIL's images on the wire: mode, size and raw bytes, whatever file they came from."""

import sys
from typing import Any

from .forms import Form, Kind, Reader, Sample, Wire, Writer, distrusted
from .frame import MalformedFrame

LIBRARY = "PIL.Image"
KINDS = (Kind.IMAGE,)
BYTES_OF_PIXEL = {
    **{
        "1": 1,
        "L": 1,
        "P": 1,
        "LA": 2,
        "La": 2,
        "I;16": 2,
        "RGB": 3,
        "YCbCr": 3,
        "LAB": 3,
        "HSV": 3,
    },
    **{"RGBA": 4, "RGBa": 4, "CMYK": 4, "I": 4, "F": 4},
}
MAX_SIDE = 2**16
MAX_PALETTE = 3 * 256  # bytes


def forms() -> tuple[Form, ...]:
    """Images, also those that a file is read into lazily; information about the file is lost."""
    from PIL import Image, ImageFile

    read = distrusted(_read_image)
    return (Form(Kind.IMAGE, (Image.Image,), _write_image, read, bases=(ImageFile.ImageFile,)),)


def _raw_size_bytes(mode: str, width: int, height: int) -> int:
    return (width + 7) // 8 * height if mode == "1" else width * height * BYTES_OF_PIXEL[mode]


def _write_image(writer: Writer, image: Any, depth: int) -> Wire | None:
    mode, (width, height) = image.mode, image.size
    if mode not in BYTES_OF_PIXEL or max(width, height) > MAX_SIDE:
        return None
    palette = bytes(image.getpalette("RGB") or ())[:MAX_PALETTE] if mode == "P" else b""
    size_bytes = _raw_size_bytes(mode, width, height)
    writer.reserve((size_bytes,), size_bytes)
    writer.blobs.append(image.tobytes())
    return [Kind.IMAGE, mode, width, height, palette]


def _read_image(reader: Reader, wire: Wire, depth: int) -> Any:
    from PIL import Image

    match wire:
        case [_, str(mode), int(width), int(height), bytes(palette)] if (
            mode in BYTES_OF_PIXEL
            and all(type(side) is int and 0 <= side <= MAX_SIDE for side in (width, height))
            and len(palette) <= MAX_PALETTE
        ):
            raw = reader.take((_raw_size_bytes(mode, width, height),), 1)
            if not raw:
                return Image.new(mode, (width, height))
            image = Image.frombytes(mode, (width, height), bytes(raw))
            if mode == "P":
                image.putpalette(palette)
            return image
    raise MalformedFrame("no image")


def _is_image(value: Any) -> bool:
    module: Any = sys.modules.get(LIBRARY)
    return module is not None and isinstance(value, module.Image)


def filled(value: Any, number: float) -> Any:
    """An image of the same form in one colour; None for what is no image."""
    if not _is_image(value):
        return None
    raw = bytes([int(number) % 256 if number == number else 255]) * len(value.tobytes())
    return _image_of(value, raw)


def drawn(value: Any, seed: int) -> Any:
    """An image of the same form with random pixels; None for what is no image."""
    if not _is_image(value):
        return None
    import random

    return _image_of(value, random.Random(seed).randbytes(len(value.tobytes())))


def _image_of(value: Any, raw: bytes) -> Any:
    from PIL import Image

    return Image.frombytes(value.mode, value.size, raw) if raw else value.copy()


def sampled(value: Any, sample: Sample) -> Any:
    """Mode, size and some bytes of an image; None for what is no image."""
    if not _is_image(value):
        return None
    raw = value.tobytes()
    return value.mode, list(value.size), [raw[place] for place in sample.places(len(raw))]
