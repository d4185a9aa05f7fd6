import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, places } from "../testing.ts";
import { markdownLinks } from "./markdown-links.ts";

const tree = {
  "docs/limits.md": "# Limits\n## Of a queue, `Body`\n## Same\n## Same\n",
  "packages/asl/src/index.ts": "",
};

function links(page: string): string[] {
  return messages(markdownLinks, { ...tree, "docs/README.md": page });
}

test("links to files, folders, headings and other hosts pass", () => {
  assert.deepEqual(
    links(`[a](limits.md) [b](../packages/asl/) [c](./limits.md#of-a-queue-body) [d](#here) ![e](../packages/asl/src/index.ts)
[f](https://docs.aws.amazon.com/x#y) [g](mailto:a@b.c) [h](limits.md#same-1 "title")
[i]: limits.md
# Here`),
    [],
  );
});

test("a link to nothing is found, in each of its forms, with its line", () => {
  assert.deepEqual(links("[a](limit.md)"), ["limit.md leads to nothing: there is no docs/limit.md"]);
  assert.deepEqual(links("![a](images/a.png)").length, 1);
  assert.deepEqual(links("[a]: limit.md").length, 1);
  assert.deepEqual(places(markdownLinks, { "README.md": "\n\nSee [a](docs/).\n" }), ["README.md:3"]);
});

test("a fragment without its heading is found", () => {
  assert.deepEqual(links("[a](limits.md#of-a-topic)"), [
    `limits.md#of-a-topic: docs/limits.md has no heading "of-a-topic"`,
  ]);
  assert.deepEqual(links("[a](#nowhere)").length, 1);
});

test("a link out of the repository is found", () => {
  assert.deepEqual(links("[a](../../elsewhere.md)"), ["../../elsewhere.md leads out of the repository"]);
  assert.deepEqual(links("[a](/docs/limits.md)"), ["/docs/limits.md leads out of the repository"]);
});

test("what only looks like a link is none: code", () => {
  assert.deepEqual(links("`[a](limit.md)`\n```md\n[a](limit.md)\n```\n"), []);
});
