import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, places } from "../testing.ts";
import { documentNames } from "./document-names.ts";

const tree = {
  "package.json": `{ "scripts": { "test": "x", "demo": "x", "format:check": "x" } }`,
  "packages/server/src/services/sqs/limits.ts": "",
  "packages/server/src/services/sqs/operations/send-message.ts": "",
};

function absent(page: string, path = "README.md"): string[] {
  return messages(documentNames, { ...tree, [path]: page });
}

test("scripts that exist pass, in prose and in blocks", () => {
  assert.deepEqual(
    absent("`npm run demo`, `npm test -- sqs`, `npm ci`, `npm run format:check`\n\n```sh\nnpm ci && npm run demo\n```"),
    [],
  );
});

test("a script that does not exist is found", () => {
  assert.deepEqual(absent("Try `npm run demos`."), [`package.json has no script "demos"`]);
  assert.deepEqual(absent("`npm start`"), [`package.json has no script "start"`]);
  assert.deepEqual(absent("`CI=1 npm --silent run ci`"), [`package.json has no script "ci"`]);
  assert.deepEqual(places(documentNames, { ...tree, "README.md": "# A\n\n```sh\nnpm ci\nnpm run lunch\n```" }), [
    "README.md:5",
  ]);
});

test("a block in another language is no command", () => {
  assert.deepEqual(absent("```js\n// npm run lunch\n```"), []);
});

test("paths that exist pass: from the root, from the page, with something to fill in", () => {
  assert.deepEqual(absent("`packages/server/src/` `packages/server/src/services/<service>/operations/*.ts`"), []);
  assert.deepEqual(absent("`operations/send-message.ts`", "packages/server/src/services/sqs/README.md"), []);
});

test("a path that does not exist is found", () => {
  assert.deepEqual(absent("`packages/server/source/`"), ["there is no packages/server/source/"]);
  assert.deepEqual(absent("`packages/server/src/services/<service>/handlers`").length, 1);
  assert.deepEqual(absent("`operations/get-message.ts`", "packages/server/src/services/sqs/README.md").length, 1);
});

test("what is no path of this repository passes", () => {
  assert.deepEqual(
    absent(
      "`application/json` `aws/sqs` `a/b` `@aws-sdk/client-sqs` `tutti/testing` `*.test.ts` `packages/server/dist`",
    ),
    [],
  );
});
