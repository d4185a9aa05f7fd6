import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { md5 } from "./md5.ts";
import { sha1, sha256 } from "./sha1-sha256.ts";
import { sha384, sha512 } from "./sha512.ts";

const algorithms = { md5, sha1, sha256, sha384, sha512 };

for (const [name, hash] of Object.entries(algorithms)) {
  test(`${name} agrees with OpenSSL for every length around its blocks`, () => {
    for (let length = 0; length < 300; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length * 31) & 0xff);
      assert.equal(hash(bytes), createHash(name).update(bytes).digest("hex"), `length ${length}`);
    }
  });
}
