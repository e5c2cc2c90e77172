// Pictures made in code, so that no binary file lies in the repository.
//
// The origin serves them. They are gradients, not one flat colour: some readers
// drop pictures that look like spacers.

import { deflateSync } from 'node:zlib';

/**
 * A PNG with a gradient from one colour at the top left to another at the
 * bottom right.
 *
 * @param {number} width in pixels
 * @param {number} height in pixels
 * @param {[number, number, number]} from red, green, blue, 0 to 255
 * @param {[number, number, number]} to the same
 * @returns {Buffer} the file
 */
export function png(width, height, from, to) {
  const row = 1 + width * 3;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const share = (x / width + y / height) / 2;
      for (let channel = 0; channel < 3; channel += 1) {
        const value = from[channel] + (to[channel] - from[channel]) * share;
        pixels[y * row + 1 + x * 3 + channel] = Math.round(value);
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // eight bits a channel, RGB
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * One chunk of a PNG: length, type, data, checksum of the last two.
 *
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/**
 * CRC-32 as PNG uses it. Node has one of its own only from 22 on.
 *
 * @param {Buffer} bytes
 */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
