import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../kernel/service-error.ts";
import { decodeOutcome, decodeValue, encodeOutcome, encodeValue } from "./hop-values.ts";

test("what is written down is read back: JSON, bytes and dates, at any depth", () => {
  const value = {
    text: "ä\u0000\ud83d\ude00",
    list: [1, -0.5, null, true, new Uint8Array([0, 128, 255])],
    nested: { when: new Date(1_700_000_000_123), empty: {}, bytes: new Uint8Array() },
  };
  assert.deepEqual(decodeValue(encodeValue(value)), value);
});

test("members that look like bytes or dates are not taken for them", () => {
  for (const value of [{ $bytes: "AAAA" }, { $date: 5 }, { $$bytes: "AAAA" }, { $: 1, $$: 2 }, { $bytes: "A", b: 1 }])
    assert.deepEqual(decodeValue(encodeValue(value)), value);
});

test("a member named __proto__ is a member", () => {
  const value: unknown = JSON.parse('{"__proto__":{"a":1}}');
  assert.deepEqual(Object.keys(decodeValue(encodeValue(value)) as object), ["__proto__"]);
});

test("members that are undefined are left out, as JSON leaves them out", () => {
  assert.deepEqual(decodeValue(encodeValue({ a: undefined, b: [undefined] })), { b: [null] });
});

test("outcomes: an answer, no answer, a refusal with everything it says", () => {
  const done = { kind: "done", output: { bytes: new Uint8Array([7]) } } as const;
  assert.deepEqual(decodeOutcome(encodeOutcome(done)), done);
  assert.deepEqual(decodeOutcome(encodeOutcome({ kind: "done", output: undefined })), {
    kind: "done",
    output: undefined,
  });
  const error = new ServiceError("Full", "There is no room.", {
    status: 403,
    senderFault: false,
    members: { room: 0 },
  });
  const read = decodeOutcome(encodeOutcome({ kind: "refused", error }));
  assert.ok(read.kind === "refused");
  const { code, message, status, senderFault, members } = read.error;
  assert.deepEqual(
    [code, message, status, senderFault, members],
    ["Full", "There is no room.", 403, false, { room: 0 }],
  );
});
