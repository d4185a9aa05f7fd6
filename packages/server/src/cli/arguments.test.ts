import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, checkHost } from "../server/options.ts";
import { parseCommand } from "./arguments.ts";

test("defaults are AWS-emulator port, loopback, and a data directory beside the caller", () => {
  assert.deepEqual(parseCommand(["start"]), {
    name: "start",
    arguments: {
      port: 4566,
      host: "127.0.0.1",
      dataDirectory: "./.tutti",
      inMemory: false,
      storeUrl: undefined,
      allowUnsafeStore: false,
      advertise: undefined,
      nodeId: undefined,
      leaseSeconds: 5,
      shardCount: undefined,
      clock: "real",
      logLevel: "info",
      allowRemote: false,
      publicUrl: undefined,
      allowOrigins: [],
      sqsInFlightMax: undefined,
      sqsFifoInFlightMax: undefined,
    },
  });
});

test("words that do not fit are named", () => {
  const cases: [string[], RegExp][] = [
    [["begin"], /unknown command begin/],
    [["start", "now"], /unexpected now/],
    [["start", "--port", "70000"], /--port 70000/],
    [["start", "--port", "x1"], /--port x1/],
    [["start", "--clock", "sun"], /--clock sun is not one of real, virtual/],
    [["start", "--log-level", "loud"], /--log-level loud/],
    [["start", "--public-url", "queues"], /--public-url queues is not/],
    [["start", "--public-url", "ftp://x"], /--public-url ftp/],
    [["start", "--allow-origin", "app.example.com"], /--allow-origin app\.example\.com is not such as https:/],
    [["start", "--allow-origin", "https://app.example.com/page"], /--allow-origin https:.* is not such as/],
    [["start", "--sqs-in-flight-max", "0"], /--sqs-in-flight-max 0 is not a number from 1/],
    [["start", "--sqs-fifo-in-flight-max", "many"], /--sqs-fifo-in-flight-max many/],
    [["start", "--colour"], /--colour/],
    [["start", "--in-memory", "--data-dir", "x"], /exclude each other/],
    [["start", "--in-memory", "--store", "postgres://h/d"], /--in-memory and --store exclude each other/],
    [["start", "--node-id", "a", "--data-dir", "x"], /--node-id goes with --store/],
    [["start", "--store", "postgres://h/d", "--shards", "0"], /--shards 0 is not a number from 1/],
    [["start", "--store", "postgres://h/d", "--lease-seconds", "0"], /--lease-seconds 0 is not a number from 1/],
    [
      ["start", "--store", "postgres://h/d", "--advertise", "https://h"],
      /--advertise https:\/\/h is not such as http:/,
    ],
    [["start", "--store", "mysql://user:secret@h/d"], /^--store is not such as (?!.*secret)/],
  ];
  for (const [words, expected] of cases) {
    assert.throws(
      () => parseCommand(words),
      (error) => error instanceof ConfigurationError && expected.test(error.message),
    );
  }
});

test("help and version need no command", () => {
  assert.equal(parseCommand([]).name, "help");
  assert.equal(parseCommand(["start", "-h"]).name, "help");
  assert.equal(parseCommand(["--version"]).name, "version");
});

test("only loopback is taken without a flag", () => {
  for (const host of ["127.0.0.1", "127.8.9.10", "localhost", "::1"]) checkHost(host, false);
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "127.0.0.1.example.org"]) {
    assert.throws(() => checkHost(host, false), /--allow-remote/);
    checkHost(host, true);
  }
});

test("the store may stand in the environment, and a place on the command line goes before it", () => {
  const environment = { TUTTI_STORE: "postgres://user:secret@db/tutti" };
  const storeUrl = (...words: string[]): string | undefined => {
    const command = parseCommand(["start", ...words], environment);
    return command.name === "start" ? command.arguments.storeUrl : undefined;
  };
  assert.equal(storeUrl(), environment.TUTTI_STORE);
  assert.equal(storeUrl("--store", "postgres://other/tutti"), "postgres://other/tutti");
  assert.equal(storeUrl("--data-dir", "x"), undefined);
  assert.equal(storeUrl("--in-memory"), undefined);
});

test("the limits of SQS may stand in the environment, and the command line goes before it", () => {
  const environment = { TUTTI_SQS_IN_FLIGHT_MAX: "7", TUTTI_SQS_FIFO_IN_FLIGHT_MAX: "8" };
  const limits = (...words: string[]) => {
    const command = parseCommand(["start", ...words], environment);
    return command.name === "start" && [command.arguments.sqsInFlightMax, command.arguments.sqsFifoInFlightMax];
  };
  assert.deepEqual(limits(), [7, 8]);
  assert.deepEqual(limits("--sqs-in-flight-max", "20000"), [20_000, 8]);
  assert.deepEqual(limits("--sqs-fifo-in-flight-max", "5"), [7, 5]);
  assert.throws(
    () => parseCommand(["start"], { TUTTI_SQS_IN_FLIGHT_MAX: "-1" }),
    /TUTTI_SQS_IN_FLIGHT_MAX -1 is not a number/,
  );
});

test("origins may be several, and the command line goes before the environment", () => {
  const environment = { TUTTI_ALLOW_ORIGIN: "https://a.example, null" };
  const origins = (...words: string[]) => {
    const command = parseCommand(["start", ...words], environment);
    return command.name === "start" && command.arguments.allowOrigins;
  };
  assert.deepEqual(origins(), ["https://a.example", "null"]);
  const given = ["HTTPS://App.Example.com:443/", "http://b.example:8080", "chrome-extension://abc", "*"];
  assert.deepEqual(origins(...given.flatMap((origin) => ["--allow-origin", origin])), [
    "https://app.example.com",
    "http://b.example:8080",
    "chrome-extension://abc",
    "*",
  ]);
});

test("migrate takes two places and nothing that belongs to a server", () => {
  assert.deepEqual(parseCommand(["migrate", "--from", "./a", "--to", "postgres://h/d"]), {
    name: "migrate",
    arguments: { from: "./a", to: "postgres://h/d", allowUnsafeStore: false },
  });
  for (const [words, expected] of [
    [["migrate", "--from", "./a"], /needs --from and --to/],
    [["migrate", "--from", "./a", "--to", "./b", "--port", "1"], /unexpected --port/],
    [["start", "--from", "./a"], /belong to tutti migrate/],
  ] as const)
    assert.throws(() => parseCommand(words), expected);
});
