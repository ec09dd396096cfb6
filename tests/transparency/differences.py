"""Differences: tests whose result a wrapper changes and has to change, each with the reason. All others may not.

What could be mended is not in this list. A test of it that does not change its result is reported, too.
"""

_ASKS_FOR_ITS_CALLER = (
    "`make_class` asks `sys._getframe(1)` which module called it, to say that the class was made there. It finds the"
    " wrapper's frame, which has to be there while the function runs, to see how it ends; Python has none that can be"
    " left out of the count."
)

_PICKLES = "tests/test_functional.py::TestFunctional::test_pickle_object"

KNOWN: dict[str, dict[str, str]] = {
    "attrs": {
        **{f"{_PICKLES}[{protocol}-FromMakeClass]": _ASKS_FOR_ITS_CALLER for protocol in range(2, 6)},
        "tests/test_make.py::TestMakeClass::test_attr_args": _ASKS_FOR_ITS_CALLER,
        "tests/test_make.py::TestMakeClass::test_normalized_unicode_attr_args": _ASKS_FOR_ITS_CALLER,
        "tests/test_make.py::TestMakeClass::test_unnormalized_unicode_attr_args": _ASKS_FOR_ITS_CALLER,
    },
}
"""By suite and test id."""
