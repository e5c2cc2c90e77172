// A way to the library that can fail: stands in front of the server on a port of
// its own and is up, down (the port is closed, as when the server has stopped),
// or loses answers (a change is made, and its connection breaks before the
// answer).

import { createServer, request as ask } from 'node:http';

/**
 * @param {string} to address of the server
 */
export async function startFlaky(to) {
  const { hostname, port: target } = new URL(to);
  /** @type {RegExp | null} */
  let loses = null;
  let lost = 0;
  /** @type {string[]} requests that reached the server: method and path */
  const passed = [];
  const server = createServer((incoming, outgoing) => {
    const what = `${incoming.method} ${incoming.url}`;
    passed.push(what);
    const { method, url: path, headers } = incoming;
    const onward = ask({ hostname, port: target, method, path, headers }, (answer) => {
      if (loses?.test(what)) {
        lost += 1;
        answer.resume();
        answer.on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  /** @param {number} port */
  const listen = (port) =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  await listen(0);
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const down = async () => {
    const closed = new Promise((resolve) => server.close(() => resolve(undefined)));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    down,
    up: () => listen(port),
    /** @param {RegExp | null} pattern answers to these requests are lost */
    lose: (pattern) => {
      loses = pattern;
    },
    lost: () => lost,
    passed,
    close: () => (server.listening ? down() : Promise.resolve()),
  };
}
