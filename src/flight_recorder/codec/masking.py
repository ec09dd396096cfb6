"""Masking: the secrets are taken out of a captured tree, in place, before it is written. Pure.

A pass of its own over the nodes, after the writer's, and only over values in which something may be found: most hold
no secret, and pay for a glance at their bytes. What is taken out leaves a node of the tag `redacted` with a digest of
what was there, so that the value can still be compared.
"""

import base64
from typing import Final

from flight_recorder.codec import tags
from flight_recorder.codec.escapes import unescaped
from flight_recorder.codec.secrets import MARK, Secrets
from flight_recorder.codec.tags import DICT, REDACTED, TAG, Node
from flight_recorder.codec.writer import to_bytes

# What stands under these keys of a tagged node is the recorder's own: names of classes, kinds, digests.
_OWN_KEYS: Final = frozenset({TAG, "t", "k", "h", "n", "f", "c", "q", "u", "made", "why", "suppress"})
# Nodes whose parts are no nodes.
_ATOMS: Final = frozenset({
    tags.INT, tags.FLOAT, tags.STR, tags.COMPLEX, tags.BYTES, tags.BYTEARRAY, tags.ELLIPSIS, tags.NOT_IMPLEMENTED,
    tags.RANGE, tags.DATETIME, tags.DATE, tags.TIME, tags.TIMEDELTA, tags.TIMEZONE, tags.ZONE, tags.DECIMAL,
    tags.FRACTION, tags.UUID, tags.ALIAS, tags.ENUM, tags.OPAQUE, tags.AGAIN, tags.CUT, tags.REDACTED,
})  # fmt: skip


def redacted_node(secrets: Secrets | None, content: Node, rest: str = "") -> Node:
    """Return what stands for *content*, which is taken out; *rest* is what may be shown of its text."""
    node: Node = {TAG: REDACTED}
    if rest and rest != MARK:
        node["v"] = rest
    digest = secrets.digest(to_bytes(content)) if secrets is not None else ""
    if digest:
        node["h"] = digest
    return node


class Masking:
    """One pass. *found* says whether anything was taken out, *gone* holds the ids of nodes that are not there now.

    *named* are the texts that were taken out because of the names that they went by.
    """

    __slots__ = ("found", "gone", "named", "secrets")

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self.found = False
        self.gone: set[int] = set()
        self.named: list[str] = []

    def mask(self, root: Node) -> Node:
        """Return *root*, with all secrets in it taken out. Not by recursion: the stack may be nearly full."""
        root = self._kept(root)
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if type(node) is list:
                first = self._header_values(node)
                for index, item in enumerate(node):
                    node[index] = self._kept(item) if index < first else self._redacted(item)
                waiting += node
            elif type(node) is dict:
                waiting += self._inside(node)
        return root

    def _header_values(self, node: list[Node]) -> int:
        """Return where the value begins in *node*, if that is a header as a pair or triple; else its length."""
        if len(node) not in (2, 3) or not self._is_header(node[0]):
            return len(node)
        return len(node) - 1 if self._is_header(node[-2]) else 1

    def _is_header(self, node: Node) -> bool:
        if type(node) is dict and node.get(TAG) == tags.BYTES:
            node = base64.b64decode(node["v"]).decode("latin-1")
        return type(node) is str and self.secrets.is_header(node)

    def _inside(self, node: Node) -> list[Node]:
        """Mask what stands directly in *node*; return what is to be looked into."""
        tag = node.get(TAG)
        if tag is None:
            return self._mapping(node)
        if tag == DICT:
            for pair in node["v"]:
                pair[1] = self._named(pair[0], pair[1])
                pair[0] = self._kept(pair[0])
            return [part for pair in node["v"] for part in pair]
        if tag in _ATOMS:
            return []
        keys = [key for key in node if key not in _OWN_KEYS and not (tag == tags.MODEL and key == "s")]
        for key in keys:
            node[key] = self._kept(node[key])
        return [node[key] for key in keys]

    def _mapping(self, node: Node) -> list[Node]:
        pairs = [[self._kept(key), self._named(key, item)] for key, item in node.items()]
        if all(type(key) is str for key, _ in pairs):
            node.update(pairs)
            return list(node.values())
        node.clear()  # a key is a secret itself
        node[TAG] = DICT
        node["v"] = pairs
        return [part for pair in pairs for part in pair]

    def _named(self, name: Node, item: Node) -> Node:
        """Return what may be kept of *item*, which goes by *name*."""
        is_secret = type(name) is str and self.secrets.is_secret_name(name)
        if is_secret and (not _is_nothing(item) or self.secrets.is_always_secret(name)):
            if type(item) is str:
                self.named.append(item)
            return self._redacted(item, _scheme(name, item))
        return self._kept(item)

    def _kept(self, node: Node) -> Node:
        """Return what may be kept of *node* by what it says itself; what it holds is not looked at."""
        kind = type(node)
        if kind is str:
            return self._text(node, node)
        if kind is int:
            return self._redacted(node) if self.secrets.is_secret_number(node) else node
        if kind is not dict or TAG not in node:
            return node
        match node[TAG]:
            case tags.STR:
                return self._text(node, unescaped(node["v"]))
            case tags.BYTES | tags.BYTEARRAY:
                return self._text(node, base64.b64decode(node["v"]).decode("utf-8", "replace"))
            case tags.DECIMAL | tags.UUID:
                return self._text(node, node["v"])
            case tags.INT:
                return self._redacted(node) if self.secrets.is_secret_number(int(node["v"], 16)) else node
            case tags.ENUM if "v" in node:
                return node if self._kept(node["v"]) is node["v"] else self._redacted(node)
            case tags.OPAQUE if "r" in node:
                masked = self.secrets.mask(node["r"])
                self.found = self.found or masked is not node["r"]
                node["r"] = masked
        return node

    def _text(self, node: Node, text: str) -> Node:
        masked = self.secrets.mask(text)
        return node if masked is text else self._redacted(node, masked)

    def _redacted(self, node: Node, rest: str = "") -> Node:
        if type(node) is dict and node.get(TAG) == REDACTED:
            return node
        self.found = True
        self._note_gone(node)
        return redacted_node(self.secrets, node, rest.encode("utf-8", "backslashreplace").decode())

    def _note_gone(self, node: Node) -> None:
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if type(part) is dict or type(part) is list:
                self.gone.add(id(part))
                waiting += part.values() if type(part) is dict else part


def _scheme(name: str, item: Node) -> str:
    """Return what is left of the value of a header such as Authorization: `Bearer <redacted>`; "" for any other."""
    if type(item) is not str or not name.lower().endswith("authorization"):
        return ""
    scheme, space, secret = item.partition(" ")
    return f"{scheme} {MARK}" if space and secret and scheme.isalpha() else ""


def _is_nothing(node: Node) -> bool:
    """Whether it is nothing to keep secret: to know that there is no key helps whoever looks for it."""
    if type(node) is dict and TAG in node:
        return node.get("v") in ("", [], {}) and node[TAG] != tags.OBJECT
    return node is None or type(node) is bool or node in ("", [], {})
