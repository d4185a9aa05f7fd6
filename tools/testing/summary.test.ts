import assert from "node:assert/strict";
import { test } from "node:test";
import { requirements } from "../../test/support/requirements.ts";
import { summarise } from "./summary.ts";

const chromium = requirements.filter(({ name }) => name === "chromium");
const root = "/checkout";

test("says nothing when everything ran and nothing is absent", () => {
  assert.deepEqual(summarise({ root, skipped: [], absent: [], strict: true }), []);
});

test("mentions what is absent although no suite asked for it, without failing", () => {
  assert.deepEqual(summarise({ root, skipped: [], absent: chromium, strict: true }), [
    "Not installed, and not needed by what ran: Chromium.",
  ]);
});

test("groups skipped tests by their reason", () => {
  const skipped = [
    { file: "/checkout/test/a.test.ts", name: "one", reason: "Chromium is not installed (apt-get install chromium)" },
    { file: "/checkout/test/b.test.ts", name: "two", reason: true },
    { file: "/checkout/test/b.test.ts", name: "three", reason: "Chromium is not installed (apt-get install chromium)" },
  ];
  assert.deepEqual(summarise({ root, skipped, absent: chromium, strict: false }), [
    "Skipped 3 tests:",
    "  Chromium is not installed (apt-get install chromium)",
    "    test/a.test.ts: one",
    "    test/b.test.ts: three",
    "  no reason given",
    "    test/b.test.ts: two",
  ]);
});
