import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { ServiceError } from "../../kernel/service-error.ts";
import { bodyBytesMax, startTestListener } from "./testing.ts";

const post = "POST / HTTP/1.1";
const jsonType = "content-type: application/x-amz-json-1.1";
const formType = "content-type: application/x-www-form-urlencoded";
const target = (operation: string) => `x-amz-target: Sample_20200101.${operation}`;
const echo = [post, jsonType, target("Echo")];

describe("JSON", () => {
  test("in, out, and the request id", async () => {
    await using listener = await startTestListener();
    const answer = await listener.ask(echo, '{"Text":"ü","Moment":1.5,"Unknown":1}');
    assert.equal(answer.status, 200);
    assert.equal(answer.body, '{"Text":"ü","Moment":1.5}');
    assert.equal(answer.headers["content-type"], "application/x-amz-json-1.1");
    assert.equal(answer.headers["x-amzn-requestid"], "request-1");
    assert.deepEqual(listener.dispatched[0]?.input, { Text: "ü", Moment: new Date(1500) });
  });

  test("an operation without output answers with an empty body, one that gives nothing with an empty object", async () => {
    await using listener = await startTestListener(async () => undefined);
    assert.equal((await listener.ask([post, jsonType, target("Nothing")], "{}")).body, "");
    assert.equal((await listener.ask(echo, "{}")).body, "{}");
  });

  test("content types that AWS takes, and those it does not", async () => {
    await using listener = await startTestListener();
    for (const type of ["application/x-amz-json-1.0", "application/x-amz-json-1.1; charset=utf-8", "APPLICATION/JSON"])
      assert.equal((await listener.ask([post, target("Echo"), `content-type: ${type}`], "{}")).status, 200, type);
    assert.equal((await listener.ask([post, target("Echo")], "{}")).status, 200);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/xml"]) {
      const answer = await listener.ask([post, target("Echo"), `content-type: ${type}`], "{}");
      assert.deepEqual([answer.status, answer.body], [404, "<UnknownOperationException/>"], type);
    }
    assert.equal(listener.dispatched.length, 4);
  });

  test("other methods reach nothing", async () => {
    await using listener = await startTestListener();
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await listener.ask([`${method} / HTTP/1.1`, jsonType, target("Echo")], "{}");
      assert.deepEqual([answer.status, answer.body], [404, "<UnknownOperationException/>"], method);
      assert.equal((await listener.ask([`${method} /?x=1 HTTP/1.1`], "")).status, 404, method);
    }
    assert.deepEqual(listener.dispatched, []);
  });

  test("refusals before an operation is reached", async () => {
    await using listener = await startTestListener();
    const cases: readonly (readonly [head: readonly string[], body: string, expected: object])[] = [
      [echo, "{", { __type: "SerializationException" }],
      [echo, "[]", { __type: "SerializationException" }],
      [
        echo,
        '{"Text":1}',
        { __type: "SerializationException", message: "NUMBER_VALUE can not be converted to a String" },
      ],
      [[post, jsonType, target("Nope")], "{}", { __type: "UnknownOperationException" }],
      [[post, jsonType, "x-amz-target: x"], "{}", { __type: "UnknownOperationException" }],
      [[post, jsonType], "{}", { __type: "UnknownOperationException" }],
      [
        [post, jsonType, target("Rules")],
        '{"Count":0}',
        {
          __type: "ValidationException",
          message:
            "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; " +
            "Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1",
        },
      ],
    ];
    for (const [head, body, expected] of cases) {
      const answer = await listener.ask(head, body);
      assert.deepEqual([answer.status, JSON.parse(answer.body)], [400, expected]);
    }
    assert.deepEqual(listener.dispatched, []);
  });

  test("what an operation throws: a refusal is worded, anything else is a logged 500 that tells nothing", async () => {
    const errors = [new ServiceError("NotThere", "gone", { status: 404 }), new Error("secret")];
    await using listener = await startTestListener(async () => {
      throw errors.shift() ?? new Error("no more");
    });
    const refusal = await listener.ask(echo, "{}");
    assert.deepEqual([refusal.status, refusal.body], [404, '{"__type":"NotThere","message":"gone"}']);
    const failure = await listener.ask(echo, "{}");
    assert.equal(failure.status, 500);
    assert.match(failure.body, /"__type":"InternalFailure"/);
    assert.doesNotMatch(failure.body, /secret/);
    assert.match(listener.failures.join(), /secret/);
  });
});

describe("Query", () => {
  const ask = [
    post,
    formType,
    "authorization: AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/sample/aws4_request",
  ];

  test("by form and by query string; a form wins", async () => {
    await using listener = await startTestListener();
    const form = await listener.ask(ask, "Action=Echo&Version=2020-01-01&Texts.member.1=a%26b");
    assert.equal(
      form.body,
      '<?xml version="1.0"?><EchoResponse xmlns="https://sample.example/doc/"><EchoResult><Texts><member>a&amp;b</member>' +
        "</Texts></EchoResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></EchoResponse>",
    );
    assert.equal(form.headers["content-type"], "text/xml");
    const search = await listener.ask(["GET /?Action=Echo&Text=a+b HTTP/1.1"]);
    assert.match(search.body, /<Text>a b<\/Text>/);
    const both = await listener.ask(["POST /?Action=Nothing&Text=a HTTP/1.1", formType], "Action=Echo&Text=b");
    assert.match(both.body, /<EchoResult><Text>b<\/Text>/);
  });

  test("refusals in XML", async () => {
    await using listener = await startTestListener();
    const cases: readonly (readonly [body: string, status: number, code: string, message: string])[] = [
      ["", 400, "MissingAction", "The request must contain the parameter Action."],
      ["Action=Nope&Version=2020-01-01", 400, "InvalidAction", "Could not find operation Nope for version 2020-01-01"],
      ["Action=Echo&Text.1=x", 400, "MalformedInput", "Start of list found where not expected"],
      ["Action=Echo&Text=%ff", 404, "MalformedQueryString", "The query string contains a syntax error."],
      [
        "Action=Rules",
        400,
        "ValidationError",
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
      ],
    ];
    for (const [body, status, code, message] of cases) {
      const answer = await listener.ask(ask, body);
      assert.equal(answer.status, status, body);
      assert.ok(answer.body.includes(`<Code>${code}</Code><Message>${message}</Message>`), answer.body);
    }
    const raw = await listener.ask(ask, Buffer.from([0x41, 0xff]));
    assert.match(raw.body, /MalformedQueryString/);
    assert.deepEqual(listener.dispatched, []);
  });

  test("a GET that asks for nothing", async () => {
    await using listener = await startTestListener();
    const answer = await listener.ask(["GET / HTTP/1.1"]);
    assert.deepEqual([answer.status, answer.body], [404, "<UnknownOperationException/>"]);
  });
});

describe("who asks, and where", () => {
  test("account and region come from the signature, in a header or presigned", async () => {
    await using listener = await startTestListener();
    await listener.ask(
      [...echo, "authorization: AWS4-HMAC-SHA256 Credential=123456789012/1/eu-west-1/x/aws4_request, x=y"],
      "{}",
    );
    await listener.ask([
      "GET /?Action=Echo&X-Amz-Credential=210987654321%2F1%2Fcn-north-1%2Fx%2Faws4_request HTTP/1.1",
    ]);
    await listener.ask(echo, "{}");
    assert.deepEqual(
      listener.dispatched.map(({ call }) => [call.account, call.region, call.protocol]),
      [
        ["123456789012", "eu-west-1", "json"],
        ["210987654321", "cn-north-1", "query"],
        ["000000000000", "us-east-1", "json"],
      ],
    );
  });

  test("URLs in answers follow the Host header, without what an SDK puts before it for one operation", async () => {
    await using listener = await startTestListener();
    const baseUrl = async (host: string, operation = "Echo", body = "{}"): Promise<string | undefined> => {
      // The listener's own Host header comes second; Node takes the first.
      await listener.ask([post, `host: ${host}`, jsonType, target(operation)], body);
      return listener.dispatched.at(-1)?.call.baseUrl;
    };
    assert.equal(await baseUrl("tutti.internal:80"), "http://tutti.internal:80");
    assert.equal(await baseUrl("[::1]:4566"), "http://[::1]:4566");
    assert.equal(await baseUrl("sync-states.local:4566", "Rules", '{"Name":"a"}'), "http://states.local:4566");
    assert.equal(await baseUrl("sync-states.local:4566"), "http://sync-states.local:4566");
    for (const odd of ['x"><script>', "a b", "a/b", ""]) assert.equal(await baseUrl(odd), "http://localhost:4566", odd);
  });

  test("a proxy's request names the whole URL", async () => {
    await using listener = await startTestListener();
    const paths: (string | undefined)[] = [];
    for (const url of [
      "http://localhost:4566/a%20b?x=1",
      "http://localhost:4566",
      "http://localhost:4566?Action=Echo",
      "/%zz",
      "*",
    ]) {
      await listener.ask([`POST ${url} HTTP/1.1`, jsonType, target("Echo")], "{}");
      paths.push(listener.dispatched.at(-1)?.call.path);
    }
    assert.deepEqual(paths, ["/a b", "/", "/", "/%zz", "/"]);
  });
});

describe("bodies", () => {
  const text = '{"Text":"x"}';
  const encoded = (encoding: string) => [...echo, `content-encoding: ${encoding}`];

  test("compressed, as SDKs do it", async () => {
    await using listener = await startTestListener();
    const bodies: readonly (readonly [string, Buffer])[] = [
      ["gzip", gzipSync(text)],
      ["GZIP", gzipSync(text)],
      ["deflate", deflateSync(text)],
      ["br", brotliCompressSync(text)],
      ["identity", Buffer.from(text)],
      ["deflate, gzip", gzipSync(deflateSync(text))],
    ];
    for (const [encoding, body] of bodies)
      assert.equal((await listener.ask(encoded(encoding), body)).body, text, encoding);
  });

  test("in aws-chunked, whatever else is said of it", async () => {
    await using listener = await startTestListener();
    const framed = (bytes: Buffer) =>
      Buffer.concat([
        Buffer.from(`${bytes.length.toString(16)}\r\n`),
        bytes,
        Buffer.from("\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
      ]);
    const streamed = [
      ...echo,
      "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      `x-amz-decoded-content-length: ${text.length}`,
    ];
    assert.equal((await listener.ask(streamed, framed(Buffer.from(text)))).body, text);
    assert.equal((await listener.ask(encoded("aws-chunked"), framed(Buffer.from(text)))).body, text);
    for (const encoding of ["gzip, aws-chunked", "aws-chunked,gzip"])
      assert.equal((await listener.ask(encoded(encoding), framed(gzipSync(text)))).body, text, encoding);
    assert.match((await listener.ask(streamed, text)).body, /SerializationException.*aws-chunked/);
  });

  test("in chunks of HTTP", async () => {
    await using listener = await startTestListener();
    const chunked = [...echo, "transfer-encoding: chunked"];
    assert.equal((await listener.ask(chunked, '4\r\n{"Te\r\n8\r\nxt":"x"}\r\n0\r\n\r\n')).body, text);
    assert.equal((await listener.ask(chunked, "zz\r\n")).status, 400);
  });

  test("damaged or in an encoding nobody knows", async () => {
    await using listener = await startTestListener();
    const gzipped = gzipSync(text);
    for (const body of [gzipped.subarray(0, -4), Buffer.from(text), Buffer.alloc(0)]) {
      const answer = await listener.ask(encoded("gzip"), body);
      assert.deepEqual(
        [answer.status, answer.body],
        [400, '{"__type":"SerializationException","message":"The body is not valid gzip data."}'],
      );
    }
    for (const encoding of ["zstd", "__proto__", "gzip, gzip, gzip"])
      assert.equal((await listener.ask(encoded(encoding), gzipped)).status, 415, encoding);
    assert.deepEqual(listener.dispatched, []);
  });

  test("larger than allowed, with a length, in chunks, or once decompressed", async () => {
    await using listener = await startTestListener();
    const huge = Buffer.alloc(bodyBytesMax + 1, 0x20);
    const chunked = Buffer.concat([Buffer.from(`${huge.length.toString(16)}\r\n`), huge, Buffer.from("\r\n0\r\n\r\n")]);
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const requests: readonly (readonly [readonly string[], Buffer])[] = [
      [echo, huge],
      [[...echo, "transfer-encoding: chunked"], chunked],
      [encoded("gzip"), bomb],
      [encoded("gzip, gzip"), gzipSync(bomb)],
      [echo, Buffer.alloc(20_000_000, 0x20)],
    ];
    for (const [head, body] of requests) {
      const answer = await listener.ask(head, body);
      assert.equal(answer.status, 413);
      assert.match(answer.body, /"__type":"RequestEntityTooLargeException"/);
      assert.equal(answer.headers["content-type"], "application/x-amz-json-1.1");
    }
    const form = await listener.ask([post, formType], huge);
    assert.equal(form.status, 413);
    assert.match(form.body, /<Code>RequestEntityTooLargeException<\/Code>/);
    const largest = `{"Text":"${"x".repeat(bodyBytesMax - 11)}"}`;
    assert.equal((await listener.ask(echo, largest)).status, 200);
    assert.equal(listener.dispatched.length, 1);
  });
});
