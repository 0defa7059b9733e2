"""URLs carry passwords and tokens: read from private files, masked everywhere."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from hawatch.model.config import NotifyUrl
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.recording.store import complaint
from hawatch.trust import doubt_about_secret

MASK = "***"
SHORTEST = 4
"""Shorter pieces of a URL are no secret, and masking them would spoil every text."""

HOSTED = frozenset(
    {
        "form",
        "forms",
        "http",
        "https",
        "json",
        "jsons",
        "mailto",
        "mailtos",
        "syslog",
        "xml",
        "xmls",
    }
)
"""Schemes whose host part is a host; elsewhere it may be the token itself."""


def mask_url(url: str) -> str:
    """Return as much of a URL as may be shown: the scheme, and the host where safe."""
    scheme, colon, rest = url.partition("://")
    if not colon or not scheme.isalnum():
        return MASK
    try:
        host = urlsplit(f"//{rest}").hostname if scheme.lower() in HOSTED else None
    except ValueError:
        host = None
    if host is None:
        return f"{scheme}://{MASK}"
    bare = rest in (host, f"{host}/")
    return f"{scheme}://{host}" if bare else f"{scheme}://{host}/{MASK}"


def mask_text(text: str, url: str) -> str:
    """Return a text without any secret piece of a URL, as written or as decoded."""
    for piece in sorted(_pieces(url), key=len, reverse=True):
        text = text.replace(piece, MASK)
    return text


def read_url(entry: NotifyUrl) -> Fact[str]:
    """Return the URL of a configuration entry, from its file where it names one.

    The file must be private: a regular file of root or of this user, mode 0600 or
    less. Its first line that is neither empty nor a comment counts.
    """
    if not entry.url_file:
        return Known(entry.url) if entry.url else Unknown("neither url nor url_file")
    try:
        text = _private_text(entry.url_file)
    except OSError as error:
        return Unknown(f"{entry.url_file}: {complaint(error)}")
    if isinstance(text, Unknown):
        return text
    for line in text.value.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return Known(line.strip())
    return Unknown(f"{entry.url_file} holds no URL")


def _private_text(path: str) -> Fact[str]:
    """Return the text of a file that nobody else can read.

    Raises OSError as the system does.
    """
    # O_NONBLOCK: a FIFO must not hang the process.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        doubt = doubt_about_secret(path, os.fstat(file))
        if doubt is not None:
            return Unknown(str(doubt))
        return Known(os.read(file, 8192).decode("utf-8", "replace"))
    finally:
        os.close(file)


def _pieces(url: str) -> set[str]:
    """Return what must not be shown: user, password, path, query, often the host."""
    try:
        parts = urlsplit(url)
        shown = {parts.hostname or ""} if parts.scheme.lower() in HOSTED else set()
        pieces = {url, parts.username or "", parts.password or "", parts.path}
        pieces |= set(parts.path.split("/"))
        pieces |= {parts.query} | {value for _, value in parse_qsl(parts.query)}
        pieces |= {parts.netloc} | set(parts.netloc.replace("@", ":").split(":"))
    except ValueError:
        return {url}
    pieces |= {unquote(piece) for piece in pieces}
    return {piece for piece in pieces if len(piece) >= SHORTEST} - shown
