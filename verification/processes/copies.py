"""Private copies of a package: beside the one that an import of its name finds, and under that name.

A copy's own imports find one another while it is loaded, and ``sys.modules`` is put back afterwards. It is
sent to another process as the code of its modules.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from marshal import dumps, loads
from types import CodeType, ModuleType

# A module's code, and whether it is a package; None where there is no module of that name.
Find = Callable[[str], tuple[CodeType, bool] | None]


class Copy(MetaPathFinder, Loader):
    """Finds and loads the modules of a package; ``loaded``: by name, those that were imported."""

    def __init__(self, name: str, find: Find) -> None:
        self.name, self.loaded = name, dict[str, ModuleType]()
        self._find = find

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of the package, and of no other."""
        found = self._find(fullname) if _is_inside(fullname, self.name) else None
        return found and spec_from_loader(fullname, self, is_package=found[1])

    def exec_module(self, module: ModuleType) -> None:
        """Runs the module's code."""
        code, _ = self._code(module.__name__)
        self.loaded[module.__name__] = module
        exec(code, vars(module))

    def sent(self) -> Mapping[str, tuple[bytes, bool]]:
        """What was imported, for ``received``."""
        codes = {name: self._code(name) for name in self.loaded}
        return {name: (dumps(code), is_package) for name, (code, is_package) in codes.items()}

    def _code(self, name: str) -> tuple[CodeType, bool]:
        found = self._find(name)
        assert found is not None  # or it would not have been imported
        return found


def copied(name: str, find: Find) -> ModuleType:
    """A copy of the package, with the code that is found for its modules; its loader is the ``Copy``."""
    real = {each: module for each, module in sys.modules.items() if _is_inside(each, name)}
    finder = Copy(name, find)
    for each in real:
        del sys.modules[each]
    sys.meta_path.insert(0, finder)
    try:
        return import_module(name)
    finally:
        sys.meta_path.remove(finder)
        for each in [each for each in sys.modules if _is_inside(each, name)]:
            del sys.modules[each]
        sys.modules.update(real)


def copy_of(module: ModuleType) -> Copy | None:
    """The copy that a module is, if it is one."""
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    return loader if isinstance(loader, Copy) and loader.name == module.__name__ else None


def received(name: str, sent: Mapping[str, tuple[bytes, bool]]) -> ModuleType:
    """The copy in another process."""
    codes = {each: (loads(code), is_package) for each, (code, is_package) in sent.items()}
    return copied(name, codes.get)


def _is_inside(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")
