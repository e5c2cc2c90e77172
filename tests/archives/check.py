"""Archives that Cuttings exports, opened in programs nobody here wrote.

`cargo xtask test` runs it in an environment of its own with the programs of
requirements.txt and package-lock.json; CUTTINGS_BINARY is the binary. It makes a
library from pages on loopback, exports it, and asks warcio, wacz, pywb and, through
replay.mjs, ReplayWeb.page. Each check prints `ok` or `not ok` and what it is about.
"""

import gzip
import http.server
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from pathlib import Path

from surt import surt

BINARY = os.environ["CUTTINGS_BINARY"]
PROGRAMS = Path(sys.executable).parent

STORY = """<!DOCTYPE html><html lang=en><head><meta charset=utf-8>
<title>{headline} - The Lantern</title><link rel=stylesheet href=/style.css></head>
<body><article><h1>{headline}</h1>
<p>The town council met on Thursday evening to hear from the engineers who had walked the
length of the sea wall, and the hall was full before the doors had been closed.</p>
<p>{words}</p>{picture}
<p>Residents asked how long the work would take and who would pay for it, and the chair
promised an answer in writing before the end of the month, to some laughter.</p>
<p>The next meeting is planned for the first week of June, in the same hall, and will be
open to everyone who lives along the shore or keeps a boat in the harbour.</p>
</article></body></html>"""


def story(headline, words, picture=""):
    return STORY.format(headline=headline, words=words, picture=picture).encode()


def gradient(width, height):
    """A PNG from dark to light, so that no binary file lies in the repository."""

    def chunk(name, data):
        checksum = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + checksum

    rows = b"".join(
        b"\0" + bytes(255 * (x + y) // (width + height) for x in range(width)) for y in range(height)
    )
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    packed = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + packed


PICTURE = '<figure><img src=/wall.png alt="The wall" width=320 height=200></figure>'
PAGES = {
    "/wall?b=2&a=1": ("text/html", story("Sea wall holds", "Nobody slept.", PICTURE)),
    "/Fähre/": ("text/html; charset=utf-8", story("Fähre", "Sie wartet.")),
    "/style.css": ("text/css", b"body { color: #123 }"),
    "/wall.png": ("image/png", gradient(320, 200)),
}
REDIRECTS = {"/old": "/wall?b=2&a=1"}

checked = {"pass": 0, "fail": 0}


def check(what, is_true, said=""):
    checked["pass" if is_true else "fail"] += 1
    print(f"{'ok' if is_true else 'not ok'} - {what}", flush=True)
    if not is_true and said:
        print(f"    {str(said)[:2000]}", flush=True)


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urllib.request.unquote(self.path)
        body, head = b"no such page", {"Content-Type": "text/plain", "Set-Cookie": "session=secret"}
        status = 404
        if path in REDIRECTS:
            status, body, head["Location"] = 301, b"", REDIRECTS[path]
        elif path in PAGES:
            head["Content-Type"], body = PAGES[path]
            status = 200
            head["ETag"] = f'"{zlib.crc32(body)}"'
            if self.headers.get("If-None-Match") == head["ETag"]:
                status, body = 304, b""
            elif "gzip" in self.headers.get("Accept-Encoding", ""):
                body, head["Content-Encoding"] = gzip.compress(body), "gzip"
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def run(*command, **more):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=300, **more
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{origin.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        environment = {**os.environ, "CUTTINGS_DATA": str(folder / "data")}
        environment["CUTTINGS_ALLOW_PRIVATE_NETWORK"] = "127.0.0.0/8"

        def cuttings(*arguments, given=None):
            ran = run(BINARY, *arguments, env=environment, input=given)
            if ran.returncode != 0:
                sys.exit(f"cuttings {' '.join(map(str, arguments))}: {ran.stderr}")
            return ran.stdout

        cuttings("user", "add", "ada", "--password-stdin", given="a long password\n")
        cuttings("save", "--wait", f"{base}/old", f"{base}/F%C3%A4hre/")
        time.sleep(1.1)  # A second visit is told from the first by its second.
        again = json.loads(cuttings("recapture", "--json", "--wait", 2))
        check("a second visit finds a page unchanged", again["outcome"] == "unchanged", again)
        handed = folder / "handed.html"
        handed.write_bytes(story("Handed over", "By a browser."))
        uploaded = "https://www.Lantern.example/Up/Load%20me/?z=1&A=2"
        cuttings("save", "--wait", "--url", uploaded, handed)
        cuttings("highlight", "add", "1", "Nobody slept.", "--note", "Really?")
        for name, more in {
            "all.wacz": [],
            "all.warc.gz": [],
            "one.wacz": ["--article", "1"],
            "found.wacz": ["--search", "laughter"],
        }.items():
            kind = "wacz" if name.endswith("wacz") else "warc"
            cuttings("export", "--format", kind, *more, "-o", folder / name)

        expected = {
            f"{base}/old": None,
            f"{base}/wall?b=2&a=1": "Nobody slept.",
            f"{base}/F%C3%A4hre/": "Sie wartet.",
            uploaded.replace("Lantern", "lantern"): "By a browser.",
        }
        warcs(folder)
        for name, count in {"all.wacz": 3, "one.wacz": 1, "found.wacz": 3}.items():
            package(folder / name, count)
        check("no cookie leaves", b"secret" not in gzip.decompress((folder / "all.warc.gz").read_bytes()))
        # Whatever is seen from here on comes out of the archives.
        origin.shutdown()
        origin.server_close()
        replay(folder, expected)
        replay_in_browser(folder, base, uploaded.replace("Lantern", "lantern"))
    print(f"# pass {checked['pass']}\n# fail {checked['fail']}")
    sys.exit(1 if checked["fail"] else 0)


def warcs(folder):
    ran = run(PROGRAMS / "warcio", "check", "-v", folder / "all.warc.gz")
    said = ran.stdout + ran.stderr
    check("warcio check passes", ran.returncode == 0 and "fail" not in said, said)
    archived = gzip.decompress((folder / "all.warc.gz").read_bytes())
    check(
        "a visit that found a page unchanged is a revisit",
        b"revisit/server-not-modified\r\n" in archived and b"\r\n\r\nHTTP/1.1 304 " in archived,
    )
    check("warcio finds a digest in every record", said.count("digest pass") >= 10, said)
    ran = run(BINARY, "extract", folder / "all.warc.gz")
    headlines = [json.loads(line)["headline"] for line in ran.stdout.splitlines() if line]
    check("cuttings reads its own archive", {"Sea wall holds", "Handed over"} <= set(headlines), headlines)


def package(path, count):
    name = path.name
    ran = run(PROGRAMS / "wacz", "validate", "-f", path)
    check(f"wacz validates {name}", ran.returncode == 0, ran.stdout + ran.stderr)
    with zipfile.ZipFile(path) as packed:
        check(f"{name} is a sound ZIP file", packed.testzip() is None)
        check(
            f"everything in {name} is stored",
            all(entry.compress_type == zipfile.ZIP_STORED for entry in packed.infolist()),
        )
        archive = packed.read("archive/data.warc.gz")
        lines = packed.read("indexes/index.cdx").splitlines()
        pages = [json.loads(line) for line in packed.read("pages/pages.jsonl").splitlines()]
        told = json.loads(packed.read("datapackage.json"))
        articles = packed.read("cuttings/articles.jsonl").splitlines()
    check(f"the index of {name} is sorted by its bytes", lines == sorted(lines))
    check(
        f"{name} lists its pages with their text",
        len(pages) == count + 1 and all(page["url"] and page["ts"] and page["text"] for page in pages[1:]),
        pages,
    )
    check(f"{name} holds what we know of its articles", len(articles) == count)
    listed = {entry["path"] for entry in told["resources"]}
    check(f"{name} lists its files", {"pages/pages.jsonl", "cuttings/articles.jsonl"} <= listed, listed)
    wrong = []
    for line in lines:
        key, _, said = line.decode().split(" ", 2)
        said = json.loads(said)
        start, length = int(said["offset"]), int(said["length"])
        with gzip.GzipFile(fileobj=io.BytesIO(archive[start : start + length])) as member:
            record = member.read()
        if f"WARC-Target-URI: {said['url']}\r\n".encode() not in record.split(b"\r\n\r\n")[0] + b"\r\n":
            wrong.append(said)
        if surt(said["url"]) != key:
            wrong.append((key, surt(said["url"])))
    if name == "all.wacz":
        again = [line for line in lines if b"warc/revisit" in line and b"hre/" in line]
        check("the visit that found nothing new is in the index", len(again) == 1, lines)
    check(f"each line of the index of {name} leads to its record", not wrong and lines, wrong)


def replay(folder, expected):
    collections = folder / "pywb"
    collections.mkdir()
    manager = PROGRAMS / "wb-manager"
    run(manager, "init", "kept", cwd=collections)
    ran = run(manager, "add", "kept", "--unpack-wacz", folder / "all.wacz", cwd=collections)
    check("pywb takes the WACZ", ran.returncode == 0, ran.stdout + ran.stderr)
    port = free_port()
    with open(collections / "log", "w") as log:
        server = subprocess.Popen(
            [str(PROGRAMS / "wayback"), "-b", "127.0.0.1", "-p", str(port)],
            cwd=collections, stdout=log, stderr=log,
        )
        try:
            until = time.time() + 60
            while time.time() < until:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.3)
            for url, words in expected.items():
                if words is None:
                    continue
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/kept/mp_/{url}", timeout=30) as answer:
                        text, status = answer.read().decode(errors="replace"), answer.status
                except urllib.error.HTTPError as error:
                    text, status = str(error), error.code
                check(f"pywb replays {url.split('/', 3)[3]}", status == 200 and words in text, (status, text))
        finally:
            server.terminate()
            server.wait(timeout=20)


def replay_in_browser(folder, base, uploaded):
    wanted = []
    for file in ["all.wacz", "all.warc.gz"]:
        wanted += [
            {"file": file, "url": f"{base}/wall?b=2&a=1", "words": "Nobody slept.", "looks": True},
            {"file": file, "url": f"{base}/F%C3%A4hre/", "words": "Sie wartet."},
            {"file": file, "url": uploaded, "words": "By a browser."},
        ]
    script = Path(__file__).with_name("replay.mjs")
    ran = run("node", script, folder, json.dumps(wanted))
    said = [line for line in ran.stdout.splitlines() if line.startswith(("ok", "not ok"))]
    checked["pass"] += sum(line.startswith("ok") for line in said)
    checked["fail"] += sum(line.startswith("not ok") for line in said)
    print(ran.stdout, end="", flush=True)
    check("ReplayWeb.page was asked for every page", len(said) == len(wanted), ran.stderr)


main()
