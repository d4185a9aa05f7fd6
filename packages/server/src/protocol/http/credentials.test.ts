import assert from "node:assert/strict";
import { test } from "node:test";
import { readCredential } from "./credentials.ts";

const signed = (credential: string) =>
  `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=abc`;

const anonymous = { accessKeyId: undefined, account: "000000000000", region: "us-east-1", scope: undefined };

test("a 12-digit access key is its own account; region and service come from the scope", () => {
  assert.deepEqual(readCredential(signed("123456789012/20240101/eu-central-1/sqs/aws4_request"), undefined), {
    accessKeyId: "123456789012",
    account: "123456789012",
    region: "eu-central-1",
    scope: "sqs",
  });
});

test("every other access key belongs to the default account", () => {
  for (const key of ["AKIAIOSFODNN7EXAMPLE", "test", "12345678901", "1234567890123", "12345678901x", "a/b"]) {
    const found = readCredential(signed(`${key}/20240101/us-gov-west-1/states/aws4_request`), undefined);
    assert.deepEqual([found.accessKeyId, found.account, found.region], [key, "000000000000", "us-gov-west-1"]);
  }
});

test("a presigned request carries it in its query string", () => {
  const found = readCredential(undefined, "123456789012/20240101/cn-north-1/sqs/aws4_request");
  assert.deepEqual([found.account, found.region, found.scope], ["123456789012", "cn-north-1", "sqs"]);
});

test("without a credential, or with one that is none, requests are the default account's in the default region", () => {
  assert.deepEqual(readCredential(undefined, undefined), anonymous);
  for (const header of ["", "Bearer x", "Basic dGVzdDp0ZXN0", "AWS4-HMAC-SHA256", "Credential=", "Credential=,"])
    assert.deepEqual(readCredential(header, undefined), anonymous, header);
  assert.deepEqual(readCredential(signed("123456789012/sqs"), undefined), {
    ...anonymous,
    accessKeyId: "123456789012",
  });
  for (const region of ["", "eu", "EU-CENTRAL-1", "../x", "eu-central-1x", "a".repeat(1000)])
    assert.equal(
      readCredential(signed(`k/20240101/${region}/sqs/aws4_request`), undefined).region,
      "us-east-1",
      region,
    );
});
