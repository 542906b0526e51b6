"""The page: well-formed, complete in itself, escaped, and with a line for what was not measured."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from rnn import Window
from rnn.training import History
from verification import html
from verification.detection import SIZES, Accuracy, Alarms, Curve, Detection, Share
from verification.diagnosis import diagnose
from verification.engine import manual
from verification.exercise import CONTRACT
from verification.outcome import Report
from verification.properties import PROPERTIES
from verification.scalars import ScalarRow
from verification.sine import Recipe, Sine
from verification.strategies import POLICIES
from verification.suite import EVERY_PROPERTY, Example, Profile, Row, Verification

VOID = {"meta", "link", "br", "hr", "img", "input"}

NASTY = "</code><script>alert('1 < 2 & 3')</script>"


class Page(HTMLParser):
    """Reads a page and notes its elements, its ids, its links and its text; refuses a wrong end tag."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], Counter()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text[self.open[-1] if self.open else ""] += 1

    def attributes(self, name):
        """Every value of an attribute."""
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    def named(self, tag):
        """The attributes of every element of a name."""
        return [attrs for name, attrs in self.elements if name == tag]


def verification(**changed):
    """A run in which everything held; ``changed`` replaces what the row forward, Full, says."""
    rows = [
        Row(name, policy, 1200, 1100, 3)
        for check in EVERY_PROPERTY
        for name in check.rows
        for policy in POLICIES
    ]
    rows[0] = replace(rows[0], **changed)
    seen = {entry.name: 50 for entry in CONTRACT}
    return Verification(Profile("quick", 1200, 200), 7, 12.34, 1400, 1000, tuple(rows), seen)


def sine():
    """A training of which everything is made up."""
    losses = History([3.0, 2.0, 1.0], [4.0, 3.0, 2.0])
    wave = np.sin(np.arange(100.0))
    pair = wave[:50], wave[:50] + 0.01
    free = wave, wave + 0.02
    return Sine(Recipe(2, Window(5)), losses, 0.01, 0.02, {"predict zero": 0.7}, pair, free)


MUTANTS = {
    "total": 2,
    "killed": 1,
    "survivors": ["one that lives"],
    "equivalent": 3,
    "accused": [],
    "catalogue": [
        {
            "name": f"one that dies {NASTY}",
            "story": f"the story {NASTY}",
            "source": f"the source {NASTY}",
            "edits": f"- right {NASTY}\n+ wrong",
            "names": "lags",
            "caught_by": ["lags", "autograd"],
            "failure": f"W: got 1, want 2 {NASTY}",
            "example": f"problem = 1 {NASTY}",
            "diagnosis": f"the recursion is wrong {NASTY}",
        },
        {
            "name": "one that lives",
            "story": "",
            "source": "",
            "edits": "",
            "names": "exact",
            "caught_by": [],
            "failure": None,
            "example": None,
        },
    ],
}

SPECIMEN = {"verdict": "refuted", "reasons": [f"U does not depend on the target {NASTY}"]}


def detection():
    """A measurement of which everything is made up."""
    rising = tuple(range(len(SIZES)))
    return Detection(
        seed=0,
        cases=30,
        planted=30,
        undetermined=2,
        sizes=SIZES,
        curves=(
            Curve(f"this suite {NASTY}", "", 28, 0, (28,) * len(SIZES), {}),
            Curve("a peer", "1.2", 28, 1, rising, {"W": 2}),
            Curve("no judge", "1.2", 0, 28, (0,) * len(SIZES), {}),
        ),
        absent=("a peer that is absent",),
        shares=(Share("tanh", 100, 91), Share("relu", 0, 0)),
        accuracy=(Accuracy("by hand", "float64", 10, (0.1, 0.5, 1.0), (1e-16, 1e-15, 1e-14)),),
        alarms=Alarms(1000, 20_000, 0, None),
    )


def full():
    """A report with every part."""
    scalar = ScalarRow("tanh", np.dtype(float), f"bend {NASTY}", 9, 1.0, 1.0, 1e-16, 0.5, 1e-16)
    return Report(verification(), sine(), sine(), None, MUTANTS, SPECIMEN, detection(), (scalar,))


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return html.page(full())


@pytest.fixture(scope="module")
def page(text):
    """The same, read."""
    return Page(text)


@pytest.mark.parametrize("wrong", ["<p><b></p></b>", "<p>", "</p>"])
def test_the_reader_refuses_what_is_not_well_formed(wrong):
    """An end tag too many, too few, or out of order."""
    with pytest.raises((AssertionError, IndexError)):
        Page(wrong)


def test_ids_are_unique_and_links_lead_somewhere(page):
    """Two pictures share no id; every link is to a place on the page."""
    ids = Counter(page.attributes("id"))
    assert ids.most_common(1)[0][1] == 1
    links = page.attributes("href") + page.attributes("xlink:href")
    assert len(links) > 8
    assert {link for link in links if not (link.startswith("#") and link[1:] in ids)} == set()


def test_nothing_is_loaded(text, page):
    """No address of a server, no script, no frame, no file; the page itself forbids all of it."""
    assert "http://" not in text
    assert "https://" not in text
    assert page.attributes("src") == []
    loaders = {"script", "link", "iframe", "object", "embed", "img"}
    assert {name for name, _ in page.elements} & loaders == set()
    assert "@import" not in text
    assert text.count("url(") == text.count("url(#")
    (policy,) = (a["content"] for a in page.named("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


def test_what_is_told_is_escaped(text):
    """Markup in a name, a story, an example is text on the page."""
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert('1 &lt; 2 &amp; 3')&lt;/script&gt;") >= 9


def test_tables_are_tables(page):
    """A caption each, heads with a scope, and a name for the box that scrolls."""
    assert len(page.named("caption")) == len(page.named("table")) >= 6
    assert {head.get("scope") for head in page.named("th")} == {"col", "row", "rowgroup"}
    boxes = [a for a in page.named("div") if a.get("class") == "wide"]
    assert all(box["aria-label"] and box["tabindex"] == "0" for box in boxes)


def test_pictures_say_what_they_show(page):
    """Each has a role and a text, and takes its ink from the page."""
    pictures = page.named("svg")
    assert len(pictures) == 2
    assert all(picture["role"] == "img" and len(picture["aria-label"]) > 40 for picture in pictures)


def test_pictures_follow_the_page(text):
    """Ink and fonts are the page's; no white ground is painted."""
    assert "currentColor" in text
    assert html._INK not in text
    assert "DejaVu" not in text
    assert "fill: #ffffff" not in text


def test_every_row_is_there(text):
    """Every property with its claim, and the counts of a row under each truncation."""
    for check in PROPERTIES:
        assert f">{check.name}</span>" in text
    assert text.count("1,200</span><small>92%</small>") == sum(len(c.rows) for c in EVERY_PROPERTY) * 4


def test_a_row_of_no_known_property_is_shown():
    """A row of somebody's own property stands by itself, and not under others."""
    own = replace(verification(), rows=(Row("my own", "Full", 5, 5),))
    assert "my own" in html.page(Report(own))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "✓</span> Verified"),
        ({"failures": 2}, "✗</span> Refuted"),
        ({"nonzero": 0}, "–</span> Not exercised"),
    ],
)
def test_the_verdict_is_in_words_and_signs(changed, verdict):
    """A sign and a word, and not a colour alone."""
    assert verdict in html.page(Report(verification(**changed)))


def test_a_refutation_is_shown_with_its_example():
    """The failure, the smallest example as code, the diagnosis and its map, well-formed."""

    def doubled(problem):
        answer = manual(problem)
        return replace(answer, b=2 * answer.b)

    found = diagnose(doubled)
    example = Example(found.problem, f"b: got 2, want 1 {NASTY}", smallest=True)
    text = html.page(Report(verification(failures=2, example=example), diagnosis=found))
    Page(text)
    for part in ("What is wrong", "The smallest example", "problem = Problem(", "refuted in 2 of 1,200"):
        assert part in text
    assert "accumulation is at fault" in text
    assert 'aria-label="Map over loss step' in text
    assert "<script" not in text
    assert "Before the gradients hold it would prove nothing" in text


def test_what_was_not_exercised_is_named():
    """The rows and the entries of the contract that were not seen."""
    seen = {entry.name: 50 for entry in CONTRACT} | {"relu": 1}
    text = html.page(Report(replace(verification(nonzero=0), seen=seen)))
    listed = text.partition('id="wrong"')[2].partition("</section>")[0]
    assert "<li>forward under Full</li>" in listed
    assert "<li>relu</li>" in listed
    assert "1, needed 3" in text


def test_what_was_not_measured_is_said():
    """Each missing part names the command that measures it, and the page is whole."""
    text = html.page(Report(verification()))
    Page(text)
    for command in ("detection", "mutants", "article"):
        assert f"<code>python -m verification {command}</code>" in text
    assert "No training." in text


def test_mutants_and_specimen(text):
    """Who survived is said first; reasons are listed."""
    assert "1 of 2 wrong engines caught" in text
    assert "one that lives</p>" in text
    assert text.partition('id="mutants"')[2].count("<details>") == 2
    assert "<li>U does not depend on the target" in text


def test_detection(text):
    """By decade, beside the peers, with what was not asked and what is determined."""
    for part in ("1e-12", "a peer that is absent", "91.0%", "0 false alarms", "float64, by hand"):
        assert part in text


def test_an_accused_right_engine_is_bad_news():
    """All mutants killed is no success if a right engine is accused."""
    jumpy = MUTANTS | {"killed": 2, "survivors": [], "accused": ["two equal orders"]}
    told = "".join(html.mutants(jumpy))
    assert 'class="bad"' in told.partition("<details>")[0]


def test_write(tmp_path):
    """The page as UTF-8."""
    html.write(tmp_path / "report.html", Report(verification()))
    assert "✓" in (tmp_path / "report.html").read_text("utf-8")


def test_the_same_report_is_the_same_page(text):
    """Nothing depends on the time or on chance."""
    assert html.page(full()) == text
