"""What students type is shown to graders, and never alive."""

import base64
import html
import io
import re
import struct
import time
import zlib
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from autograder.course.markdown import (
    ALL_PIXELS_LIMIT,
    ELEMENTS_LIMIT,
    PICTURES_LIMIT,
    PIXELS_LIMIT,
    SIDE_LIMIT,
    Formulas,
    Pictures,
    as_html,
    as_typed,
)

SCRIPT = "<script>alert(1)</script>"
FINE_S = 5.0  # of processor time, for what takes a fraction of a second


def png(width: int = 2, height: int = 2) -> str:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def claimed_png(width: int, height: int) -> str:
    """A picture of a few bytes that says it is large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    ).decode()


def rendered(source: str, attached: dict[str, str] | None = None, *released: str) -> str:
    pictures = {name: {"image/png": data} for name, data in (attached or {}).items()}
    return as_html(source, Pictures(released), pictures)


def test_markdown_is_rendered() -> None:
    page = rendered(
        "# Why\n\n**So** $a<b$ and ~~not~~\n\n| a |\n|---|\n| 1 |\n\n1. x\n2. y\n\n"
        "\\begin{align}x &= 1\\end{align}\n\n$$\nz\n$$\n\n    code <b>"
    )
    for part in ("<h1>Why</h1>", "<strong>So</strong>", "<mo>&lt;</mo>", "<td>1</td>", "<del>"):
        assert part in page
    assert page.count("<math") == 3 and "<code>code &lt;b&gt;" in page and "<ol>" in page


@pytest.mark.parametrize(
    "source",
    [
        SCRIPT,
        f"a {SCRIPT}",
        "<img src=x onerror=alert(1)>",
        f"```mermaid\n{SCRIPT}\n```",
        f"```mermaid-x\ngraph TD;\n{SCRIPT}\n```",
        f"```html\n{SCRIPT}\n```",
        f"`{SCRIPT}`",
        f"# {SCRIPT}",
        f"| {SCRIPT} |\n|---|\n| {SCRIPT} |",
        f"[{SCRIPT}](x '{SCRIPT}')",
        f"![{SCRIPT}](x.png '{SCRIPT}')",
        f"$\\text{{{SCRIPT}}}$ $${SCRIPT}$$",
        f"term\n: {SCRIPT}",
        f"[x]: <{SCRIPT}>\n\n[x]",
        "<svg onload=alert(1)>",
        f"<!-- --><![CDATA[{SCRIPT}]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_html_is_text(source: str) -> None:
    page = rendered(source)
    assert "<script" not in page and "<svg" not in page and "<img" not in page
    assert "mermaid" not in page.partition("</pre>")[0].partition(">")[0]


@pytest.mark.parametrize("name", ["ex2-train", "notebook", "ex1_extra_credit", "statusmessage"])
@pytest.mark.parametrize("form", ["# {}", "{}\n===", '<a name="{}">', '<p id="{}">', "[^{0}]: {0}"])
def test_headings_have_no_names(name: str, form: str) -> None:
    tags = re.sub("[^<]*(<[^>]*>)[^<]*", r"\1", rendered(form.format(name)))
    assert " id=" not in tags and " name=" not in tags


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:x", " JAVAscript:x", "&#106;avascript:x", "data:text/html,x", "/logout"),
        *("//evil.example/x", "../next", "next", "vbscript:x", "java\tscript:x", "#ex1"),
        "file:///etc/passwd",
    ],
)
def test_links_lead_to_pages_only(url: str) -> None:
    assert "href" not in rendered(f"[a]({url})")
    assert "href" not in rendered(f"<{url}>")


def test_links_to_pages_say_nothing_about_the_grader() -> None:
    for source in ("[a](https://pytorch.org/)", "https://pytorch.org/", "<https://pytorch.org/>"):
        assert 'href="https://pytorch.org/"' in rendered(source)
        assert "noopener noreferrer" in rendered(source)


def test_pasted_pictures_are_shown() -> None:
    page = rendered("![a](attachment:a.png) ![b](figures/b.png)", {"a.png": png()}, "figures/b.png")
    assert f'<img src="data:image/png;base64,{png()}" alt="a">' in page
    assert '<img src="figures/b.png" alt="b">' in page
    assert png() in rendered(f"![a](data:image/png;base64,{png()})")


@pytest.mark.parametrize(
    "url",
    [
        *("http://evil.example/a.png", "//evil.example/a.png", "a.png", "/logout"),
        *("../figures/b.png", "attachment:none.png", "data:image/svg+xml;base64,AAAA"),
        *("data:text/html;base64,AAAA", "data:image/png;base64,AAAA"),
        "data:image/png;base64,&quot; onerror=x",
    ],
)
def test_what_would_be_fetched_or_is_no_picture_is_told(url: str) -> None:
    page = rendered(f"![my plot]({url})", {}, "figures/b.png")
    assert "<img" not in page and "my plot" in page


def test_pictures_can_be_shown_without_saying_whose_they_are() -> None:
    pictures = Pictures(anonymous=True)
    for url in ("/data/x/ana.png", "attachment:ana.png", "https://ana.example/x.png"):
        shown = pictures.show(url, "ana.png", {})
        assert "ana" not in shown and "lies elsewhere" in shown
    head = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    data = f"{head}AAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    shown = pictures.show("attachment:ana.png", "ana.png", {"ana.png": {"image/png": data}})
    assert "ana" not in shown and 'alt="picture"' in shown


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_who_made_a_picture_is_not_in_it(form: str) -> None:
    about, file = Image.Exif(), io.BytesIO()
    about[315] = "Ana Silva"  # the artist
    named = PngInfo()
    named.add_text("Author", "Ana Silva")
    said: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": named, "exif": about},
        "JPEG": {"exif": about},
    }
    said["GIF"] = {"comment": b"Ana Silva"}
    Image.new("RGB", (2_000, 10), "red").save(file, form, **said[form])
    assert b"Ana Silva" in file.getvalue()
    data = base64.b64encode(file.getvalue()).decode()
    shown = Pictures(anonymous=True).show("attachment:a", "", {"a": {"image": data}})
    (drawn,) = re.findall(r"base64,([^\"]*)", shown)
    content = base64.b64decode(drawn)
    assert b"Ana" not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (1_600, 8)
        assert picture.convert("RGB").getpixel((3, 3))[0] > 250  # type: ignore[index]
    half = base64.b64encode(file.getvalue()[:-40]).decode()
    assert "can't be read" in html.unescape(
        Pictures(anonymous=True).show("attachment:a", "", {"a": {"image": half}})
    )


def test_a_picture_is_shown_once() -> None:
    page = rendered("![a](attachment:a.png)" * 500, {"a.png": png()})
    assert page.count("<img") == 1 and page.count("the same as above") == 499
    assert len(page) < 60_000


@pytest.mark.parametrize(
    "size", [(6_000, 6_000), (2**31 - 1, 1), (100_000, 100_000), (1, SIDE_LIMIT + 1)]
)
def test_a_picture_that_a_browser_cant_bear_is_left_out(size: tuple[int, int]) -> None:
    assert size[0] * size[1] > PIXELS_LIMIT or max(size) > SIDE_LIMIT
    page = rendered("![a](attachment:a.png)", {"a.png": claimed_png(*size)})
    assert "<img" not in page and "too large" in page


@pytest.mark.parametrize("size", [(4_900, 5_000), (1, SIDE_LIMIT), (5_000, 400)])
def test_pixels_have_room_together(size: tuple[int, int]) -> None:
    pictures = Pictures()
    width, height = size
    heights = [height + n for n in range(-200, 0)]
    shown = [
        one
        for one in heights
        if "<img" in pictures.show("attachment:a", "", {"a": {"": claimed_png(width, one)}})
    ]
    assert len(shown) >= 2 and shown == heights[: len(shown)]
    assert sum(shown) * width <= ALL_PIXELS_LIMIT and sum(shown) <= 120_000


def test_a_picture_of_the_labs_is_shown_once() -> None:
    page = rendered("![b](b.png)" * 3 + "![c](c.png)", {}, "b.png", "c.png")
    assert page.count("<img") == 2 and page.count("the same as above") == 2


def test_pictures_have_room_together() -> None:
    large = png() + "A" * (PICTURES_LIMIT // 2)
    attached = {f"{n}.png": large + "A" * 4 * n for n in range(9)}
    page = rendered("".join(f"![a](attachment:{n}.png)" for n in range(9)), attached)
    assert len(page) < PICTURES_LIMIT + 10_000


@pytest.mark.parametrize(
    "source",
    [
        *("[", "![", "*a **b ", "`a``b```", "<a", ">", "- ", "$", "$x$ ", "\\begin{a}", "&", "~~"),
        *("[a](", "|a", "# ", "http://", "a\n: b\n", "\\", "<!--", "<![CDATA[", "_", "1. ", "\n> "),
    ],
)
def test_long_texts_take_a_moment(source: str) -> None:
    started_s = time.process_time()
    page = rendered((source * 20_000)[:20_000])
    assert time.process_time() - started_s < FINE_S
    assert len(page) < 1_000_000


@pytest.mark.parametrize(
    "source", ["> " * 900 + "a", "".join(" " * n + "- a\n" for n in range(150))]
)
def test_deep_texts_stay_shallow(source: str) -> None:
    assert rendered(source).count("<blockquote") + rendered(source).count("<ul") < 25


def test_text_as_it_was_typed() -> None:
    assert "<pre>a\n\n*b* &lt;b&gt;</pre>" in as_typed("a\n\n*b* <b>")


@pytest.mark.parametrize(
    "form", ["$a$ ", "$$a$$\n\n", "\\begin{align}a\\end{align}\n\n", "- $a^2$\n"]
)
def test_formulas_have_room_together(form: str) -> None:
    page = rendered(form * 5_000)
    elements = page.count("<m") + page.count("<none")
    assert ELEMENTS_LIMIT - 20 < elements <= ELEMENTS_LIMIT
    tail = html.unescape(page)[-300:]
    assert "a$" in tail or "a^2$" in tail or "{align}" in tail  # as it was typed


def test_texts_of_a_page_share_the_room() -> None:
    formulas = Formulas(room=5)
    shown = [as_html("$a$", Pictures(), {}, formulas) for _ in range(3)]
    assert ["<math" in one for one in shown] == [True, False, False]
