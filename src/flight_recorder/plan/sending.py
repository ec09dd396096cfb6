"""Sending: which requests a replay sends, beside those that nothing recorded answers. Pure."""

import msgspec


class Sending(msgspec.Struct, frozen=True):
    """What the user asked for: to send every request again, those to some *hosts*, or none at all."""

    always: bool = False  # `--live`
    hosts: tuple[str, ...] = ()  # `--live-host`
    never: bool = False  # `--offline`

    def sends(self, host: str) -> bool:
        """Whether a request to *host* is sent though it was recorded."""
        return self.always or host in self.hosts
