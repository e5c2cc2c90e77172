"""The cases of the reliability catalogue that want a network: F and P.

Each is a function that takes the lab. After each, run.py looks at the canaries: not
one packet may have left the server for an address outside its "internet".
"""

import json
import os
import ssl
import subprocess
import re
import time
import urllib.error
import urllib.parse
import urllib.request

import net
from net import Origin, answer, page, redirect, tls

REFUSED = "private_address"
PASSWORD = "a long password\n"


class Lab:
    """The server, the name server, the canaries, and how to ask the server."""

    def __init__(self, spaces, folder):
        self.spaces, self.folder = spaces, folder
        self.log = folder / "log"
        self.names = net.Names()
        self.next = 0
        self.hits = []
        for address in net.CANARIES:
            for port in net.CANARY_PORTS:
                Origin(address, self.canary(address, port), port)
        tls(folder, "lab-authority")
        self.binary = os.environ["CUTTINGS_BINARY"]
        self.data = folder / "data"
        self.tokens = {}
        for user in ("ada", "ben"):
            self.cuttings("user", "add", user, "--password-stdin", input=PASSWORD)
            told = self.cuttings("--json", "token", "add", "lab", "--user", user,
                                 "--scope", "full")
            self.tokens[user] = next(v for v in json.loads(told).values()
                                     if isinstance(v, str) and len(v) > 20)
        self.start()
        self.counters_work()
        self.reset()

    def start(self):
        self.server = subprocess.Popen(
            self.inside(self.binary, "serve", "--listen", f"{net.SERVER}:{net.PORT}",
                        "--allow-private-network", "198.18.0.0/15",
                        "--allow-private-host", "intranet.example", "--log", "debug"),
            env=self.environment(), stderr=self.log.open("a"),
        )
        for _ in range(100):
            try:
                self.get("/readyz")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)

    def counters_work(self):
        """A packet sent astray on purpose: what counts nothing proves nothing."""
        before = self.spaces.astray()
        reach = "import urllib.request as u; u.urlopen('http://10.0.0.1/control', timeout=5).read()"
        subprocess.run(self.inside("python3", "-c", reach), check=True, timeout=20)
        assert self.spaces.astray() > before and self.hits, "the canaries see nothing"

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CUTTINGS_")}
        return kept | {
            "CUTTINGS_DATA": str(self.data),
            "SSL_CERT_FILE": str(self.folder / "lab-authority.pem"),
            # F19: not configured, so not used.
            "HTTP_PROXY": "http://10.0.0.1:8080", "http_proxy": "http://10.0.0.1:8080",
            "HTTPS_PROXY": "http://10.0.0.1:8080", "ALL_PROXY": "http://10.0.0.1:8080",
        }

    def inside(self, *command):
        return ["ip", "netns", "exec", self.spaces.sut, *command]

    def cuttings(self, *args, **how):
        done = subprocess.run(self.inside(self.binary, *args), env=self.environment(),
                              capture_output=True, text=True, timeout=30, **how)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def canary(self, address, port):
        def script(path, head):
            self.hits.append(f"{address}:{port} {path}")
            return page()
        return script

    def nothing_went_astray(self):
        packets = self.spaces.astray()
        astray, self.seen = packets - self.seen, packets
        assert not self.hits, f"a canary was asked: {self.hits}"
        assert astray == 0, f"{astray} packets went where none may go"
        assert self.server.poll() is None, "the server has ended"

    def reset(self):
        self.hits.clear()
        self.seen = self.spaces.astray()

    def stop(self):
        self.server.terminate()
        try:
            self.server.wait(15)
        except subprocess.TimeoutExpired:
            self.server.kill()

    # Asking the server.

    def ask(self, method, path, body=None, user="ada"):
        request = urllib.request.Request(
            f"http://{net.SERVER}:{net.PORT}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.tokens[user]}",
                     "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as came:
                text = came.read()
                return came.status, json.loads(text) if text.startswith(b"{") else text
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def get(self, path, user="ada"):
        return self.ask("GET", path, user=user)[1]

    def browser(self, user):
        """Somebody who has signed in: asks for a path, gives status and text."""
        jar = urllib.request.HTTPCookieProcessor()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

        def ask(path, form=None):
            try:
                with opener.open(f"http://{net.SERVER}:{net.PORT}{path}", form, 20) as came:
                    return came.status, came.read().decode("utf-8", "replace")
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode("utf-8", "replace")

        if user:
            form = urllib.parse.urlencode({"name": user, "password": PASSWORD.strip()})
            assert ask("/signin", form.encode())[0] == 200, user
        return ask

    def save(self, url, user="ada"):
        """Saves an address and waits until its capture has an end."""
        status, article = self.ask("POST", "/api/v1/articles", {"url": url}, user)
        assert status in (200, 201), (url, status, article)
        return self.ended(article["id"], user)

    def ended(self, number, user="ada"):
        for _ in range(300):
            article = self.get(f"/api/v1/articles/{number}", user)
            if article["state"] != "queued" or article.get("reason"):
                return article
            time.sleep(0.1)
        raise AssertionError(f"article {number} has no end")

    def kept_with(self, url, code):
        """The address is kept, and the article says in plain words why no more is."""
        article = self.save(url)
        reason = article["reason"] or {}
        assert reason.get("code") == code, (url, article["state"], reason)
        text = reason["text"]
        assert len(text) > 20 and text.endswith("."), text
        return text

    def ready(self, url, user="ada"):
        article = self.save(url, user)
        assert article["state"] == "ready", (url, article["state"], article["reason"])
        return article

    # The network.

    def site(self, script, name=None, **how):
        """An origin of its own address and name."""
        self.next += 1
        address = f"198.18.1.{self.next}"
        name = name or f"site{self.next}.example"
        self.names.put(name, [address])
        origin = Origin(address, script, **how)
        origin.name, origin.address = name, address
        return origin


def all_cases():
    return [(name, case) for name, case in globals().items()
            if name[0] in "fp" and name[1:3].isdigit() and callable(case)]


def f01_special_addresses_are_refused_with_one_wording(lab):
    # First addresses of the rows of the IANA registries; each row's last one, and
    # every other spelling, are tried in the tests of cuttings-fetch.
    rows = """0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.1.2.3 169.254.169.254
        172.16.0.1 192.0.0.1 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.0.2.1
        192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.175.48.1 198.51.100.1
        203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255
        [::1] [::] [::ffff:10.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::1] [100::1]
        [2001::1] [2001:2::1] [2001:10::1] [2001:20::1] [2001:db8::1] [2002:a00:1::1]
        [3fff::1] [5f00::1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1]""".split()
    texts = set()
    for host in rows:
        for port in ("", ":8080"):
            text = lab.kept_with(f"http://{host}{port}/f01", REFUSED)
            # Of the address itself each has its own spelling.
            texts.add(text.partition(" ")[2])
    assert len(texts) == 1, texts


def f02_disguised_literals_are_refused(lab):
    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.",
                 "[::ffff:127.0.0.1]", "%31%32%37.0.0.1", "１２７.0.0.1",
                 "127。0。0。1", "0X7F.1", "user:pw@10.0.0.1"):
        lab.kept_with(f"http://{host}/f02", REFUSED)


def f03_names_that_lead_to_private_addresses_are_refused(lab):
    lab.names.put("private.example", ["10.0.0.1"])
    lab.names.put("private6.example", six=[["fd00:ec2::254"]])
    lab.names.put("alias.example", alias="hop.example")
    lab.names.put("hop.example", alias="private.example")
    lab.names.put("wiki.lab.internal", ["192.168.0.1"])
    lab.names.put("metadata.internal", ["169.254.169.254"])
    for host in ("private.example", "private6.example", "alias.example", "wiki",
                 "metadata.internal", "localhost", "localhost.", "x.localhost"):
        article = lab.save(f"http://{host}/f03")
        assert article["reason"]["code"] in (REFUSED, "name_not_found"), (host, article["reason"])
    assert lab.names.asked["wiki.lab.internal", 1] > 0, "the search domain was not tried"


def f03_of_a_mixed_answer_only_the_public_address_is_tried(lab):
    origin = lab.site(lambda path, head: page())
    lab.names.put("mixed.example", ["10.0.0.1", origin.address, "192.168.0.1"],
                  six=[["fd00:ec2::254"]])
    lab.ready("http://mixed.example/f03")


def f04_an_answer_that_changes_is_never_trusted(lab):
    origin = lab.site(lambda path, head: redirect("http://rebound.example/second")
                      if path == "/first" else page('<img src="/picture.png" width=600 height=400>'))
    lab.names.put("rebound.example", [origin.address], ["10.0.0.1"])
    # One look-up, one connection: page and picture come, or the picture is missing.
    lab.ready("http://rebound.example/f04")
    lab.names.put("hops.example", [origin.address], ["192.168.0.1"])
    lab.names.asked.clear()
    lab.names.put("rebound.example", [origin.address], ["10.0.0.1"])
    lab.kept_with("http://rebound.example/first", REFUSED)
    assert lab.names.asked["rebound.example", 1] == 2, lab.names.asked


def f05_redirects_to_private_addresses_are_refused_at_every_hop(lab):
    origin = lab.site(lambda path, head: script(path))
    secure = lab.site(lambda path, head: redirect("http://10.0.0.1/tls"), name="tls5.example",
                      port=443, tls=tls(lab.folder, "tls5.example", "lab-authority"))

    def script(path):
        number, _, rest = path.strip("/").partition("/")
        if number == "chain":
            return redirect(f"/chain/{int(rest) + 1}" if int(rest) < 4 else "//172.16.0.1/end")
        return redirect(rest.replace("_", "/"), int(number))

    for number in (301, 302, 303, 307, 308):
        for address in ("10.0.0.1", "127.0.0.1", "[fd00:ec2::254]", "[::1]"):
            lab.kept_with(f"http://{origin.name}/{number}/http:__{address}_f05", REFUSED)
    lab.kept_with(f"http://{origin.name}/302/__192.168.0.1_f05", REFUSED)
    text = lab.kept_with(f"http://{origin.name}/chain/0", REFUSED)
    assert "172.16.0.1/end" in text, text
    lab.kept_with(f"https://{secure.name}/f05", REFUSED)


def f06_only_http_and_https_are_fetched(lab):
    for url in ("file:///etc/passwd", "ftp://site.example/", "gopher://site.example/",
                "data:text/html,x", "javascript:alert(1)", "blob:https://site.example/1",
                "chrome://settings/", "view-source:http://site.example/", "unix:/run/s"):
        status, problem = lab.ask("POST", "/api/v1/articles", {"url": url})
        assert status == 422, (url, status, problem)
    targets = ["file:///etc/passwd", "ftp://10.0.0.1/", "data:text/html,x", "unix:/run/s"]
    origin = lab.site(lambda path, head: redirect(targets[int(path[1:])]))
    for number in range(len(targets)):
        lab.kept_with(f"http://{origin.name}/{number}", "scheme")


def f07_nothing_that_a_page_names_leads_to_a_private_address(lab):
    there = "http://10.0.0.1"
    head = f"""
        <link rel=stylesheet href={there}/a.css><link rel=icon href={there}/i.ico>
        <link rel=apple-touch-icon href={there}/t.png><link rel=manifest href={there}/m>
        <link rel=canonical href={there}/c><link rel=amphtml href={there}/amp>
        <link rel=next href={there}/next><link rel=preload as=image href={there}/p.png>
        <link rel=alternate type=application/rss+xml href={there}/feed>
        <link rel=alternate type=application/json+oembed href={there}/oembed>
        <meta property=og:image content={there}/og.png>
        <meta http-equiv=refresh content="0;url={there}/refresh"><base href={there}/>
        <style>@import url({there}/b.css); body {{ background: url({there}/bg.png) }}
        @font-face {{ font-family: x; src: url({there}/f.woff2) }}</style>
        <script type=application/ld+json>{{"@context":"https://schema.org",
        "@type":"NewsArticle","image":"{there}/ld.png","url":"{there}/ld"}}</script>"""
    body = f"""<p style="background:url({there}/s.png)">Styled.</p>
        <figure><img src={there}/1.png srcset="{there}/2.png 2x" width=800 height=600></figure>
        <picture><source srcset={there}/3.webp><img src=https://192.168.0.1/4.png></picture>
        <img data-src={there}/5.png><video poster={there}/6.png src={there}/v.mp4></video>
        <iframe src={there}/frame></iframe><object data={there}/o></object>
        <embed src={there}/e><svg><image href={there}/7.png /></svg>"""
    origin = lab.site(lambda path, head_: page(body, head))
    lab.ready(f"http://{origin.name}/f07")
    # What the page looks like with is kept by a job after the capture.
    time.sleep(3)


def f08_feeds_go_the_same_way(lab):
    origin = lab.site(lambda path, head: redirect("http://169.254.169.254/feed")
                      if path == "/moved" else page(head="<link rel=alternate "
                      "type=application/rss+xml href=http://10.0.0.1/feed>"))
    for url in ("http://10.0.0.1/feed", "http://[::1]/feed", f"http://{origin.name}/moved"):
        for path in ("/api/v1/feeds", "/api/v1/feeds/discover"):
            status, problem = lab.ask("POST", path, {"url": url})
            assert status == 422, (path, url, status, problem)
            assert problem.get("code") == REFUSED, problem


def f09_a_site_that_turns_bad_is_refused_when_it_is_visited_again(lab):
    turned = []
    origin = lab.site(lambda path, head: redirect("http://10.0.0.1/f09") if turned else page())
    article = lab.ready(f"http://{origin.name}/f09")
    turned.append(True)
    status, said = lab.ask("POST", f"/api/v1/articles/{article['id']}/captures")
    assert status in (200, 201, 202), (status, said)
    for _ in range(100):
        if len(origin.requests) > 1:
            break
        time.sleep(0.1)
    time.sleep(1)
    after = lab.get(f"/api/v1/articles/{article['id']}")
    assert after["state"] == "ready" and after["headline"] == article["headline"], after
    assert len(origin.requests) == 2, origin.requests


def f10_nothing_that_takes_an_address_fetches_it(lab):
    # The one route that is handed an address gives out what was kept with a capture,
    # to whoever has a ticket for it; all others are walked in the server's own tests.
    canary = "http://10.0.0.1/f10.png"
    origin = lab.site(lambda path, head: page(f"<img src={canary} width=800 height=600>"))
    article = lab.ready(f"http://{origin.name}/f10")
    other = lab.ready(f"http://{origin.name}/f10", "ben")

    def ticket(browser, number, user):
        captures = lab.get(f"/api/v1/articles/{number}/captures", user)["captures"]
        where = f"/articles/{number}/captures/{captures[0]['id']}/replay"
        status, text = browser(where)
        assert status == 200, (status, text)
        return re.search(r'<iframe src="(/replay/[^"/]+)/page"', text)[1]

    ada, ben, nobody = lab.browser("ada"), lab.browser("ben"), lab.browser(None)
    hers, his = ticket(ada, article["id"], "ada"), ticket(ben, other["id"], "ben")
    assert nobody(f"{hers}/page")[0] == 200
    before = len(origin.requests)
    # Those with numbers of her ticket and the mark of his, and the other way round.
    forged = [hers.rpartition("-")[0] + "-" + his.rpartition("-")[2],
              his.rpartition("-")[0] + "-" + hers.rpartition("-")[2],
              "/replay/" + "0" * 64, "/replay/1-1-1-9999999999999-" + "0" * 64, "/replay/-"]
    named = [canary, "http://127.0.0.1/x", "//10.0.0.1/x", f"http://{origin.name}/never-kept"]
    for ask in (ada, ben, nobody):
        for way in [hers, his, *forged]:
            for address in named:
                query = urllib.parse.urlencode({"url": address})
                status, text = ask(f"{way}/resource?{query}")
                assert status == 404, (way, address, status, text)
        for path in ("/proxy", "/image", "/fetch", "/api/v1/proxy", "/static/proxy"):
            assert ask(f"{path}?url={canary}")[0] == 404, path
    assert len(origin.requests) == before, origin.requests[before:]


def f11_saving_the_library_itself_ends_and_uses_no_credentials(lab):
    article = lab.save(f"http://{net.SERVER}:{net.PORT}/")
    assert article["state"] != "queued", article
    assert "ada" not in (article.get("headline") or ""), article


def f12_user_name_and_password_of_an_address_go_nowhere(lab):
    other = lab.site(lambda path, head: page())
    origin = lab.site(lambda path, head: redirect(f"http://o:hunter2hunter2@{other.name}/"))
    lab.ready(f"http://u:hunter2hunter2@{origin.name}/f12")
    for request in origin.requests + other.requests:
        assert "authorization" not in request.lower() and "hunter2" not in request, request
    assert "hunter2hunter2" not in lab.log.read_text(), "a password is in the log"


def f13_a_second_capture_carries_nothing_of_the_first(lab):
    origin = lab.site(lambda path, head: page() if path != "/no" else answer(
        "no", "401 No", headers='WWW-Authenticate: Basic realm="x"\r\nSet-Cookie: b=2\r\n'))
    for path in ("/one", "/no", "/two"):
        lab.save(f"http://{origin.name}{path}")
    for request in origin.requests:
        low = request.lower()
        for header in ("cookie:", "authorization:", "referer:", "forwarded", "ada"):
            assert header not in low, request


def f13_what_is_given_for_a_site_goes_there_alone(lab):
    other = lab.site(lambda path, head: page())
    origin = lab.site(lambda path, head: redirect(f"http://{other.name}/") if path == "/away"
                      else page())
    status, said = lab.ask("PUT", "/api/v1/site-access", {
        "site": origin.name, "cookie": "id=canary-5d1e", "plain_http": True})
    assert status == 200, said
    lab.ready(f"http://{origin.name}/f13")
    lab.ready(f"http://{origin.name}/away")
    assert all("canary-5d1e" in one for one in origin.requests), origin.requests
    assert not any("canary-5d1e" in one for one in other.requests), other.requests
    assert "canary-5d1e" not in lab.log.read_text(), "a secret is in the log"


def f14_unusual_ports_are_refused(lab):
    origin = lab.site(lambda path, head: page())
    for port in (1, 22, 25, 5432, 6379, 11211):
        lab.kept_with(f"http://{origin.name}:{port}/f14", "port")
    assert not origin.requests


def f15_nothing_in_an_address_becomes_a_header(lab):
    origin = lab.site(lambda path, head: page())
    for tail in ("%0d%0aX-Evil:1%0d%0a%0d%0aGET%20/x", "a\r\nX-Evil: 1", "?q=%0aX-Evil:1",
                 "a\tb c", "#\r\nX-Evil: 1"):
        lab.ask("POST", "/api/v1/articles", {"url": f"http://{origin.name}/{tail}"})
    time.sleep(4)
    assert origin.requests
    for request in origin.requests:
        lines = request.split("\r\n")
        assert not any(line.lower().startswith("x-evil") for line in lines), request
        assert sum("HTTP/1.1" in line for line in lines) == 1, request


def f16_a_refusal_does_not_tell_what_listens(lab):
    texts = set()
    for port in (80, 8080, 8081):
        url = f"http://10.0.0.1:{port}/f16"
        texts.add(lab.kept_with(url, REFUSED).replace(f":{port}", ""))
    assert len(texts) == 1, texts


def f17_hosts_are_compared_in_one_form(lab):
    for host in ("xn--127-.0.0.1", "LOCALHOST", "10.0.0.1:80", "ⅼocalhost"):
        status, article = lab.ask("POST", "/api/v1/articles", {"url": f"http://{host}/f17"})
        if status in (200, 201):
            ended = lab.ended(article["id"])
            assert ended["reason"]["code"] in (REFUSED, "name_not_found"), (host, ended)


def f18_only_the_host_that_is_open_by_name_is_reached(lab):
    # Only the name is open, and it leads into the range for benchmarks here, so that
    # no canary has to be reached; its neighbours lead to canaries.
    inside = lab.site(lambda path, head: redirect("http://other-private.example/")
                      if path == "/away" else page(), name="intranet.example")
    for name in ("evilintranet.example", "intranet.example.evil", "www.intranet.example",
                 "other-private.example"):
        lab.names.put(name, ["10.0.0.1"])
        lab.kept_with(f"http://{name}/neighbour", REFUSED)
    lab.ready(f"http://{inside.name}/f18")
    lab.kept_with(f"http://{inside.name}/away", REFUSED)


def f19_a_proxy_in_the_environment_is_not_used(lab):
    # The server runs with every variable pointing at a canary.
    origin = lab.site(lambda path, head: page())
    lab.ready(f"http://{origin.name}/f19")


def f19_the_proxy_that_is_configured_is_the_only_way_out(lab):
    proxy = net.Proxy()
    origin = lab.site(lambda path, head: redirect("http://10.0.0.1/") if path == "/inside"
                      else page('<img src="/p.png" width=600 height=400>'))
    lab.names.put("inside.example", ["10.0.0.1"])
    lab.names.put("turns.example", [origin.address], ["10.0.0.1"])
    data = str(lab.folder / "proxied")

    def cuttings(*args, **how):
        command = [lab.binary, "--data", data, "--json", "--egress-proxy",
                   f"http://{net.PROXY}:{net.PROXY_PORT}",
                   "--allow-private-network", "198.18.0.0/15", *args]
        return subprocess.run(lab.inside(*command), env=lab.environment(),
                              capture_output=True, text=True, timeout=40, **how)

    def saved(*urls):
        done = cuttings("save", "--wait", *urls)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    made = cuttings("user", "add", "ada", "--password-stdin", input=PASSWORD)
    assert made.returncode == 0, made.stderr
    try:
        told, why = saved(f"http://{origin.name}/f19")
        assert told[0]["state"] == "ready", (told, why)
        assert len(origin.requests) >= 2 and net.SERVER not in origin.peers, origin.peers
        assert set(proxy.asked) == {f"{origin.address}:80"}, proxy.asked
        proxy.asked.clear()
        # What is not public is not public through it either, the proxy included.
        told, why = saved("http://10.0.0.1/", "http://[fd00:ec2::254]/", "http://localhost/",
                          "http://inside.example/", f"http://{net.PROXY}:{net.PROXY_PORT}/")
        assert [one["reason_code"] for one in told] == [REFUSED] * 5, (told, why)
        assert not proxy.asked, proxy.asked
        told, why = saved(f"http://{origin.name}/inside", "http://turns.example/f19")
        assert told[0]["reason_code"] == REFUSED and told[1]["state"] == "ready", (told, why)
        # The proxy was given the address that was judged, and looked up nothing.
        assert set(proxy.asked) == {f"{origin.address}:80"}, proxy.asked
    finally:
        proxy.stop()
    before = len(origin.requests)
    told, why = saved(f"http://{origin.name}/down")
    assert told[0]["reason_code"] == "proxy", (told, why)
    assert "proxy" in told[0]["reason"] and net.PROXY not in told[0]["reason"], told
    assert len(origin.requests) == before, "fetched without the proxy"


def f20_bad_certificates_are_told_and_good_ones_read(lab):
    good = lab.site(lambda path, head: page(), name="good.example", port=443,
                    tls=tls(lab.folder, "good.example", "lab-authority"))
    lab.ready(f"https://{good.name}/f20")
    lab.site(lambda path, head: page(), name="self.example", port=443,
             tls=tls(lab.folder, "self.example"))
    wrong = lab.site(lambda path, head: page(), name="wrong.example", port=443,
                     tls=tls(lab.folder, "right.example", "lab-authority"))
    plain = lab.site(lambda path, head: page(), name="plain.example", port=443)
    texts = [lab.kept_with(f"https://{name}/f20", "tls")
             for name in ("self.example", wrong.name)]
    assert "nobody" in texts[0] and "another name" in texts[1], texts
    article = lab.save(f"https://{plain.name}/f20")
    assert article["reason"]["code"] in ("tls", "timeout"), article["reason"]
    old = tls(lab.folder, "old.example", "lab-authority")
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    lab.site(lambda path, head: page(), name="old.example", port=443, tls=old)
    assert "still safe" in lab.kept_with("https://old.example/f20", "tls")
    # One that hangs up in the middle of the handshake may have had bad luck.
    short = lab.site(None, name="short.example", port=443)
    cut = lab.save(f"https://{short.name}/f20")
    assert cut["reason"]["code"] == "unreachable", cut["reason"]
    assert "encryption" in cut["reason"]["text"], cut["reason"]
    # None of that has weakened anything for the others.
    lab.ready(f"https://{good.name}/f20-again")


def f21_loops_and_chains_stop(lab):
    origin = lab.site(lambda path, head: redirect(
        f"/chain/{int(path.split('/')[2]) + 1}" if path.startswith("/chain")
        else "/b" if path == "/a" else "/a"))
    lab.kept_with(f"http://{origin.name}/a", "redirect_loop")
    before = len(origin.requests)
    lab.kept_with(f"http://{origin.name}/chain/0", "too_many_redirects")
    assert len(origin.requests) - before == 11, origin.requests


def f22_a_busy_site_is_left_alone_and_others_are_not(lab):
    busy = lab.site(lambda path, head: answer("", "429 Slow", headers="Retry-After: 6\r\n")
                    if path == "/busy" else page())
    free = lab.site(lambda path, head: page())
    lab.kept_with(f"http://{busy.name}/busy", "too_many_requests")
    status, waiting = lab.ask("POST", "/api/v1/articles", {"url": f"http://{busy.name}/wait"})
    assert status == 201, waiting
    began = time.monotonic()
    lab.ready(f"http://{free.name}/f22")
    assert time.monotonic() - began < 4
    assert lab.ended(waiting["id"])["state"] == "ready"
    assert busy.times[1] - busy.times[0] >= 6, busy.times


def f22_no_storm_breaks_loose_when_the_server_starts_again(lab):
    busy = lab.site(lambda path, head: answer("", "429 Slow", headers="Retry-After: 6\r\n")
                    if path == "/busy" else page())
    lab.kept_with(f"http://{busy.name}/busy", "too_many_requests")
    numbers = []
    for number in range(4):
        url = f"http://{busy.name}/{number}"
        numbers.append(lab.ask("POST", "/api/v1/articles", {"url": url})[1]["id"])
    time.sleep(1)
    lab.stop()
    lab.start()
    for number in numbers:
        assert lab.ended(number)["state"] == "ready"
    assert busy.times[1] - busy.times[0] >= 6, busy.times
    gaps = [b - a for a, b in zip(busy.times[1:], busy.times[2:])]
    assert min(gaps) > 0.4, gaps


def f22_waits_that_make_no_sense_are_bounded(lab):
    # None of these closes the site: not for a century, and not for ever after.
    for wait in ("-5", "soon", "", "Tue, 10 Nov 2020 10:05:00 GMT", "0"):
        origin = lab.site(lambda path, head: answer("", "503 Slow", headers=f"Retry-After: {wait}\r\n")
                          if path == "/busy" else page())
        lab.kept_with(f"http://{origin.name}/busy", "server_error")
        lab.ready(f"http://{origin.name}/other")


def f22_pages_of_one_site_keep_their_distance(lab):
    origin = lab.site(lambda path, head: page())
    numbers = []
    for number in range(5):
        url = f"http://{origin.name}/{number}"
        numbers.append(lab.ask("POST", "/api/v1/articles", {"url": url})[1]["id"])
    for number in numbers:
        assert lab.ended(number)["state"] == "ready"
    gaps = [b - a for a, b in zip(origin.times, origin.times[1:])]
    assert min(gaps) > 0.4, gaps


def f23_what_a_page_claims_joins_nothing(lab):
    victim = lab.site(lambda path, head: page("<p>The true report.</p>"))
    true = f"http://{victim.name}/report"
    claim = f"<link rel=canonical href={true}><meta property=og:url content={true}>"
    liar = lab.site(lambda path, head: redirect(true) if path == "/leads"
                    else page("<p>The false report.</p>", claim))
    # Another user's article is none of hers, whatever is claimed and wherever it leads.
    his = lab.ready(true, "ben")
    lying = lab.ready(f"http://{liar.name}/lies")
    leads = lab.ready(f"http://{liar.name}/leads")
    assert lying["twin_of"] is None, lying
    assert lying["url"] == lying["final_url"] == f"http://{liar.name}/lies", lying
    assert lying["canonical_url"] == true, lying
    assert (leads["url"], leads["final_url"]) == (f"http://{liar.name}/leads", true), leads
    # A page on another host is not taken for the one it claims to be, before the true
    # one is saved or after; only the user joins them.
    status, again = lab.ask("POST", "/api/v1/articles", {"url": f"http://{liar.name}/lies"})
    assert status == 200 and again["id"] == lying["id"], (status, again)
    assert leads["id"] != lying["id"]
    mine = lab.save(true)
    assert mine["id"] != lying["id"] and mine["final_url"] == true, mine
    late = lab.ready(f"http://{liar.name}/late")
    assert late["id"] not in (mine["id"], lying["id"]) and late["final_url"] != true, late
    for number, user in ((his["id"], "ben"), (mine["id"], "ada")):
        captures = lab.get(f"/api/v1/articles/{number}/captures", user)["captures"]
        assert [one["final_url"] for one in captures] == [true], captures
    after = lab.get(f"/api/v1/articles/{his['id']}", "ben")
    assert after["updated_at"] == his["updated_at"], (his, after)


def f24_nothing_on_a_page_runs_when_it_is_captured(lab):
    # No browser makes captures. A page that would send one everywhere sends nobody.
    there = "http://10.0.0.1"
    script = f"""<meta http-equiv=refresh content="1;url={there}/refresh">
        <script>fetch("{there}/fetch"); new WebSocket("ws://10.0.0.1/socket");
        new Worker("{there}/worker.js"); navigator.sendBeacon("{there}/beacon");
        new RTCPeerConnection({{iceServers: [{{urls: "stun:10.0.0.1"}}]}}).createOffer();
        location = "{there}/location"; new EventSource("{there}/events")</script>
        <script type=module src={there}/module.js></script>
        <link rel=dns-prefetch href=//prefetch.example><link rel=preconnect href={there}>
        <script type=speculationrules>{{"prefetch": [{{"urls": ["{there}/next"]}}]}}</script>"""
    origin = lab.site(lambda path, head: page(head=script))
    lab.names.asked.clear()
    article = lab.ready(f"http://{origin.name}/f24")
    assert article["final_url"] == f"http://{origin.name}/f24", article
    time.sleep(2)
    assert ("prefetch.example", 1) not in lab.names.asked, lab.names.asked


def p06_a_site_learns_nothing_of_who_asks(lab):
    origin = lab.site(lambda path, head: page('<img src="/p.png" width=600 height=400>'))
    lab.ready(f"http://{origin.name}/p06")
    for request in origin.requests:
        names = {line.split(":")[0].lower() for line in request.split("\r\n")[1:] if line}
        known = {"host", "user-agent", "accept", "accept-encoding"}
        assert names <= known, names


def p07_only_named_hosts_are_looked_up(lab):
    lab.names.asked.clear()
    origin = lab.site(lambda path, head: page())
    lab.ready(f"http://{origin.name}/p07")
    time.sleep(2)
    # Pictures of the case before may still be asked for: its site was named, too.
    asked = {name for name, _ in lab.names.asked}
    assert origin.name in asked, asked
    assert all(name.startswith("site") for name in asked), asked
