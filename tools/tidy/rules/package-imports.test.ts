import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../testing.ts";
import { packageImports } from "./package-imports.ts";

const server = { "packages/server/package.json": `{ "dependencies": { "@tutti/asl": "0.0.0" } }` };

function importing(path: string, statement: string): string[] {
  return messages(packageImports, { ...server, [path]: statement });
}

test("a pure package imports nothing of Node's and no other package, tests excepted", () => {
  const path = "packages/asl/src/intrinsics/hash.ts";
  assert.deepEqual(importing(path, `import { sha1 } from "./hashes/sha1.ts";`), []);
  assert.deepEqual(importing(path, `import { createHash } from "node:crypto";`), [
    `"node:crypto": packages/asl runs in a browser and imports nothing but its own files`,
  ]);
  assert.equal(importing("packages/event-pattern/src/match.ts", `import { x } from "@tutti/asl";`).length, 1);
  assert.deepEqual(
    importing("packages/asl/src/intrinsics/hash.test.ts", `import { createHash } from "node:crypto";`),
    [],
  );
});

test("a package is imported by its name, not by a path into it", () => {
  const path = "packages/server/src/services/states/machines.ts";
  assert.deepEqual(importing(path, `import { compileDefinition } from "@tutti/asl";`), []);
  assert.deepEqual(importing(path, `import { advance } from "../../../../asl/src/interpreter/advance.ts";`), [
    `"../../../../asl/src/interpreter/advance.ts" leads out of packages/server: import the other package by its name`,
  ]);
});

test("what is not declared is not imported, except for its types", () => {
  const path = "packages/server/src/services/sqs/operations/send-message.ts";
  assert.deepEqual(importing(path, `import type { SendMessageRequest } from "@aws-sdk/client-sqs";`), []);
  assert.deepEqual(importing(path, `import { SQSClient } from "@aws-sdk/client-sqs/dist";`), [
    `"@aws-sdk/client-sqs" is not among the dependencies of packages/server/package.json`,
  ]);
  assert.equal(importing(path, `import left from "left-pad/index.js";`)[0]?.startsWith(`"left-pad" is not`), true);
  assert.deepEqual(importing(path, `import { readFile } from "node:fs/promises";`), []);
});

test("kernel and protocol know no service's language, not even its types", () => {
  assert.equal(importing("packages/server/src/kernel/table.ts", `import type { Json } from "@tutti/asl";`).length, 1);
  assert.deepEqual(
    importing("packages/server/src/delivery/transform.ts", `import { compilePath } from "@tutti/asl";`),
    [],
  );
});
