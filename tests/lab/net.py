"""A small internet of two network namespaces, taken down whatever happens.

`sut` holds the server under test at 198.18.0.1 and thinks that 198.18.0.0/15, the
range for benchmarks, is the internet. `net` holds everything else: the name server,
the origins, and canaries on addresses that nobody may reach. Whatever the server
sends to anywhere but 198.18.0.0/15 is counted by the kernel, before it goes out.

Called by run.py, which runs in `net` itself.
"""

import json
import os
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
from collections import defaultdict
from pathlib import Path

SERVER = "198.18.0.1"
NET = "198.18.0.2"
PORT = 8090
# Addresses of canaries in `net`; those of loopback are in `sut` itself.
CANARIES = ["10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "fd00:ec2::254"]
LOOPBACK = ["127.0.0.1", "::1"]
# Where a proxy may stand: the one door in a private network.
PROXY, PROXY_PORT = "172.16.0.9", 3128
CANARY_PORTS = [80, 8080]


def sh(*args, **how):
    done = subprocess.run(args, capture_output=True, text=True, timeout=20, **how)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(args)}: {done.stderr.strip()}")
    return done.stdout


class Namespaces:
    """The two namespaces, named after this process so that runs do not meet."""

    def __init__(self):
        tag = f"cut{os.getpid()}"
        self.sut, self.net = f"{tag}s", f"{tag}n"
        self.resolver = Path("/etc/netns") / self.sut

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self):
        for name in (self.sut, self.net):
            sh("ip", "netns", "add", name)
            sh("ip", "-n", name, "link", "set", "lo", "up")
        sh("ip", "link", "add", "eth0", "netns", self.sut,
           "type", "veth", "peer", "name", "eth0", "netns", self.net)
        for name, address, six in ((self.sut, SERVER, "fd99::1"), (self.net, NET, "fd99::2")):
            sh("ip", "-n", name, "addr", "add", f"{address}/15", "dev", "eth0")
            sh("ip", "-n", name, "addr", "add", f"{six}/64", "dev", "eth0", "nodad")
            sh("ip", "-n", name, "link", "set", "eth0", "up")
        for last in range(1, 60):
            sh("ip", "-n", self.net, "addr", "add", f"198.18.1.{last}/15", "dev", "eth0")
        for address in CANARIES:
            bits, more = ("128", ["nodad"]) if ":" in address else ("32", [])
            sh("ip", "-n", self.net, "addr", "add", f"{address}/{bits}", "dev", "eth0", *more)
        sh("ip", "-n", self.net, "addr", "add", f"{PROXY}/32", "dev", "eth0")
        # All roads lead to `net`, so that a packet that should not be sent would arrive.
        sh("ip", "-n", self.sut, "route", "add", "default", "via", NET)
        sh("ip", "-n", self.sut, "-6", "route", "add", "default", "via", "fd99::2")
        rules = f"""
            table inet lab {{
                counter astray {{}}
                chain out {{
                    type filter hook output priority 0;
                    ip daddr 198.18.0.0/15 accept
                    ip daddr {PROXY} tcp dport {PROXY_PORT} accept
                    meta l4proto {{ tcp, udp, icmp }} counter name astray
                }}
            }}"""
        sh("ip", "netns", "exec", self.sut, "nft", "-f", "-", input=rules)
        self.resolver.mkdir(parents=True)
        (self.resolver / "resolv.conf").write_text(
            f"nameserver {NET}\nsearch lab.internal\noptions timeout:1 attempts:1\n"
        )

    def __exit__(self, *_):
        for name in (self.sut, self.net):
            listed = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
            for pid in listed.stdout.split():
                if int(pid) != os.getpid():
                    subprocess.run(["kill", "-KILL", pid], capture_output=True)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        shutil.rmtree(self.resolver, ignore_errors=True)

    def astray(self):
        """Packets the server has sent to where it may not."""
        told = sh("ip", "netns", "exec", self.sut, "nft", "-j", "list", "counters")
        counters = [one["counter"] for one in json.loads(told)["nftables"] if "counter" in one]
        return sum(one["packets"] for one in counters)


class Names(threading.Thread):
    """The name server: scripted answers, the last of a list stays, nothing is kept.

    A name has lists of answers for A and for AAAA, or another name (CNAME)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((NET, 53))
        self.script, self.asked = {}, defaultdict(int)
        self.start()

    def put(self, name, *answers, six=(), alias=None):
        """Each answer is a list of addresses."""
        self.script[name] = {1: list(answers), 28: list(six), "alias": alias}

    def run(self):
        while True:
            query, client = self.socket.recvfrom(2048)
            try:
                self.socket.sendto(self.answer(query), client)
            except (ValueError, IndexError, struct.error, OSError):
                pass

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
            at += 1 + query[at]
        kind = struct.unpack(">H", query[at + 1 : at + 3])[0]
        question = query[12 : at + 5]
        asked = ".".join(labels).lower()
        self.asked[asked, kind] += 1
        turn = self.asked[asked, kind] - 1
        known = self.script.get(asked)
        records = []
        owner = b"\xc0\x0c"
        while known and known["alias"]:
            target = b"".join(
                bytes([len(part)]) + part.encode() for part in known["alias"].split(".")
            ) + b"\0"
            records.append(owner + struct.pack(">HHIH", 5, 1, 0, len(target)) + target)
            owner, known = target, self.script.get(known["alias"])
        if known and known.get(kind):
            answers = known[kind]
            for address in answers[min(turn, len(answers) - 1)]:
                family = socket.AF_INET if kind == 1 else socket.AF_INET6
                data = socket.inet_pton(family, address)
                records.append(owner + struct.pack(">HHIH", kind, 1, 0, len(data)) + data)
        status = 0 if known else 3
        flags = 0x8580 | status
        head = query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        return head + question + b"".join(records)


class Quiet(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A client that goes away is what many cases are about."""


class Origin:
    """A web server that answers by a script and remembers what it was sent.

    `script(path, head)` gives the whole answer as bytes; without a script it hangs
    up when it hears something."""

    def __init__(self, address, script, port=80, tls=None):
        self.requests, self.times, self.peers = [], [], []
        origin = self

        class Answer(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self):
                if tls:
                    self.connection = tls.wrap_socket(self.connection, server_side=True)
                    self.rfile = self.connection.makefile("rb")
                if script is None:
                    self.connection.recv(64)
                    return
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = self.rfile.readline()
                    if not line:
                        return
                    head += line
                text = head.decode("latin-1")
                origin.requests.append(text)
                origin.peers.append(self.client_address[0])
                origin.times.append(time.monotonic())
                self.connection.sendall(script(text.split(" ")[1], text))

        Quiet.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.server = Quiet((address, port), Answer)
        Quiet.address_family = socket.AF_INET
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Proxy:
    """A proxy that connects to wherever it is asked to, canaries too."""

    def __init__(self):
        self.asked = []
        proxy = self

        class Relay(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self):
                words = self.rfile.readline().decode("latin-1").split(" ")
                while self.rfile.readline().strip():
                    pass
                proxy.asked.append(words[1])
                host, _, port = words[1].rpartition(":")
                if words[0] != "CONNECT":
                    return
                with socket.create_connection((host.strip("[]"), int(port)), 5) as there:
                    self.connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    back = threading.Thread(target=pump, args=(there, self.connection))
                    back.start()
                    pump(self.connection, there)
                    back.join()

        self.server = Quiet((PROXY, PROXY_PORT), Relay)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def pump(source, sink):
    try:
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def answer(body, status="200 OK", kind="text/html; charset=utf-8", headers=""):
    """A whole answer."""
    body = body if isinstance(body, bytes) else body.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"Connection: close\r\n{headers}\r\n"
    )
    return head.encode() + body


def redirect(to, status=302):
    return answer("", f"{status} Moved", headers=f"Location: {to}\r\n")


def page(extra="", head=""):
    """A page with a story that can be read."""
    words = "The town council met on Thursday evening to hear from the engineers who had walked "
    words += "the length of the sea wall, and the hall was full before the doors had been closed."
    story = "".join(f"<p>{words} Part {n} of the report followed.</p>" for n in range(6))
    return answer(
        f"<!DOCTYPE html><html lang=en><head><title>Sea wall to be raised</title>{head}</head>"
        f"<body><article><h1>Sea wall to be raised</h1>{story}{extra}</article></body></html>"
    )


def certificate(folder, name, issuer=None):
    """Key and certificate for `name`, by `issuer` or by itself, in files."""
    key, signed = folder / f"{name}.key", folder / f"{name}.pem"
    args = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", str(key),
            "-out", str(signed)]
    if issuer:
        args += ["-CA", str(folder / f"{issuer}.pem"), "-CAkey", str(folder / f"{issuer}.key")]
    if name != "lab-authority":
        args += ["-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE"]
    sh(*args)
    return key, signed


def tls(folder, name, issuer=None):
    key, signed = certificate(folder, name, issuer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed, key)
    return context
