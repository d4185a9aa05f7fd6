import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readWholeRequest } from "./whole-request.ts";

const headBytesMax = 1_000;
const body = '{"Text":"ünï"}';

function bytes(...headers: readonly string[]): Buffer {
  const lines = ["POST / HTTP/1.1", ...headers, `content-length: ${Buffer.byteLength(body)}`];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

const usual = ["Host: localhost:4566", "X-Amz-Target:\tSample.Echo ", "Connection: Keep-Alive", "x-empty:"];

describe("a request that is whole", () => {
  test("gives its headers by lower-case name, without the space around values, and its body", () => {
    const request = readWholeRequest(bytes(...usual), headBytesMax);
    assert.deepEqual(
      { ...request?.headers },
      {
        host: "localhost:4566",
        "x-amz-target": "Sample.Echo",
        connection: "Keep-Alive",
        "x-empty": "",
        "content-length": "16",
      },
    );
    assert.equal(request?.body.toString(), body);
  });
});

// RFC 9110 and 9112 say what each of these means; it is for node:http to say it to the client.
const others: readonly (readonly [what: string, bytes: Buffer])[] = [
  ["a part of its head", bytes(...usual).subarray(0, 40)],
  ["a part of its body", bytes(...usual).subarray(0, -1)],
  ["more than one request", Buffer.concat([bytes(...usual), bytes(...usual)])],
  [
    "another method",
    Buffer.from(
      bytes(...usual)
        .toString()
        .replace("POST", "PUT"),
    ),
  ],
  [
    "another path",
    Buffer.from(
      bytes(...usual)
        .toString()
        .replace("POST /", "POST /1/q"),
    ),
  ],
  [
    "another version",
    Buffer.from(
      bytes(...usual)
        .toString()
        .replace("1.1", "1.0"),
    ),
  ],
  ["no host", bytes("x-amz-target: Sample.Echo")],
  ["an empty host", bytes("host:", "x-amz-target: Sample.Echo")],
  ["no target", bytes("host: x")],
  ["two lengths", bytes(...usual, "Content-Length: 16")],
  [
    "a length that is not just digits",
    Buffer.from(
      bytes(...usual)
        .toString()
        .replace(": 16", ": +16"),
    ),
  ],
  ["chunks", bytes(...usual, "transfer-encoding: chunked")],
  ["an expectation", bytes(...usual, "expect: 100-continue")],
  ["the wish to close", bytes("host: x", "x-amz-target: Sample.Echo", "connection: close")],
  ["an upgrade", bytes(...usual, "upgrade: h2c")],
  ["a name twice", bytes(...usual, "x-empty: 1")],
  ["a name that every object has", bytes(...usual, "Constructor: 1")],
  ["a name that is no name of a property", bytes(...usual, "__proto__: 1")],
  ["a space before the colon", bytes(...usual, "x-a : 1")],
  ["a folded value", bytes(...usual, "x-a: 1\r\n 2")],
  ["a bare line feed", bytes(...usual, "x-a: 1\nx-b: 2")],
  ["a bare carriage return", bytes(...usual, "x-a: 1\rx-b: 2")],
  ["a character outside ASCII", bytes(...usual, "x-a: é")],
  ["a head that is too long", bytes(...usual, `x-a: ${"x".repeat(headBytesMax)}`)],
];

describe("is not read here", () => {
  for (const [what, given] of others) test(what, () => assert.equal(readWholeRequest(given, headBytesMax), undefined));
});
