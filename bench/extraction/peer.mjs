// Runs Readability.js on linkedom over a list of pages and times it.
//
// Called by `cargo xtask bench extraction`, which installs what package.json
// names: `node peer.mjs PEER LIST OUT PASSES`. What is read, written and timed
// is told in peer.py and README.md. The clock is that of the whole process:
// Node's helper threads (compiler, garbage collector) count, about a tenth.

import { readFileSync, openSync, writeSync, closeSync } from "node:fs";
import { createRequire } from "node:module";
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";

const require = createRequire(import.meta.url);

function readability(html, address) {
  const { document } = parseHTML(html);
  // linkedom has no address of its own; Readability asks for one to make links
  // absolute.
  const options = { value: address || "about:blank", configurable: true };
  Object.defineProperty(document, "baseURI", options);
  Object.defineProperty(document, "documentURI", options);
  return new Readability(document).parse()?.content ?? "";
}

const PEERS = { "readability-js": { run: readability, package: "@mozilla/readability" } };

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Most memory this process ever held; null where the system does not tell. */
function peakBytes() {
  try {
    const found = /^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "ascii"));
    return found ? Number(found[1]) * 1024 : null;
  } catch {
    return null;
  }
}

const [name, listPath, outPath, passes] = process.argv.slice(2);
const peer = PEERS[name];
const pages = readFileSync(listPath, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => line.split("\t"));
const best = new Map();
const sizes = new Map();
const failed = {};
const out = openSync(outPath, "w");
for (let number = 0; number < Number(passes); number++) {
  for (const [id, address, path] of pages) {
    const html = readFileSync(path, "utf8");
    const started = cpuSeconds();
    let found = "";
    try {
      found = peer.run(html, address);
    } catch (error) {
      failed[id] = String(error);
    }
    const spent = cpuSeconds() - started;
    best.set(id, Math.min(spent, best.get(id) ?? spent));
    if (number === 0) {
      sizes.set(id, Buffer.byteLength(html));
      writeSync(out, JSON.stringify({ id, html: found }) + "\n");
    }
  }
}
const end = {
  version: require(`${peer.package}/package.json`).version,
  clock: "cpu",
  peak_bytes: peakBytes(),
  failed,
  pages: pages.map(([id]) => ({ id, bytes: sizes.get(id), seconds: best.get(id) })),
};
writeSync(out, JSON.stringify(end) + "\n");
closeSync(out);
