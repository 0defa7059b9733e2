"""Words of the machine that need not be UTF-8, made fit for a record."""

from __future__ import annotations


def legible(word: str) -> str:
    r"""Given a word that Python took from the system, return it without surrogates.

    File names, arguments and titles of processes are bytes: those that are no UTF-8
    arrive as lone surrogates, which no encoder takes. They become `\xfc` here.
    """
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
