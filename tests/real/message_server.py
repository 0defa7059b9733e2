"""Receivers of messages in a process of their own: a webhook and a mail server.

Run as a program: message_server.py KIND PORT FOLDER. Whatever arrives is a line of
JSON in FOLDER/got; how it is answered is the word in FOLDER/mood, read each time:
up, slow (after a moment), late (after a second), refuse, or hang.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import http.server
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PAUSES = {"up": 0.0, "slow": 0.3, "late": 1.0, "refuse": 0.0, "hang": 60.0}


class Receiver:
    """A running server, as a test sees it."""

    def __init__(self, kind: str, folder: Path) -> None:
        """Choose a port; the server is not started yet."""
        self.kind = kind
        self.folder = folder
        folder.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        self.mood("up")

    @property
    def url(self) -> str:
        """Return the apprise URL of the server, with secrets in it."""
        if self.kind == "mail":
            return (
                f"mailto://127.0.0.1:{self.port}/"
                "?from=hawatch@example.org&to=oncall-secret@example.org&mode=insecure"
            )
        return f"json://127.0.0.1:{self.port}/hook-secret-token"

    def mood(self, word: str) -> None:
        """Choose how the server answers from now on."""
        (self.folder / "mood").write_text(word)

    def start(self) -> None:
        """Start the server and return when it listens."""
        self.process = subprocess.Popen(
            [sys.executable, __file__, self.kind, str(self.port), str(self.folder)]
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError(f"the {self.kind} server does not listen")

    def stop(self) -> None:
        """End the server; its port refuses connections from now on."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def got(self) -> list[dict[str, Any]]:
        """Return what arrived, in order: title, body, and for a webhook its type."""
        file = self.folder / "got"
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text().splitlines()]

    def titles(self) -> list[str]:
        """Return the titles of what arrived, in order."""
        return [str(message["title"]) for message in self.got()]


def _note(folder: Path, message: dict[str, Any]) -> str:
    with (folder / "got").open("a") as file:
        file.write(json.dumps(message) + "\n")
    return (folder / "mood").read_text()


def serve_webhook(port: int, folder: Path) -> None:
    """Answer HTTP: POST is a message, GET a ping."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(_note(folder, {"title": self.path}))

        def do_POST(self) -> None:
            data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            mood = _note(
                folder,
                {"title": data["title"], "body": data["message"], "type": data["type"]},
            )
            self._answer(mood)

        def _answer(self, mood: str) -> None:
            time.sleep(PAUSES[mood])
            self.send_response(500 if mood == "refuse" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def serve_mail(port: int, folder: Path) -> None:
    """Answer SMTP without TLS or authentication."""
    from aiosmtpd.smtp import SMTP

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
            parsed = email.message_from_bytes(
                envelope.content, policy=email.policy.default
            )
            part = parsed.get_body(("plain",))
            body = part.get_content() if part else ""
            mood = _note(folder, {"title": str(parsed["subject"]), "body": body})
            await asyncio.sleep(PAUSES[mood])
            return "550 no" if mood == "refuse" else "250 OK"

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    serve = {"mail": serve_mail, "webhook": serve_webhook}[sys.argv[1]]
    serve(int(sys.argv[2]), Path(sys.argv[3]))
