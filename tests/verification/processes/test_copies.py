"""Private copies of a package: under its name, beside the real one, here and in another process."""

import pickle
import sys
import xml.dom

import pytest

from tests.verification.processes.hosting import hosted, remote
from verification.processes.copies import copied, copy_of
from verification.processes.sending import pickled

TEXTS = {"xml": "from xml.own import number", "xml.own": "from xml import own\nnumber = 5"}


def found(name):
    """The code of a package that has a name of the standard library's."""
    return (compile(TEXTS[name], name, "exec"), name == "xml") if name in TEXTS else None


def test_its_imports_find_one_another():
    """And afterwards an import finds what it found before."""
    copy = copied("xml", found)
    assert (copy.number, copy.own.number) == (5, 5)
    assert sys.modules["xml"] is xml is not copy
    assert "xml.own" not in sys.modules
    assert [*copy_of(copy).loaded] == ["xml", "xml.own"]
    assert copy_of(xml) is copy_of(copy.own) is None


def test_what_is_not_found_is_not_there():
    """Of the package alone; everything else is imported as usual."""
    texts = {"xml": "import json\nimport xml.dom"}
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'xml.dom'$"):
        copied("xml", lambda name: (compile(texts[name], name, "exec"), True) if name in texts else None)
    assert sys.modules["xml.dom"] is xml.dom


def test_it_is_sent_as_its_code():
    """Not as the package of its name, which another process would find."""
    copy = copied("xml", found)
    assert pickle.loads(pickled(copy)).number == 5

    def number():
        import xml

        return copy.number, hasattr(xml, "number")

    with hosted(number) as host:
        assert remote(host, number)() == (5, False)
