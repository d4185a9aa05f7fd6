/** Policies that go by the client's address, over both ways a request is read. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { describe, test } from "node:test";
import { startTutti } from "tutti/testing";

interface Client {
  readonly localAddress: string;
  readonly account: string;
  readonly headers?: Record<string, string>;
}

/** The status of one request, on a connection of its own. */
async function post(url: string, client: Client, headers: Record<string, string>, body: string): Promise<number> {
  const { localAddress, account } = client;
  const authorization = `AWS4-HMAC-SHA256 Credential=${account}/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0`;
  const all = { authorization, "content-length": String(Buffer.byteLength(body)), ...headers, ...client.headers };
  const request = httpRequest(url, { method: "POST", agent: false, localAddress, headers: all });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode ?? 0;
}

const ways: Record<
  string,
  (url: string, client: Client, action: string, input: Record<string, string>) => Promise<number>
> = {
  "AWS JSON": (url, client, action, input) => {
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${action}`,
      "x-amzn-query-mode": "true",
      connection: "keep-alive",
    };
    return post(url, client, headers, JSON.stringify(input));
  },
  Query: (url, client, action, input) => {
    const form = new URLSearchParams({ Action: action, Version: "2012-11-05", ...input });
    return post(url, client, { "content-type": "application/x-www-form-urlencoded" }, form.toString());
  },
};

const owner = "111122223333";
const other = "444455556666";
const arn = `arn:aws:sqs:eu-west-1:${owner}:queue`;
const statement = { Principal: "*", Action: "sqs:SendMessage", Resource: arn };

async function withPolicy(url: string, Statement: readonly object[]): Promise<void> {
  const Attributes = { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) };
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.CreateQueue" };
  const body = JSON.stringify({ QueueName: "queue", Attributes });
  assert.equal(await post(url, { localAddress: "127.0.0.1", account: owner }, headers, body), 200);
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
describe("aws:SourceIp", () => {
  for (const [way, ask] of Object.entries(ways)) {
    const send = (url: string, client: Client) =>
      ask(url, client, "SendMessage", { QueueUrl: `${url}/${owner}/queue`, MessageBody: "x" });

    test(`lets another account in from one address only (${way})`, async () => {
      await using tutti = await startTutti();
      await withPolicy(tutti.url, [
        { ...statement, Effect: "Allow", Condition: { IpAddress: { "aws:SourceIp": ["127.0.0.2", "10.0.0.0/8"] } } },
      ]);
      assert.equal(await send(tutti.url, { localAddress: "127.0.0.2", account: other }), 200);
      assert.equal(await send(tutti.url, { localAddress: "127.0.0.1", account: other }), 403);
      // Anyone can write this.
      const headers = { "x-forwarded-for": "127.0.0.2", "x-real-ip": "127.0.0.2", forwarded: "for=127.0.0.2" };
      assert.equal(await send(tutti.url, { localAddress: "127.0.0.1", account: other, headers }), 403);
    });

    test(`keeps the owner out from elsewhere (${way})`, async () => {
      await using tutti = await startTutti();
      await withPolicy(tutti.url, [
        { ...statement, Effect: "Deny", Condition: { NotIpAddress: { "aws:SourceIp": "127.0.0.2/32" } } },
      ]);
      assert.equal(await send(tutti.url, { localAddress: "127.0.0.2", account: owner }), 200);
      assert.equal(await send(tutti.url, { localAddress: "127.0.0.1", account: owner }), 403);
    });

    test(`aws:UserAgent is the request's (${way})`, async () => {
      await using tutti = await startTutti();
      await withPolicy(tutti.url, [
        { ...statement, Effect: "Allow", Condition: { StringLike: { "aws:UserAgent": "partner/*" } } },
      ]);
      const client = { localAddress: "127.0.0.1", account: other };
      assert.equal(await send(tutti.url, { ...client, headers: { "user-agent": "partner/1.0" } }), 200);
      assert.equal(await send(tutti.url, { ...client, headers: { "user-agent": "somebody/1.0" } }), 403);
    });
  }
});
