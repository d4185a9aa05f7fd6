import assert from "node:assert/strict";
import { test } from "node:test";
import { places } from "../testing.ts";
import { machineTraces } from "./machine-traces.ts";

const rule = machineTraces("/srv/checkout/tutti");

/** Put together here, so that this file names no such place itself. */
function join(...parts: readonly string[]): string {
  return parts.join("");
}

function found(text: string): number {
  return places(rule, { "docs/page.md": text }).length;
}

test("home folders are found", () => {
  assert.equal(found(join("see /ho", "me/ada/tutti/README.md")), 1);
  assert.equal(found(join("`/Us", "ers/ada`")), 1);
  assert.equal(found(join("C:\\Us", "ers\\ada")), 1);
});

test("the path of the checkout is found", () => {
  assert.equal(found("run it in /srv/checkout/tutti/packages"), 1);
  assert.equal(found("run it in /srv/checkout/tuttifrutti"), 0);
});

test("registry hosts are found", () => {
  assert.equal(found(join(`"resolved": "https://regis`, `try.npmjs.org/x/-/x-1.0.0.tgz"`)), 1);
  assert.equal(found(join("https://acme.jf", "rog.io/npm")), 1);
});

test("the place is the line", () => {
  assert.deepEqual(places(rule, { "a.json": join("{\n\n", "/ho", "me/ada\n}") }), ["a.json:3"]);
});

test("ordinary paths and hosts pass", () => {
  assert.equal(found("~/tutti ./data /tmp /usr/lib/postgresql https://example.com/home/page packages/home/x"), 0);
  assert.equal(found("the registry of services; https://docs.aws.amazon.com/; a schema registry. Next"), 0);
});
