import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { md5OfTexts } from "./md5-lanes.ts";

test("the digests of RFC 1321's test suite", () => {
  const digests = {
    "": "d41d8cd98f00b204e9800998ecf8427e",
    a: "0cc175b9c0f1b6a831c399e269772661",
    abc: "900150983cd24fb0d6963f7d28e17f72",
    "message digest": "f96b697d7cb7938d525a2f31aaf161d0",
    abcdefghijklmnopqrstuvwxyz: "c3fcd3d76192e4007dfb496cca67e13b",
    ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789: "d174ab98d277d9f5a5611c2c9f419d9f",
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890":
      "57edf4a22be3c955ac49da2e2107b67a",
  };
  assert.deepEqual(md5OfTexts(Object.keys(digests)), Object.values(digests));
});

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

test("as OpenSSL digests them: every length up to some blocks, beside texts of any other", () => {
  const random = new SeededRandom(1);
  for (let length = 0; length < 400; length += 1) {
    const texts = Array.from({ length: 4 + random.below(20) }, (_, index) =>
      textOf(random, index === 2 ? length : 400),
    );
    assert.deepEqual(md5OfTexts(texts), texts.map(md5));
  }
});

test("as OpenSSL digests them: around the longest that has a lane, and beyond", () => {
  const random = new SeededRandom(2);
  for (const length of [4_086, 4_087, 4_088, 4_095, 4_096, 4_097, 70_000]) {
    const texts = [textOf(random, 60), "x".repeat(length), textOf(random, 5_000), "", "é".repeat(length >> 1)];
    assert.deepEqual(md5OfTexts(texts), texts.map(md5));
  }
});

test("none, one and few texts have their digests too", () => {
  for (let count = 0; count < 5; count += 1) {
    const texts = Array.from({ length: count }, (_, index) => `text ${index}`);
    assert.deepEqual(md5OfTexts(texts), texts.map(md5));
  }
});

function textOf(random: SeededRandom, lengthMax: number): string {
  const letters = ["x", "\u0000", "é", "漢", "😀", "\ud800"];
  return Array.from({ length: random.below(lengthMax + 1) }, () => letters[random.below(letters.length)]).join("");
}
