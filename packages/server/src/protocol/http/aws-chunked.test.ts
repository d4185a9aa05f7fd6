import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { decodeAwsChunked } from "./aws-chunked.ts";

const decode = (text: string, length?: string) =>
  decodeAwsChunked(Buffer.from(text, "latin1"), length).toString("latin1");
const signature = ";chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";

describe("takes off the framing", () => {
  test("signed chunks", () => {
    assert.equal(
      decode(`5${signature}\r\nhello\r\n3${signature}\r\n\r\n!\r\n0${signature}\r\n\r\n`, "8"),
      "hello\r\n!",
    );
  });

  test("unsigned chunks with trailers, signed and not", () => {
    assert.equal(decode("A\r\n0123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "10"), "0123456789");
    assert.equal(
      decode(
        `1${signature}\r\na\r\n0${signature}\r\nx-amz-checksum-crc32c:AAAAAA==\r\nx-amz-trailer-signature:abc\r\n\r\n`,
      ),
      "a",
    );
  });

  test("nothing at all, and an end without its empty line", () => {
    assert.equal(decode("0\r\n\r\n"), "");
    assert.equal(decode("1\r\na\r\n0\r\n"), "a");
  });
});

describe("refuses", () => {
  const cases: Readonly<Record<string, readonly [text: string, length?: string]>> = {
    "what is not framed": ["{}"],
    "no body": [""],
    "a size that is none": ["x\r\na\r\n0\r\n\r\n"],
    "a negative size": ["-1\r\na\r\n0\r\n\r\n"],
    "a size beyond all bodies": ["fffffffff\r\na\r\n0\r\n\r\n"],
    "a chunk cut short": ["5\r\nhel"],
    "a chunk longer than its size": ["1\r\nab\r\n0\r\n\r\n"],
    "no last chunk": ["1\r\na\r\n"],
    "something behind the end": ["1\r\na\r\n0\r\n\r\nmore"],
    "a trailer that is none": ["1\r\na\r\n0\r\nnonsense\r\n\r\n"],
    "a trailer cut short": ["1\r\na\r\n0\r\nx-amz-checksum-crc32:AAA"],
    "a head without end": [`1;${"a".repeat(10_000)}\r\na\r\n0\r\n\r\n`],
    "another length than announced": ["1\r\na\r\n0\r\n\r\n", "2"],
    "an announced length that is none": ["1\r\na\r\n0\r\n\r\n", "one"],
  };
  for (const [name, [text, length]] of Object.entries(cases)) {
    test(name, () => {
      assert.throws(
        () => decode(text, length),
        (error) => error instanceof ServiceError && error.code === "SerializationException" && error.status === 400,
      );
    });
  }
});
