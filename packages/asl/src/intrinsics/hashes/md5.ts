/** MD5 (RFC 1321). */
import { hexadecimal, padded, rotateLeft } from "./blocks.ts";

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32));

export function md5(bytes: Uint8Array): string {
  const view = padded(bytes, 64, true);
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let index = 0; index < 64; index += 1) {
      const round = index >> 4;
      const [mixed, word] =
        round === 0
          ? [(b & c) | (~b & d), index]
          : round === 1
            ? [(d & b) | (~d & c), (5 * index + 1) & 15]
            : round === 2
              ? [b ^ c ^ d, (3 * index + 5) & 15]
              : [c ^ (b | ~d), (7 * index) & 15];
      const sum = (a + mixed + (sines[index] ?? 0) + view.getUint32(block + word * 4, true)) | 0;
      [a, d, c, b] = [d, c, b, (b + rotateLeft(sum, shifts[round * 4 + (index & 3)] ?? 0)) | 0];
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  return hexadecimal([a0, b0, c0, d0], true);
}
