import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleModel } from "../sample-model.ts";
import { WireService } from "../wire-service.ts";
import { Router } from "./router.ts";

const { metadata } = sampleModel;
const json = new WireService(sampleModel);
const query = new WireService({
  ...sampleModel,
  service: "older",
  metadata: {
    ...metadata,
    protocol: "query",
    endpointPrefix: "older",
    apiVersion: "2010-05-08",
    targetPrefix: "Older",
  },
});
const both = new WireService(
  { ...sampleModel, service: "both", metadata: { ...metadata, signingName: "both-signing", targetPrefix: "Both" } },
  { alsoQuery: { version: "2012-11-05", xmlNamespace: "x" }, ownsPath: (path) => path.startsWith("/queue/") },
);
const router = new Router([json, query, both]);

function byAction(action?: string, version?: string, scope?: string, path = "/"): readonly string[] {
  const found = router.byAction(action, version, scope, path);
  return "error" in found
    ? [found.service?.name ?? "", found.error.code, found.error.message]
    : [found.service?.name ?? "", found.operation.name];
}

test("a target names service and operation", () => {
  const found = router.byTarget("Sample_20200101.Echo");
  assert.ok("operation" in found);
  assert.deepEqual([found.service.name, found.operation.name, found.protocol], ["sample", "Echo", "json"]);
});

test("an unknown target is AWS's UnknownOperationException, worded by the service if that is known", () => {
  for (const [target, service] of [
    ["Sample_20200101.Nope", "sample"],
    ["Sample_20200101.__proto__", "sample"],
    ["Sample_20200101.", "sample"],
    ["Sample_20200101x", undefined],
    ["Sample_20200101.Echo.Echo", undefined],
    ["sample_20200101.Echo", undefined],
    ["Echo", undefined],
    ["", undefined],
    [".", undefined],
  ] as const) {
    const found = router.byTarget(target);
    assert.ok("error" in found, target);
    assert.deepEqual(
      [found.service?.name, found.error.code, found.error.message],
      [service, "UnknownOperationException", ""],
    );
  }
});

test("an action's service is found by scope, by path, by version, by name", () => {
  assert.deepEqual(byAction("Echo", "2012-11-05", "older"), ["older", "Echo"]);
  assert.deepEqual(byAction("Echo", "2010-05-08", "both-signing"), ["both", "Echo"]);
  assert.deepEqual(byAction("Echo", undefined, undefined, "/queue/x"), ["both", "Echo"]);
  assert.deepEqual(byAction("Echo", "2012-11-05"), ["both", "Echo"]);
  assert.deepEqual(byAction("Echo", "2010-05-08"), ["older", "Echo"]);
  assert.deepEqual(byAction("Echo"), ["older", "Echo"]);
  // A service that speaks JSON alone is never asked by action.
  assert.deepEqual(byAction("Echo", "2020-01-01", "sample"), [
    "",
    "InvalidAction",
    "Could not find operation Echo for version 2020-01-01",
  ]);
});

test("an unknown action and an absent one are refused in AWS's words", () => {
  assert.deepEqual(byAction("Nope", "2010-05-08", "older"), [
    "older",
    "InvalidAction",
    "Could not find operation Nope for version 2010-05-08",
  ]);
  assert.deepEqual(byAction("Nope", undefined, undefined, "/queue/x"), [
    "both",
    "InvalidAction",
    "The action Nope is not valid for this endpoint.",
  ]);
  assert.deepEqual(byAction("constructor"), [
    "",
    "InvalidAction",
    "The action constructor is not valid for this endpoint.",
  ]);
  assert.deepEqual(byAction(undefined, "2010-05-08", "older"), [
    "older",
    "MissingAction",
    "The request must contain the parameter Action.",
  ]);
});
