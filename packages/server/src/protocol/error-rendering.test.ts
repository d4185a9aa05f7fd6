import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../kernel/call.ts";
import { ServiceError } from "../kernel/service-error.ts";
import type { Dialect } from "./dialect.ts";
import { jsonError, queryError } from "./error-rendering.ts";
import { sampleModel } from "./sample-model.ts";
import { WireService } from "./wire-service.ts";

function call(headers: Readonly<Record<string, string>> = {}): Call {
  return {
    requestId: "request-1",
    account: "000000000000",
    region: "us-east-1",
    accessKeyId: undefined,
    baseUrl: "http://localhost:4566",
    protocol: "json",
    path: "/",
    sourceAddress: undefined,
    signal: undefined,
    header: (name) => headers[name],
  };
}

const queryDialect: Dialect = {
  errorTypePrefix: "com.amazonaws.sample#",
  queryErrors: { NotThere: { code: "AWS.Sample.Older", status: 403 } },
};

function service(dialect: Dialect, compatible = false): WireService {
  const { metadata } = sampleModel;
  return new WireService({ ...sampleModel, metadata: { ...metadata, awsQueryCompatible: compatible } }, dialect);
}

test("JSON: type, message, modelled members and the status", () => {
  const error = new ServiceError("NotThere", 'no "it"', { status: 404, members: { resourceName: "it" } });
  assert.deepEqual(jsonError(error, service({}), call()), {
    status: 404,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: '{"__type":"NotThere","message":"no \\"it\\"","resourceName":"it"}',
  });
});

test("JSON: an empty message is left out, as AWS does for SerializationException", () => {
  assert.equal(
    jsonError(new ServiceError("SerializationException", ""), service({}), call()).body,
    '{"__type":"SerializationException"}',
  );
  assert.deepEqual(jsonError(new ServiceError("UnknownOperationException", ""), undefined, call()), {
    status: 400,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: '{"__type":"UnknownOperationException"}',
  });
});

test("JSON: modelled errors are in the service's namespace, all others in the framework's", () => {
  const typeOf = (code: string): unknown => {
    const { body } = jsonError(new ServiceError(code, "x"), service(queryDialect), call());
    return (JSON.parse(body) as { readonly __type: unknown }).__type;
  };
  assert.equal(typeOf("NotThere"), "com.amazonaws.sample#NotThere");
  assert.equal(typeOf("SerializationException"), "com.amazon.coral.service#SerializationException");
  assert.equal(typeOf("__proto__"), "com.amazon.coral.service#__proto__");
});

test("a service that came from Query names its older code; the older status is for clients that ask", () => {
  const sender = new ServiceError("NotThere", "x", { status: 404 });
  const plain = jsonError(sender, service(queryDialect, true), call());
  assert.equal(plain.headers["x-amzn-query-error"], "AWS.Sample.Older;Sender");
  assert.equal(plain.status, 400);
  const asked = jsonError(sender, service(queryDialect, true), call({ "x-amzn-query-mode": "true" }));
  assert.equal(asked.status, 403);
  const fault = new ServiceError("InternalFailure", "x", { status: 500, senderFault: false });
  const failed = jsonError(fault, service(queryDialect, true), call());
  assert.equal(failed.headers["x-amzn-query-error"], "InternalFailure;Receiver");
  assert.equal(failed.status, 500);
});

test("Query: type, code, message and request id, escaped", () => {
  const error = new ServiceError("Whatever", `<&"> \u0000`, { status: 409 });
  assert.deepEqual(queryError(error, service({}), call()), {
    status: 409,
    headers: { "content-type": "text/xml" },
    body:
      '<?xml version="1.0"?><ErrorResponse xmlns="https://sample.example/doc/"><Error><Type>Sender</Type>' +
      "<Code>Whatever</Code><Message>&lt;&amp;&quot;&gt; \uFFFD</Message><Detail/></Error><RequestId>request-1</RequestId></ErrorResponse>",
  });
});

test("Query: code and status from the dialect, else from the model", () => {
  const error = new ServiceError("NotThere", "x");
  const modelled = queryError(error, service({}), call());
  assert.equal(modelled.status, 404);
  assert.match(modelled.body, /<Code>AWS\.Sample\.NotThere<\/Code>/);
  const older = queryError(error, service(queryDialect), call());
  assert.equal(older.status, 403);
  assert.match(older.body, /<Code>AWS\.Sample\.Older<\/Code>/);
  const fault = queryError(
    new ServiceError("InternalFailure", "", { status: 500, senderFault: false }),
    undefined,
    call(),
  );
  assert.match(fault.body, /<ErrorResponse><Error><Type>Receiver<\/Type>/);
});
