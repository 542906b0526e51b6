"""The look of a page: in itself, for light and dark, for print."""

import re

from verification.report.pages.style import STYLE


def test_every_colour_has_its_dark_twin():
    """No variable of a colour is defined for light alone."""
    light, dark = (
        re.findall(r"(--\w+): #", part) for part in STYLE.split("@media (prefers-color-scheme: dark)")
    )
    assert len(light) == 14
    assert sorted(light) == sorted(dark)


def test_every_variable_is_defined():
    """A colour that is none would be black on black."""
    assert set(re.findall(r"var\((--\w+)\)", STYLE)) <= set(re.findall(r"(--\w+):", STYLE))
