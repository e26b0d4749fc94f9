"""What pictures are made with: a portal of its own in a temporary folder, a browser, frames with numbers, small files."""

import base64
import hmac
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(__file__).resolve().parent / "pictures"
LEDGERS = ROOT / "demo" / "ledgers"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "Yanyi-manual-2026"  # noqa: S105 of people who do not exist
DESKTOP, PHONE = (1366, 768), (390, 844)
COLOURS = 128

# A numbered frame around each element; drawn into the page, so that it moves with what it shows.
MARKS = """(selectors) => selectors.forEach((selector, number) => {
  const box = selector.getBoundingClientRect(), frame = document.createElement('div'), badge = document.createElement('div');
  Object.assign(frame.style, {position: 'absolute', zIndex: 90, left: box.left + scrollX - 5 + 'px', top: box.top + scrollY - 5 + 'px',
    width: box.width + 10 + 'px', height: box.height + 10 + 'px', border: '3px solid #d4001a', borderRadius: '8px', boxSizing: 'border-box',
    pointerEvents: 'none'});
  Object.assign(badge.style, {position: 'absolute', left: Math.max(-22, 4 - box.left) + 'px', top: Math.max(-18, 4 - box.top - scrollY) + 'px',
    width: '28px', height: '28px', borderRadius: '50%',
    background: '#d4001a', color: '#fff', font: 'bold 17px/28px sans-serif', textAlign: 'center'});
  badge.textContent = number + 1;
  frame.className = 'manual-mark';
  frame.append(badge);
  document.body.append(frame);
})"""

# Headless browsers write dates the American way whatever their language; those of our readers write 年/月/日.
DATES = """(chinese) => document.querySelectorAll('input[type=date], input[data-manual]').forEach((field) => {
  if (chinese) { const value = field.value; Object.assign(field, {type: 'text', placeholder: '年/月/日', value: value.replaceAll('-', '/')}); }
  else { const value = field.value; field.type = 'date'; field.value = value.replaceAll('/', '-'); }
  field.toggleAttribute('data-manual', chinese);
})"""

# The picture's pixels as numbers of a palette: the commonest colours, every other pixel gets the nearest of them.
PALETTE = """async ([source, most]) => {
  const image = new Image(); image.src = 'data:image/png;base64,' + source; await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), paper = canvas.getContext('2d');
  paper.drawImage(image, 0, 0);
  const data = paper.getImageData(0, 0, image.width, image.height).data, count = new Map();
  const rough = (at) => (data[at] & 248) << 16 | (data[at + 1] & 248) << 8 | (data[at + 2] & 248);
  const exact = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const key = rough(at); count.set(key, (count.get(key) || 0) + 1);
    if (!exact.has(key)) exact.set(key, [data[at], data[at + 1], data[at + 2]]);
  }
  const kept = [...count].sort((one, other) => other[1] - one[1]).slice(0, most).map(([key]) => exact.get(key));
  const nearest = new Map();
  for (const [key, colour] of exact) {
    let best = 0, least = Infinity;
    kept.forEach((other, place) => {
      const far = (colour[0] - other[0]) ** 2 + (colour[1] - other[1]) ** 2 + (colour[2] - other[2]) ** 2;
      if (far < least) { least = far; best = place; }
    });
    nearest.set(key, best);
  }
  const places = new Uint8Array(data.length / 4);
  for (let at = 0; at < data.length; at += 4) places[at / 4] = nearest.get(rough(at));
  let text = ''; for (let at = 0; at < places.length; at += 32768) text += String.fromCharCode(...places.subarray(at, at + 32768));
  return [image.width, image.height, kept, btoa(text)];
}"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def portal(*, sample: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """A portal with a folder of its own, until the end of the block: (address, environment). Raises RuntimeError."""
    with tempfile.TemporaryDirectory(prefix="yanyi-manual-") as folder:
        port = free_port()
        own = {
            "VAR_DIR": folder,
            "PORT": str(port),
            "DEMO": str(int(sample)),
            "DEMO_PASSWORD": PASSWORD,
            "GALLERY": "0",
        }
        kept = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "KEYS_FILE")
        }
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal.supervisor"], cwd=ROOT, env={**kept, **own}, stdout=log, stderr=log
            )
            try:
                address = f"http://127.0.0.1:{port}"
                _wait(address, process, Path(folder) / "log")
                yield address, {**kept, **own}
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(log.read_text("utf-8")[-2000:])
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the portal did not answer within five minutes")


class Studio:
    """One portal and one browser. Each person has a window of his own and stays signed in."""

    def __init__(self, browser: Browser, address: str, environment: dict[str, str]) -> None:
        self.browser = browser
        self.address = address
        self.environment = environment
        self.windows: dict[tuple[str, tuple[int, int]], BrowserContext] = {}

    def page(self, username: str = "", size: tuple[int, int] = DESKTOP) -> Page:
        """A page of that person, signed in; "" for nobody."""
        key = (username, size)
        if key not in self.windows or not username:
            window = self.browser.new_context(
                viewport={"width": size[0], "height": size[1]}, bypass_csp=True, base_url=self.address, locale="zh-CN",
                is_mobile=size is PHONE, has_touch=size is PHONE,
            )  # fmt: skip
            window.set_default_timeout(30_000)
            self.windows[key] = window
            if username:
                page = window.new_page()
                page.goto("/sign-in/")
                page.fill("input[name=username]", username)
                page.fill("input[name=password]", PASSWORD)
                page.click("form .button--main")
                page.wait_for_url(lambda url: "/sign-in/" not in url)  # a clerk's first page is the station's
                return page
        return self.windows[key].new_page()

    def manage(self, *command: str) -> str:
        """What a management command prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def shoot(self, page: Page, name: str, *marks: str, whole: bool = False, height: int = 0) -> None:
        """``marks``: selectors of what gets ①②③. ``whole``: the page from top to end; ``height``: only so much of it."""
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.evaluate(DATES, True)
        found = [page.locator(selector).locator("visible=true").first for selector in marks]
        handles = [one.element_handle() for one in found]
        if handles and not (whole or height):
            found[0].scroll_into_view_if_needed()
        page.evaluate(MARKS, handles)
        size = page.viewport_size
        assert size is not None
        clip = {"x": 0, "y": 0, "width": size["width"], "height": height} if height else None
        raw = page.screenshot(full_page=whole or bool(height), clip=clip, animations="disabled", caret="hide")
        page.evaluate(DATES, False)
        page.evaluate("document.querySelectorAll('.manual-mark').forEach((mark) => mark.remove())")
        (PICTURES / f"{name}.png").write_bytes(self._small(raw))
        print(f"  {name}.png", flush=True)

    def _small(self, raw: bytes) -> bytes:
        """The same picture with a palette: a third of the size."""
        page = self.browser.new_page()
        width, height, colours, text = page.evaluate(PALETTE, [base64.b64encode(raw).decode(), COLOURS])
        page.context.close()
        places = base64.b64decode(text)
        lines = b"".join(b"\0" + places[at : at + width] for at in range(0, len(places), width))
        parts = [
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", bytes(part for colour in colours for part in colour)),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        ]
        chunks = (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in parts
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sample_ledger(number: str) -> Path:
    return next(LEDGERS.glob(f"{number}-*.[xc]*"))


def slip_code(page: Page) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.inner_text("main"))
    assert found
    return found[0]


def one_time_code(secret: str) -> str:
    """What an authenticator shows now for the secret on the page (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
