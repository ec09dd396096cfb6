"""Overrides: what `--set` and `--stub` ask for."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from flight_recorder.codec.capture import capture
from flight_recorder.errors import UsageError
from flight_recorder.model.session import Session
from flight_recorder.plan.override import Override, joined, override_of, read_spec


def read_overrides(session: Session, sets: Sequence[str], stubs: Sequence[str]) -> dict[str, Override]:
    """Return what answers steps in a replay of *session*, by name.

    `--set` goes by what was recorded; `--stub` also answers steps that the recording does not know. Raises UsageError
    and NotFoundError.
    """
    return joined([*_stubbed(stubs), *_set(session, sets)])


def _set(session: Session, texts: Sequence[str]) -> Iterator[tuple[str, Override]]:
    for text in texts:
        spec = read_spec(session, text)
        yield spec.name, override_of(session, spec, _read(f"--set {spec.target}", spec.answer))


def _stubbed(texts: Sequence[str]) -> Iterator[tuple[str, Override]]:
    for text in texts:
        name, equals, answer = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--stub wants STEP=JSON, not {text!r}; for example --stub send_email=null")
        yield name, Override(capture(_read(f"--stub {name}", answer)))


def _read(option: str, text: str) -> object:
    """Return the JSON that *text* is, or that lies in the file it names: `@file.json`."""
    where = repr(text)
    if text.startswith("@"):
        where = text[1:]
        try:
            text = Path(where).read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{option}: cannot read {where}: {error.strerror}") from error
        except ValueError as error:  # not UTF-8; or a name with a NUL
            reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
            raise UsageError(f"{option}: cannot read {where}: {reason}") from error
    try:
        return json.loads(text)
    except RecursionError as error:
        raise UsageError(f"{option}: its JSON is nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"{option}: {where} is not JSON ({error}); text needs quotes: '\"…\"'") from error
