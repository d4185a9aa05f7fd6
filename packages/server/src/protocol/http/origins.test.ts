/** The questions are those browsers send: https://fetch.spec.whatwg.org/#http-cors-protocol, https://www.w3.org/TR/fetch-metadata/ */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { Origins } from "./origins.ts";
import type { RequestHeaders } from "./origins.ts";

function verdict(origins: Origins, headers: RequestHeaders): "allowed" | "no page" | "refused" {
  const page = origins.pageOf(headers);
  if (page instanceof ServiceError) return "refused";
  return page === undefined ? "no page" : "allowed";
}

describe("a page", () => {
  const named = new Origins(["https://app.example.com", "chrome-extension://abc"]);
  const cases: [headers: RequestHeaders, expected: ReturnType<typeof verdict>][] = [
    [{}, "no page"],
    [{ "sec-fetch-site": "none" }, "no page"],
    [{ "sec-fetch-site": "same-origin" }, "no page"],
    [{ "sec-fetch-site": "cross-site" }, "refused"],
    [{ "sec-fetch-site": "same-site" }, "refused"],
    [{ origin: "http://localhost" }, "allowed"],
    [{ origin: "http://localhost:3000", "sec-fetch-site": "cross-site" }, "allowed"],
    [{ origin: "https://app.localhost:8443" }, "allowed"],
    [{ origin: "http://127.0.0.1:8080" }, "allowed"],
    [{ origin: "http://[::1]:8080" }, "allowed"],
    [{ origin: "http://10.0.0.5:4566", host: "10.0.0.5:4566" }, "allowed"],
    [{ origin: "http://[fd00::5]:4566", host: "[fd00::5]:4566" }, "allowed"],
    [{ origin: "http://10.0.0.5:8080", host: "10.0.0.5:4566" }, "refused"],
    [{ origin: "http://rebound.example:4566", host: "rebound.example:4566" }, "refused"],
    [{ origin: "https://app.example.com" }, "allowed"],
    [{ origin: "chrome-extension://abc" }, "allowed"],
    [{ origin: "https://app.example.com:8443" }, "refused"],
    [{ origin: "http://app.example.com" }, "refused"],
    [{ origin: "http://localhost.example.com" }, "refused"],
    [{ origin: "http://127.0.0.1.example.com" }, "refused"],
    [{ origin: "http://evil-localhost" }, "refused"],
    [{ origin: "http://localhost@evil.example" }, "refused"],
    [{ origin: "file://" }, "refused"],
    [{ origin: "null" }, "refused"],
    [{ origin: "" }, "refused"],
  ];
  for (const [headers, expected] of cases)
    test(`with ${JSON.stringify(headers)} is ${expected}`, () => assert.equal(verdict(named, headers), expected));

  test("of any origin is let in where all are", () => {
    const open = new Origins(["*"]);
    for (const origin of ["https://any.example", "null"]) assert.equal(verdict(open, { origin }), "allowed");
    assert.equal(verdict(open, { "sec-fetch-site": "cross-site" }), "refused");
  });
});

test("a page that may ask is told what it may send, and no other header than it asked for", () => {
  const origins = new Origins();
  const question = { origin: "http://localhost:3000", "access-control-request-method": "POST" };
  const answerTo = (more: RequestHeaders) => {
    const page = origins.pageOf({ ...question, ...more });
    assert.ok(page !== undefined && !(page instanceof ServiceError));
    return page.preflight ?? {};
  };
  const headers = "amz-sdk-invocation-id,authorization,content-type,x-amz-target";
  const answer = answerTo({ "access-control-request-headers": headers });
  assert.equal(answer["access-control-allow-origin"], "http://localhost:3000");
  assert.equal(answer["vary"], "Origin");
  assert.equal(answer["access-control-allow-headers"], headers);
  assert.match(answer["access-control-allow-methods"] ?? "", /\bPOST\b/);
  assert.equal(answer["access-control-allow-private-network"], undefined);
  assert.equal(
    answerTo({ "access-control-request-private-network": "true" })["access-control-allow-private-network"],
    "true",
  );
  for (const bad of ["a\r\nset-cookie: x", "a b", ","])
    assert.ok(!("access-control-allow-headers" in answerTo({ "access-control-request-headers": bad })));
});
