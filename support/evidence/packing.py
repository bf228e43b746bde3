"""Packs the data within the one-file Allure report, which is base64 of plain text, to a fraction of its size.

The browser unpacks it as the report is opened (``DecompressionStream``: Chrome 80, Firefox 113, Safari 16.4 or later).
"""

from __future__ import annotations

import base64
import gzip
import json
import re

_BLOCK = re.compile(
    r"<script defer>\s*Promise\.allSettled\(\[(d\(.*\))\]\)\s*"
    r"\.then\(function\(\)\{\s*window\.allureReportDataReady = true;\s*\}\)\s*</script>",
    re.S,
)
_ENTRY = re.compile(r'\bd\("([^"]+)","([A-Za-z0-9+/=]*)"\)')
_PACKED = re.compile(r'<script type="application/gzip" id="report-data">([A-Za-z0-9+/=]*)</script>')

_UNPACK = """<script>
(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("report-data").textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = await new Response(unpacked).json();
  const encoded = (text) => {
    let binary = "";
    const utf8 = new TextEncoder().encode(text);
    for (let at = 0; at < utf8.length; at += 8192) binary += String.fromCharCode(...utf8.subarray(at, at + 8192));
    return btoa(binary);
  };
  for (const [name, text] of Object.entries(data.text)) d(name, encoded(text));
  for (const [name, value] of Object.entries(data.binary)) d(name, value);
  window.allureReportDataReady = true;
})();
</script>"""


def packed(html: str) -> str:
    """The report with its data packed; as it was, if the data does not stand where this generator puts it."""
    block = _BLOCK.search(html)
    if block is None:
        return html
    text: dict[str, str] = {}
    binary: dict[str, str] = {}
    for name, value in _ENTRY.findall(block[1]):
        try:
            text[name] = base64.b64decode(value).decode()
        except UnicodeDecodeError:
            binary[name] = value
    content = json.dumps({"text": text, "binary": binary}, ensure_ascii=False).encode()
    data = base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0)).decode()
    script = f'<script type="application/gzip" id="report-data">{data}</script>\n{_UNPACK}'
    return html[: block.start()] + script + html[block.end() :]


def texts(html: str) -> dict[str, str]:
    """What the report carries as text, by name, packed or not; such as ``data/test-results/0f3c….json``."""
    if (found := _PACKED.search(html)) is not None:
        data: dict[str, dict[str, str]] = json.loads(gzip.decompress(base64.b64decode(found[1])))
        return data["text"]
    return {name: base64.b64decode(value).decode(errors="replace") for name, value in _ENTRY.findall(html)}
