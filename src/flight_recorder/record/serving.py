"""Serving: whether the program is one that waits for work, and so does not come to a session by being started."""

import msgspec

from flight_recorder.record.stacks import frames_here


class Serving(msgspec.Struct, frozen=True):
    """What serves. *listens* says that it waits on a port of its own; else it takes work out of a queue."""

    name: str
    listens: bool


# Modules whose frames say that a call came out of a server's or a worker's loop.
_LISTEN = (
    "uvicorn",
    "hypercorn",
    "gunicorn",
    "daphne",
    "granian",
    "waitress",
    "werkzeug.serving",
    "socketserver",
    "aiohttp.web",
    "tornado.httpserver",
    "grpc",
)
_TAKE = ("celery", "rq.worker", "dramatiq", "arq.worker", "huey", "kombu", "apscheduler", "streamlit")


def serving_here() -> Serving | None:
    """Return what serves on the way to this call, or in the main thread; None when nothing does."""
    for frame in frames_here():
        module = frame.f_globals.get("__name__")
        if not isinstance(module, str):
            continue
        for names, listens in ((_LISTEN, True), (_TAKE, False)):
            if module.startswith(names):
                name = next((name for name in names if _is_within(module, name)), None)
                if name is not None:
                    return Serving(name.partition(".")[0], listens)
    return None


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith((package + ".", package + "_"))
