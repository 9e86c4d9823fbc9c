"""A page in a browser that is being watched: what goes wrong on it is noted."""

import base64
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page

_DROP = """(encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const dropped = new DataTransfer();
  dropped.items.add(new File([bytes], "a clip.flac"));
  return dropped;
}"""


@dataclass(slots=True)
class Watched:
    """A page and what went wrong on it."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of scripts, of the console and of the policy, and other hosts."""
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on(
            "console",
            lambda said: said.type == "error" and self.troubles.append(f"console: {said.text}"),
        )
        self.page.on("request", lambda request: self._same_host(request.url))

    def open(self, path: str) -> None:
        """Go to that page."""
        self.page.goto(self.url + path)

    def drop(self, content: bytes) -> None:
        """Drop a file of that content on the search page."""
        encoded = base64.b64encode(content).decode()
        dropped = self.page.evaluate_handle(_DROP, encoded)
        self.page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})

    def heard_until(self) -> float:
        """Where the player is, in seconds."""
        position: float = self.page.evaluate(
            "document.querySelector('audio[data-sounds]').currentTime"
        )
        return position

    def hears_beyond(self, seconds: float) -> None:
        """Wait until the player is beyond that moment."""
        self.page.wait_for_function(
            "(moment) => document.querySelector('audio[data-sounds]')?.currentTime > moment",
            arg=seconds,
            timeout=15_000,
        )

    def found(self) -> list[str]:
        """The titles of the tracks listed."""
        return self.page.locator("main .tracks .track-title").all_inner_texts()

    def _same_host(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(self.url).netloc:
            self.troubles.append(f"asked another host: {address}")
