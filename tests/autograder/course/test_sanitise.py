"""Nothing gets past the sanitiser that isn't on its lists, whatever comes before it."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.sanitise import (
    FORMULA_TAGS,
    KEPT,
    PAGE_TAGS,
    TEXT_TAGS,
    clean_page,
    clean_text,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x&gt;'>",
    "<math href='javascript:alert(1)'><mi xlink:href='javascript:x'>x</mi></math>",
    "<form action=/x><input name=ex1><button formaction=/y>go</button><textarea><select></form>",
    "<iframe srcdoc='<script>x</script>'></iframe><object data=x></object><embed src=x>",
    "<base href=//x><meta http-equiv=refresh content='0;url=//x'><link rel=stylesheet href=//x>",
    "<style>@import '//x'; body{background:url(//x)}</style>",
    "<a href='javascript:x' ping='//x' target=_top onclick=x>a</a><a href='data:text/html,x'>b</a>",
    "<a href='/logout'>a</a><a href='//x/y'>b</a><a href='next'>c</a><area href=//x><map name=m>",
    "<p id=ex1 name=ex1 class='nbgrader_cell score' data-link=x style='position:fixed'>x</p>",
    "<img src=//x/beacon.png><img src=http://x/a.png srcset='//x 2x'><video src=//x>",
    "<img src=../../logout.png><img src=/logout.png><img src='data:image/svg+xml;base64,AA=='>",
    "<!--[if IE]><script>x</script><![endif]--><![CDATA[<script>x</script>]]><?php x ?>",
    "<details ontoggle=x open><summary>s</summary></details><dialog open><marquee onstart=x>",
    "<template><script>x</script></template><noscript><p title='</noscript><script>x</script>'>",
    "</div></div></body></html><script>x</script><plaintext>",
    "<math><mspace width='9999em'/><mpadded voffset='-50em' width='0'><mi>x</mi></mpadded></math>",
    "<math>" + "<mpadded voffset='1em'>" * 20 + "<mi>x</mi>" + "</mpadded>" * 20 + "</math>",
    "<xmp><script>x</script></xmp><title><script>x</script></title>",
]
ALLOWED = {"src", "alt", "start", "href", "rel", "target", "class", "style"}


class Tags(HTMLParser):
    """Every tag and attribute of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("img", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_harmless(html: str) -> None:
    assert html.startswith(KEPT)
    page = Tags(html)
    assert page.open == []
    for number, (tag, attributes) in enumerate(page.tags):
        if number == 0:
            continue  # our own, which keeps the others in
        assert tag in TEXT_TAGS | FORMULA_TAGS
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in ("id", "name", "style")
            assert name != "class" or (tag, value) in (("table", "table"), ("table", ""))
            if name == "href":
                assert value.lower().startswith(("http://", "https://", "mailto:"))
            if name == "src":
                assert not value.startswith(("/", ".", "http", "data:image/svg"))
            if name in ("width", "height"):
                assert len(value) < 8
            assert name != "voffset"  # many small ones lead far away


@pytest.mark.parametrize("html", HOSTILE)
def test_a_text_can_do_nothing(html: str) -> None:
    assert_harmless(clean_text(html))


@given(st.text(st.sampled_from("<>/='\" !-[]&;#xmathstyleidonp") | st.characters(), max_size=80))
def test_any_text_can_do_nothing(html: str) -> None:
    assert_harmless(clean_text(html))


@given(st.lists(st.sampled_from(HOSTILE), max_size=4), st.integers(0, 60))
def test_pieces_can_do_nothing(pieces: list[str], start: int) -> None:
    assert_harmless(clean_text("".join(pieces)[start:]))


def test_cleaning_twice_is_cleaning_once_more_kept() -> None:
    once = clean_text("<p>a<em>b</em></p><pre>c\n\n d</pre>")
    assert clean_text(once).count("<div") == once.count("<div") + 1
    assert "<em>b</em>" in clean_text(once) and "c\n\n d" in clean_text(once)


def test_text_tables_formulas_and_pictures_stay() -> None:
    html = (
        '<h2>a</h2><table class="table"><tr><td>1</td></tr></table><ol start="3"><li>x</li></ol>'
        '<math display="block"><mfrac><mi>a</mi><mi>b</mi></mfrac></math>'
        '<img src="data:image/png;base64,AAAA" alt="a"><img src="figures/b c.png" alt="b">'
        '<a href="https://pytorch.org/">t</a>'
    )
    cleaned = clean_text(html)
    for part in ("<h2>a</h2>", '<table class="table">', '<ol start="3">', "<mfrac><mi>a</mi>"):
        assert part in cleaned
    assert 'src="data:image/png;base64,AAAA"' in cleaned and 'src="figures/b c.png"' in cleaned
    assert 'href="https://pytorch.org/"' in cleaned and 'rel="noopener noreferrer' in cleaned


@pytest.mark.parametrize("html", HOSTILE)
def test_a_page_has_its_own_tags_only(html: str) -> None:
    page = Tags(clean_page(f'<section id="e1">{html}</section>'))
    assert {tag for tag, _ in page.tags} <= PAGE_TAGS
    for _, attributes in page.tags:
        assert attributes.get("id", "e1") == "e1"
        assert set(attributes) <= {"id", "href", "open", "class"}
        assert attributes.get("href", "#e1") == "#e1"


def test_what_a_page_needs_stays_and_nothing_else() -> None:
    body = (
        '<main><details id="q12" open=""><summary><h3>a</h3></summary></details><table><tbody><tr>'
        '<th scope="row">b</th></tr></tbody></table><pre tabindex="0"><mark>c</mark></pre></main>'
    )
    assert clean_page(body) == body
    for odd in ('<pre tabindex="1"></pre>', '<details id="x1"></details>', '<div class="x"></div>'):
        (_, attributes), *_ = Tags(clean_page(odd)).tags
        assert not any(attributes.values())
