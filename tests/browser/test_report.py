"""report.html in a browser: headless Chromium, light and dark, narrow and wide, with scripts off.

Not a part of ``make test``: it needs Chromium, and fails without. ``make test-browser`` runs it. CHROMIUM
names another browser than the one on the path.
"""

import html
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from benchmarks.article.published_rule import as_json as rule_json
from benchmarks.article.published_rule import examine
from benchmarks.evidence import detection
from benchmarks.evidence.checkers import Checker, lags_accuse
from benchmarks.evidence.found import Found
from benchmarks.evidence.mutants import CATALOGUE, EQUIVALENT, as_json, run
from rnn.app.sine import ARTICLE, train_on_sine
from tests.layers import lstm, planted
from tests.vanilla import changed
from verification import Scope, layer, models
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import scoped
from verification.judge import verify
from verification.judging.profile import Profile
from verification.report.outcome import Report
from verification.report.pages import judgement
from verification.report.pages.report import page

SCHEMES = {"dark": 0, "light": 1}

# Little, which is judged in a second.
SCOPE = Scope(functions={"activation": ("tanh",)}, dtypes=("float64",), records=(1, 2), steps=(1, 4))

WIDTHS = (320, 400, 1280)

# Nothing is fetched, nothing is remembered, and no dialogue is shown.
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)

# WCAG 2.2, AA: the contrast of text that is not large.
CONTRAST = 4.5

# A frame without scripts, and a page around it that may look inside.
HARNESS = """<!doctype html>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<style>:root {{ color-scheme: light dark }} iframe {{ border: 0; width: {width}px; height: 900px }}</style>
<iframe sandbox="allow-same-origin" srcdoc="{page}"></iframe>
<pre id="seen"></pre>
<script>
const colour = text => (text.match(/[\\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b]
  .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => {{
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}};
const ground = element => {{
  for (let at = element; at; at = at.parentElement) {{
    const found = colour(getComputedStyle(at).backgroundColor);
    if (found.length && (found.length < 4 || found[3] > 0)) return found;
  }}
  return [255, 255, 255];
}};
onload = () => {{
  const inside = document.querySelector("iframe").contentDocument;
  const every = [...inside.body.querySelectorAll("*")];
  // A title is a hint of the pointer's, and not drawn.
  const drawn = every.filter(e => e.tagName != "title");
  const told = drawn.filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()));
  // A mark of a map stands on its rectangle's colour, which is no ground of the page's.
  const box = e => e.previousElementSibling;
  const onBox = e => e.tagName == "text" && e.parentElement.tagName == "g" && box(e)?.tagName == "rect";
  const under = e => onBox(e) ? colour(getComputedStyle(box(e)).fill) : ground(e);
  const ink = e => e.namespaceURI.endsWith("svg") ? getComputedStyle(e).fill : getComputedStyle(e).color;
  const start = e => e.outerHTML.slice(0, 300);
  const root = inside.scrollingElement;
  const beyond = e => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest(".wide");
  document.getElementById("seen").textContent = JSON.stringify({{
    title: inside.querySelector("h1").textContent,
    texts: told.length,
    faint: told.filter(e => contrast(colour(ink(e)), under(e)) < {contrast}).map(start),
    width: root.clientWidth,
    scrolls: root.scrollWidth - root.clientWidth,
    beyond: every.filter(beyond).map(start),
    cut: [...inside.querySelectorAll(".wide")].filter(e => e.scrollWidth > e.clientWidth + 1).map(start),
    ground: colour(getComputedStyle(inside.body).backgroundColor),
    pictures: [...inside.querySelectorAll("svg")].map(e => e.getBoundingClientRect().height),
    outside: [...inside.querySelectorAll(".maps svg > text, .maps g > text")].filter(e => {{
      const [text, svg] = [e, e.closest("svg")].map(each => each.getBoundingClientRect());
      return text.left < svg.left - 1 || text.right > svg.right + 1
        || text.top < svg.top - 1 || text.bottom > svg.bottom + 1;
    }}).map(start),
    loaded: document.querySelector("iframe").contentWindow.performance.getEntriesByType("resource").length,
    ran: inside.documentElement.dataset.ran || "",
  }});
}};
</script>
"""


def chromium():
    """The browser, or a failure that says how to get it."""
    name = os.environ.get("CHROMIUM", "chromium")
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not on the path, and this test is about it: apt-get install chromium")
    return found


def browse(folder, scheme, *options):
    """What Chromium prints with these options, in a profile of its own."""
    call = [
        *(chromium(), *OPTIONS, f"--user-data-dir={folder / 'profile'}"),
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        *options,
    ]
    return subprocess.run(call, capture_output=True, timeout=120, check=True).stdout.decode("utf-8")


def look(folder, text, scheme="light", width=1280):
    """What is measured of a page in a frame of this width."""
    file = folder / "harness.html"
    framed = HARNESS.format(width=width, page=html.escape(text), contrast=CONTRAST)
    file.write_text(framed, encoding="utf-8")
    dump = browse(folder, scheme, "--window-size=1400,1000", "--dump-dom", file.as_uri())
    seen = dump.partition('<pre id="seen">')[2].partition("</pre>")[0]
    return json.loads(html.unescape(seen))


def photograph(folder, text, scheme):
    """A page as pixels, (height, width, 3), from 0 to 1."""
    file, picture = folder / "report.html", folder / "report.png"
    file.write_text(text, encoding="utf-8")
    browse(folder, scheme, "--window-size=1000,1400", f"--screenshot={picture}", file.as_uri())
    return image.imread(picture)[..., :3]


def doubled(problem):
    """An engine whose bias gradient is doubled."""
    answer = manual(problem)
    return changed(answer, b=2 * answer.params["b"])


@pytest.fixture(scope="session")
def holds():
    """A report of every part, each measured on little."""
    judged = verify(scoped(manual, SCOPE), Profile("few", 20, strength=1))
    sine = train_on_sine(replace(ARTICLE, epochs=2), seed=0)
    found = replace(
        detection.curve(10, 0, judges=[Checker("this suite", "", lags_accuse)]),
        absent=("torch.autograd.gradcheck",),
        accuracy=detection.accuracy(10),
        alarms=detection.Alarms(10, 100, 0, None),
    )
    mutants = as_json(run(mutants=CATALOGUE[:3], equivalents=EQUIVALENT[:1]))
    published_rule = rule_json(examine(units=4, length=6))
    evidence = Found((), mutants, published_rule, found).evidence()
    return page(Report(judged, "few", sine, sine, evidence=evidence))


@pytest.fixture(scope="session")
def fails():
    """A report of a refuted engine, with its example and its diagnosis."""
    return page(Report(verify(scoped(doubled, SCOPE), Profile("few", 20, strength=1))))


@pytest.fixture(params=["holds", "fails"])
def report(request):
    """Either report."""
    return request.getfixturevalue(request.param)


SOME = Scope(dtypes=("float64",), steps=(1, 12))


@pytest.fixture(scope="session")
def judged():
    """The pages of a right LSTM and of one whose forget gate has the wrong slope."""
    wrong = planted(lstm, "d_f = dc * c_prev * f * (1 - f)", "d_f = dc * c_prev * f")
    adapters = (layer(each.forward, each.backward, model=models.lstm, scope=SOME) for each in (lstm, wrong))
    return [judgement.page(verify(adapter, Profile("few", 200, 0)), models.lstm) for adapter in adapters]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [width for width in WIDTHS if width >= 400])
def test_a_judgement_is_all_on_the_page(tmp_path, judged, scheme, width):
    """Nothing has to be scrolled sideways, no table and no program; and all can be read."""
    for text, verdict in zip(judged, ("Verified", "Refuted"), strict=True):
        seen = look(tmp_path, text, scheme, width)
        assert verdict in seen["title"]
        assert (seen["scrolls"], seen["beyond"], seen["cut"], seen["faint"]) == (0, [], [], [])
        # The map: every gate's panel under its name, and no text of one cut off.
        assert (len(seen["pictures"]) > 12) == (verdict == "Refuted")
        assert seen["outside"] == []
        assert len(text.encode()) < 400_000


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_can_be_read(tmp_path, report, scheme, width):
    """No sideways scroll, nothing beyond the edge, every text in contrast to its ground."""
    seen = look(tmp_path, report, scheme, width)
    assert seen["width"] == width
    assert seen["scrolls"] <= 0
    assert seen["beyond"] == []
    # A picture alone goes on sideways, and says so.
    assert [start for start in seen["cut"] if width < 640 and "Picture: " not in start] == []
    assert seen["cut"] == [] or width < 640
    assert seen["texts"] > 50
    assert seen["faint"] == []
    assert (np.mean(seen["ground"][:3]) > 200) == (scheme == "light")


def test_without_scripts_all_is_there(tmp_path, holds):
    """With scripts forbidden by the frame: the verdict, the pictures; and nothing was fetched."""
    seen = look(tmp_path, holds)
    assert "Not exercised" in seen["title"] or "Verified" in seen["title"]
    assert len(seen["pictures"]) == 2
    assert min(seen["pictures"]) > 200
    assert seen["loaded"] == 0
    assert seen["ran"] == ""


def test_the_failing_report_shows_what_is_wrong(tmp_path, fails):
    """The verdict, a map and numbers of the wrong block, and no training, which there was none of."""
    seen = look(tmp_path, fails)
    assert "Refuted" in seen["title"]
    assert len(seen["pictures"]) == 2
    assert seen["outside"] == []
    assert "Picture: " not in fails


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_follows_the_readers_scheme(tmp_path, report, scheme):
    """A photograph: paper by the scheme, and ink on it."""
    pixels = photograph(tmp_path, report, scheme)
    paper, inked = pixels[2, 2].mean(), np.abs(pixels - pixels[2, 2]).max(axis=2) > 0.4
    assert paper > 0.95 if scheme == "light" else paper < 0.15
    assert 0.01 < inked.mean() < 0.3


@pytest.mark.parametrize(
    ("planted", "shows"),
    [
        ("<p style='color: #999; background: #aaa'>faint</p>", lambda seen: seen["faint"]),
        ("<div style='width: 3000px'>wide</div>", lambda seen: seen["scrolls"] > 0 and seen["beyond"]),
        ("<div class='wide'><div style='width: 3000px'>cut off</div></div>", lambda seen: seen["cut"]),
    ],
    ids=["faint", "wide", "cut off"],
)
def test_these_tests_can_fail(tmp_path, fails, planted, shows):
    """A faint text, one that is too wide, and one that a box cuts off are found."""
    assert shows(look(tmp_path, fails.replace("<main>", f"<main>{planted}")))


def test_scripts_are_refused_by_the_page_itself(tmp_path, fails):
    """A script that got into the page does not run, frame or no frame."""
    script = "<script>document.documentElement.dataset.ran = 'yes'</script>"
    file = tmp_path / "report.html"
    file.write_text(fails.replace("</main>", f"</main>{script}"), encoding="utf-8")
    assert "data-ran" not in browse(tmp_path, "light", "--dump-dom", file.as_uri()).partition("<body")[0]
    # It would have run without the page's own policy.
    file.write_text(script, encoding="utf-8")
    assert 'data-ran="yes"' in browse(tmp_path, "light", "--dump-dom", file.as_uri())


def test_without_chromium_the_tests_fail(monkeypatch):
    """And say what to install."""
    monkeypatch.setenv("CHROMIUM", str(Path("no") / "such" / "browser"))
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium()
