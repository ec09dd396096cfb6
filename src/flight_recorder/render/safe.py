"""Safe: nothing recorded may steer the terminal."""


def safe(text: str) -> str:
    """Return *text* with every control character made visible."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    # By what Python calls printable: control and format characters, surrogates, separators other than the space.
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
