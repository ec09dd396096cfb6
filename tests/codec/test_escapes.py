"""Text that UTF-8 has no bytes for."""

import warnings

from hypothesis import given
from hypothesis import strategies as st

from flight_recorder.codec.escapes import escaped, unescaped

any_text = st.text(st.characters() | st.characters(categories=["Cs"]))


@given(any_text)
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(any_text | st.text(alphabet="\\xuUN{}'\"07fnrt \x00"))
def test_any_other_text_is_refused_without_a_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = unescaped(text)
        except ValueError:
            return
    assert unescaped(escaped(found)) == found
