"""Secrecy: what is a secret in this process, and what may be kept of texts that are no captured values.

Values are masked as they are captured (`codec.masking`); what else is written passes through here: how the program
was started, the source of functions, messages and the reasons of a replay.
"""

import os
import re
from typing import Final

import msgspec

from flight_recorder.codec.secrets import MARK, Secrets
from flight_recorder.config import Config
from flight_recorder.model.expectation import Expectation
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.session import Launch
from flight_recorder.model.start import Start, Unstartable
from flight_recorder.record.redaction_key import redaction_key

_OPTION: Final = re.compile(r"--?(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<value>=.*)?", re.DOTALL)
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_REMEDY: Final = "Give secrets by the environment or a file, and record it again."


def secrets_of(config: Config) -> Secrets:
    """Return what is a secret in a session that begins now: the environment is read here.

    Raises OSError when the folder of the recording has no key and none can be made.
    """
    redaction = config.redaction
    secrets = Secrets(
        names=redaction.names,
        patterns=redaction.patterns,
        maskers=redaction.maskers,
        key=redaction_key(config.home),
        defaults=redaction.has_defaults,
    )
    return secrets.also(value for name, value in os.environ.items() if secrets.is_secret_name(name))


def kept_text(text: str, secrets: Secrets | None) -> str:
    """Return what may be kept of *text*."""
    return text if secrets is None else secrets.mask(text)


def returns_secret(function: str, secrets: Secrets | None) -> bool:
    """Whether a text that the *function* of this name returns is a secret: `crm:Client.get_access_token`."""
    return secrets is not None and secrets.is_secret_name(function.rpartition(":")[2].rpartition(".")[2])


def is_text(value: object) -> bool:
    """Whether *value* is text or bytes, and not empty."""
    return (type(value) is str or type(value) is bytes) and bool(value)


# Launches -----------------------------------------------------------------------------------------------------------


def kept_launch(launch: Launch, secrets: Secrets | None) -> Launch:
    """Return what may be kept of *launch*. A program that was started with a secret cannot be started again."""
    if secrets is None:
        return launch
    kept = Launch(
        start=launch.start,
        unit=secrets.mask(launch.unit),
        argv=_kept_arguments(launch.argv, secrets),
        **{name: secrets.mask(getattr(launch, name)) for name in _TEXTS},
        flags=_kept_arguments(launch.flags, secrets),
        traced=launch.traced,
    )
    if kept.argv != launch.argv or kept.flags != launch.flags:
        why = "its command line held a secret, which was not kept"
    elif kept != launch or _kept_start(launch.start, secrets) != launch.start:
        why = "what started it holds a secret, which was not kept"
    else:
        return launch
    return msgspec.structs.replace(kept, start=Unstartable(why, _REMEDY))


_TEXTS: Final = ("cwd", "executable", "python", "platform", "hash_seed", "time_zone", "locale", "root")


def _kept_start(start: Start, secrets: Secrets) -> object:
    kept = _kept_part(msgspec.to_builtins(start), secrets)
    return msgspec.convert(kept, type(start))


def _kept_part(part: object, secrets: Secrets) -> object:
    match part:
        case str():
            return secrets.mask(part)
        case dict():
            return {name: _kept_part(inner, secrets) for name, inner in part.items()}
        case list() | tuple():
            return _kept_list(part, secrets)
    return part


def _kept_list(parts: "list[object] | tuple[object, ...]", secrets: Secrets) -> list[object]:
    if all(isinstance(part, str) for part in parts):
        return list(_kept_arguments(tuple(map(str, parts)), secrets))
    return [_kept_part(part, secrets) for part in parts]


def _kept_arguments(arguments: tuple[str, ...], secrets: Secrets) -> tuple[str, ...]:
    """Return *arguments* without secrets: what is one by its looks, `--token=x`, and what follows `--token`."""
    kept = []
    is_secret = False
    for argument in arguments:
        option = _OPTION.fullmatch(argument)
        if is_secret and option is None:
            kept.append(MARK)
            is_secret = False
            continue
        is_secret = option is not None and secrets.is_secret_name(option["name"])
        if is_secret and option is not None and option["value"] is not None:
            kept.append(f"{argument[: option.start('value')]}={MARK}")
            is_secret = False
        else:
            kept.append(secrets.mask(argument))
    return tuple(kept)


# The rest -----------------------------------------------------------------------------------------------------------


def kept_fingerprint(fingerprint: Fingerprint, secrets: Secrets | None) -> Fingerprint:
    """Return what may be kept of *fingerprint*: source without secrets, and no preview of constants that are some."""
    if secrets is None:
        return fingerprint
    source = secrets.mask(fingerprint.source)
    parts = tuple(_kept_constant(part, secrets) for part in fingerprint.parts)
    if source is fingerprint.source and all(map(_is_same, parts, fingerprint.parts)):
        return fingerprint
    return msgspec.structs.replace(fingerprint, source=source, parts=parts)


def _is_same(one: object, other: object) -> bool:
    return one is other


def _kept_constant(part: Part, secrets: Secrets) -> Part:
    if part.kind is not PartKind.CONSTANT or not part.preview:
        return part
    names = _IDENTIFIER.findall(part.name)  # shop:make.<locals>.step(password=)
    preview = MARK if names and secrets.is_secret_name(names[-1]) else secrets.mask(part.preview)
    return part if preview is part.preview else msgspec.structs.replace(part, preview=preview)


def kept_judgement(judgement: Judgement | None, secrets: Secrets | None) -> Judgement | None:
    """Return what may be kept of *judgement*: its words quote what the user has set."""
    if judgement is None or secrets is None:
        return judgement
    return msgspec.structs.replace(judgement, detail=secrets.mask(judgement.detail))


def kept_expectation(unmet: Expectation | None, secrets: Secrets | None) -> Expectation | None:
    """Return what may be kept of *unmet*."""
    if unmet is None or secrets is None:
        return unmet
    return msgspec.structs.replace(unmet, source=secrets.mask(unmet.source), message=secrets.mask(unmet.message))
