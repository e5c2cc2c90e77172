#!/usr/bin/env python3
"""Runs the real server in a small internet of its own and attacks it.

    CUTTINGS_BINARY=target/debug/cuttings tests/lab/run.py [CASE…]

Needs root, iproute2, nftables and openssl. The cases are in cases.py, the network
in net.py. Ends with the counts that `cargo xtask test` reads.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import cases
import net

# The whole run, and one case.
RUN_SECONDS, CASE_SECONDS = 240, 60


def main():
    if sys.argv[1:2] == ["--inside"]:
        return inside(sys.argv[2], sys.argv[3:])
    missing = why_not()
    if missing:
        print(f"the lab: {missing} # SKIP")
        print("# pass 0\n# fail 0")
        return 0
    with net.Namespaces() as spaces:
        command = ["ip", "netns", "exec", spaces.net, sys.executable, __file__,
                   "--inside", spaces.sut, *sys.argv[1:]]
        try:
            return subprocess.run(command, timeout=RUN_SECONDS).returncode
        except subprocess.TimeoutExpired:
            print(f"not ok the lab did not end within {RUN_SECONDS} s\n# pass 0\n# fail 1")
            return 1


def why_not():
    if os.geteuid() != 0:
        return "not run here: only root makes network namespaces"
    for program in ("ip", "nft", "openssl"):
        if not shutil.which(program):
            return f"not run here: there is no {program}"
    name = f"cut{os.getpid()}t"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    if made.returncode != 0:
        return f"not run here: no network namespaces ({made.stderr.strip()})"
    return None


def inside(sut, only):
    # Nothing here lives as a namespace; only its name is needed to look into it.
    spaces = net.Namespaces.__new__(net.Namespaces)
    spaces.sut = sut
    folder = Path(tempfile.mkdtemp(prefix="cuttings-lab-"))
    passed = failed = 0
    lab = None
    try:
        lab = cases.Lab(spaces, folder)
        for name, case in cases.all_cases():
            if only and not any(one in name for one in only):
                continue
            began = time.monotonic()
            try:
                case(lab)
                lab.nothing_went_astray()
                if time.monotonic() - began > CASE_SECONDS:
                    raise AssertionError(f"took longer than {CASE_SECONDS} s")
                passed += 1
                print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
                lab.reset()
    finally:
        if lab:
            lab.stop()
            if failed:
                print(lab.log.read_text()[-4000:])
        shutil.rmtree(folder, ignore_errors=True)
    print(f"# pass {passed}\n# fail {failed}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
