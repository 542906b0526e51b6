"""What adapters of CUDA kernels share: their text on a CPU, by the header of docs/judge/cuda.md."""

import ctypes
import re

import numpy as np
from sources import addresses, compiled

from benchmarks.field_study.places import ROOT

PAGE = (ROOT / "docs" / "judge" / "cuda.md").read_text("utf-8")
(WORDS,) = re.findall(r"^```cpp\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
LAUNCH = re.compile(r"(\w+)<<<(.*)>>>\((.*)\);")  # the page's, of its sed
INCLUDE = re.compile(r'#include "ATen/ATen.h"')


def kernels(text, *arguments):
    """A library of a .cu file's text."""
    text = LAUNCH.sub(r"launch([&] { \1(\3); }, \2);", INCLUDE.sub("", text))
    return compiled(WORDS + text, "-fno-strict-aliasing", *arguments, compiler="g++", suffix=".cpp")


def call(function, sizes, *arrays):
    """Calls a function of a library with whole numbers, then arrays."""
    function(*map(ctypes.c_int, sizes), *addresses(*arrays))


def contiguous(*arrays):
    """Copies in C order, in single precision."""
    return [np.ascontiguousarray(array, np.float32) for array in arrays]
