import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import type { WholeResponse } from "./exchange.ts";
import { HttpCall } from "./http-call.ts";

const response: WholeResponse = {
  destroyed: false,
  headersSent: false,
  writeHead: () => undefined,
  end: () => undefined,
  once: () => undefined,
};

test("the source address is the connection's, an IPv4 address also as a listener for IPv6 sees it", () => {
  const cases: readonly (readonly [remote: string | undefined, expected: string | undefined])[] = [
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["::1", "::1"],
    ["::ffff:a01:203", "::ffff:a01:203"],
    ["fe80::1%eth0", "fe80::1"],
    [undefined, undefined],
  ];
  for (const [remote, expected] of cases) {
    const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: remote });
    const request = { method: "POST", url: "/", headers: {}, socket, wholeBody: Buffer.alloc(0) };
    assert.equal(new HttpCall(request, response, "request").sourceAddress, expected);
  }
});
