/** What a browser sends for web pages that use the AWS SDK, and for pages that should not: posted forms, images, links. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { startTutti } from "tutti/testing";
import { elementOf, sqsWire } from "../support/sqs-wire.ts";

const page = "http://localhost:3000";

/** The question a browser asks before the SDK's request. */
const preflight = (origin: string): RequestInit => ({
  method: "OPTIONS",
  headers: {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-amz-target,x-amzn-query-mode",
  },
});

/** What somebody gets who follows a link on a page of another site. `fetch` would say itself how it was called. */
async function statusOfLink(url: string): Promise<number | undefined> {
  const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  const [response] = (await once(get(url, { headers }), "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

test("a page of this machine uses the SDK's requests, and reads answers and refusals", async () => {
  await using tutti = await startTutti();
  const { json, request } = sqsWire(() => tutti);
  const asked = await request("/", preflight(page));
  assert.equal(asked.status, 200);
  assert.equal(asked.headers.get("access-control-allow-origin"), page);
  assert.match(asked.headers.get("access-control-allow-headers") ?? "", /x-amz-target/);
  const made = await json("CreateQueue", { QueueName: "jobs" }, "/", { origin: page });
  assert.equal(made.status, 200);
  assert.equal(made.headers.get("access-control-allow-origin"), page);
  const missing = await json("GetQueueUrl", { QueueName: "none" }, "/", { origin: page });
  assert.equal(missing.status, 400);
  assert.equal(missing.headers.get("access-control-allow-origin"), page);
  assert.match(missing.headers.get("access-control-expose-headers") ?? "", /x-amzn-query-error/);
  // Clients that are no browsers get none of it.
  assert.equal((await json("ListQueues", {})).headers.get("access-control-allow-origin"), null);
});

test("a page of elsewhere is refused, in JSON, as a form and as an image, and nothing is done", async () => {
  await using tutti = await startTutti();
  const { json, request } = sqsWire(() => tutti);
  const origin = "https://elsewhere.example";
  const body = "Action=CreateQueue&QueueName=jobs&Version=2012-11-05";
  const form = { "content-type": "application/x-www-form-urlencoded", origin };
  const words = `A web page of ${origin} asks, and it may not use this server. Start it with --allow-origin and ${origin} to let it.`;
  const answers = [
    await request("/", preflight(origin)),
    await json("CreateQueue", { QueueName: "jobs" }, "/", { origin }),
    await request("/", { method: "POST", headers: form, body }),
    await request(`/?${body}`, { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" } }),
    await request("/_tutti/clock/advance", { method: "POST", headers: { origin }, body: '{"seconds":86400}' }),
    await request("/_tutti/health", { headers: { origin } }),
  ];
  const before = tutti.now();
  for (const { status, headers } of answers) {
    assert.equal(status, 403);
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
  assert.equal(elementOf("Message", answers[2]?.text ?? ""), words);
  assert.deepEqual(JSON.parse(answers[1]?.text ?? ""), { __type: "AccessDeniedException", message: words });
  assert.equal((await json("ListQueues", {})).text, "{}");
  assert.deepEqual(tutti.now(), before);
});

test("a link on any page leads to Tutti's own pages, and to no operation", async () => {
  await using tutti = await startTutti();
  const { json } = sqsWire(() => tutti);
  assert.equal(await statusOfLink(`${tutti.url}/_tutti/health`), 200);
  assert.equal(await statusOfLink(`${tutti.url}/?Action=CreateQueue&QueueName=jobs`), 403);
  assert.equal((await json("ListQueues", {})).text, "{}");
});

test("a page that is named may, at Tutti's own paths too", async () => {
  const origin = "https://app.example.com";
  await using tutti = await startTutti({ allowOrigins: [origin] });
  const { json, request } = sqsWire(() => tutti);
  assert.equal((await json("ListQueues", {}, "/", { origin })).headers.get("access-control-allow-origin"), origin);
  const asked = await request("/_tutti/clock/advance", preflight(origin));
  assert.equal(asked.headers.get("access-control-allow-origin"), origin);
  const before = tutti.now().getTime();
  const advance = { method: "POST", headers: { origin }, body: '{"seconds":60}' };
  const advanced = await request("/_tutti/clock/advance", advance);
  assert.deepEqual([advanced.status, advanced.headers.get("access-control-allow-origin")], [200, origin]);
  assert.equal(tutti.now().getTime(), before + 60_000);
});
