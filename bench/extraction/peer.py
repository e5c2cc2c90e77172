"""Runs one Python extractor over a list of pages and times it.

Called by `cargo xtask bench extraction`, in a virtual environment with what
requirements.txt names: `peer.py PEER LIST OUT PASSES`. LIST has a line
`id TAB address TAB path` for each page, its text in a file of UTF-8. OUT
gets JSON lines: what was extracted from each page, then one with the times.
`README.md` has the form of both.

A page is read before its clock starts and its result is written after the
clock has stopped. Passes go over the whole list, so that no peer finds a page
in its caches that it has only just seen.
"""

import importlib.metadata
import json
import sys
import time


def trafilatura(**options):
    import trafilatura as library
    from trafilatura.meta import reset_caches

    def run(html, address):
        return "text", library.extract(html, url=address, include_comments=False, **options)

    return "trafilatura", run, reset_caches


def resiliparse(**options):
    from resiliparse.extract.html2text import extract_plain_text

    def run(html, address):
        return "text", extract_plain_text(html, main_content=True, **options)

    return "resiliparse", run, lambda: None


PEERS = {
    "trafilatura": lambda: trafilatura(),
    "trafilatura-fast": lambda: trafilatura(fast=True),
    "trafilatura-precision": lambda: trafilatura(favor_precision=True),
    "trafilatura-metadata": lambda: trafilatura(with_metadata=True, output_format="json"),
    "resiliparse": lambda: resiliparse(alt_texts=False, list_bullets=False),
}


def peak_bytes():
    """The most memory this process ever held; None where the system does not
    tell. `getrusage` would also count the process that started this one."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def main():
    peer, list_path, out_path, passes = sys.argv[1:]
    package, run, forget = PEERS[peer]()
    with open(list_path, encoding="utf-8") as lines:
        pages = [line.rstrip("\n").split("\t") for line in lines]
    best, sizes, failed = {}, {}, {}
    with open(out_path, "w", encoding="utf-8") as out:
        for number in range(int(passes)):
            forget()
            for page_id, address, path in pages:
                with open(path, encoding="utf-8", newline="") as file:
                    html = file.read()
                started = time.process_time()
                try:
                    form, found = run(html, address or None)
                except Exception as error:
                    form, found = "text", None
                    failed[page_id] = f"{type(error).__name__}: {error}"
                spent = time.process_time() - started
                best[page_id] = min(spent, best.get(page_id, spent))
                if number == 0:
                    sizes[page_id] = len(html.encode("utf-8"))
                    if peer == "trafilatura-metadata" and found:
                        found = json.loads(found)["text"]
                    out.write(json.dumps({"id": page_id, form: found or ""}) + "\n")
        end = {
            "version": importlib.metadata.version(package),
            "clock": "cpu",
            "peak_bytes": peak_bytes(),
            "failed": failed,
            "pages": [{"id": i, "bytes": sizes[i], "seconds": best[i]} for i, _, _ in pages],
        }
        out.write(json.dumps(end) + "\n")


if __name__ == "__main__":
    main()
