"""How Sphinx builds the pages: ``make docs``.

The docstrings are reStructuredText, which Sphinx reads as it is; the pages are Markdown, which MyST reads.
"""

import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
# The pages are about the checkout, installed or not.
sys.path.insert(0, str(ROOT))

from rnn import __version__  # noqa: E402

project = "verified-rnn"
author = "The verified-rnn authors"
copyright = "2026 The verified-rnn authors"
version = release = __version__

extensions = ["sphinx.ext.autodoc", "myst_nb"]
# Directives between colons: what stands between backticks in a page is code, which a test runs.
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_theme = "furo"
html_math_renderer = "mathml"
html_title = "verified-rnn"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_theme_options = {
    variables: {"code-font-size": "0.75rem"} for variables in ("light_css_variables", "dark_css_variables")
}

# What a package index shows, which says again what the first page says.
exclude_patterns = ["package.md"]

# The notebooks are kept as they ran: make tutorial runs them again.
nb_execution_mode = "off"
# A heading has an address, as on a code host.
myst_heading_anchors = 4

# What a sentence of the verifier says is pasted, as arrays={'gates': 'figo'}: quotes stay as they are typed.
smartquotes = False

# `name` in a docstring is code, as in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
autodoc_preserve_defaults = True

# How a signature writes what is long in it: a default that is a function of the library, and types.
_SHORT = (
    (r"(?:Activation|Loss|ClassLoss)\(name='(\w+)'[^()]*\)", r"\1"),
    (r"~(?:\w+\.)+", ""),
    (r"ndarray\[tuple\[Any, \.\.\.\], dtype\[Any\]\]", "Array"),
    (r"type\[Any\] \| dtype\[Any\] \| _HasDType.*?_DTypeDict \| str", "DTypeLike"),
)


def _shortened(app: Sphinx, *described: object) -> tuple[str | None, ...] | None:
    """The signature and what is returned, in words that a reader uses."""
    signature = described[-2:]
    return tuple(_short(part) if isinstance(part, str) else None for part in signature)


def _short(text: str) -> str:
    for long, short in _SHORT:
        text = re.sub(long, short, text)
    return text


def _formula(node: nodes.Node, display: str) -> str:
    r"""As MathML. The d of \mathrm{d}a stands upright, so that da W is no product of three letters."""
    return str(convert(node.astext(), display=display)).replace(
        "<mi>&#x00064;</mi>", '<mi mathvariant="normal">d</mi>'
    )


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_formula(node, "inline"))
    raise nodes.SkipNode


def _displayed(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula">{_formula(node, "block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    app.connect("autodoc-process-signature", _shortened)
