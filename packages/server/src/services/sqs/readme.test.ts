/** The tables of the README against the code, and against what requests are answered. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { numericAttributes } from "./queue-attributes.ts";
import { createQueue, startSqs } from "./testing/sqs-bench.ts";
import { prepare, refusals } from "./testing/refusals.ts";

const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");

/** The cells of a table, by the name of its first column. */
function table(firstColumn: string): string[][] {
  const start = readme.indexOf(`| ${firstColumn} |`);
  assert.ok(start >= 0, `a table whose first column is ${firstColumn}`);
  const [block = ""] = readme.slice(start).split("\n\n", 1);
  return block
    .trim()
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .slice(2, -2)
        .split(/ (?<!\\)\| /)
        .map((cell) => cell.replace(/^`(.*)`$/, "$1").replaceAll(String.raw`\|`, "|")),
    );
}

interface Row {
  readonly code: string;
  readonly status: number;
  readonly text: string;
}

const rows: readonly Row[] = table("code").map(([code = "", status, text = ""]) => ({
  code,
  status: Number(status),
  text,
}));

/** The row that words this refusal; where several do, the one that leaves least open. */
function rowOf({ code, message }: ServiceError): Row | undefined {
  const literal = ({ text }: Row): number => text.replaceAll(/<[^<>]*>/g, "").length;
  return rows
    .filter((row) => row.code === code && pattern(row.text).test(message))
    .toSorted((left, right) => literal(right) - literal(left))[0];
}

/** An ARN's format is itself written with angle brackets. */
function pattern(text: string): RegExp {
  const [head = "", tail = ""] = text.split(/(?=arn:<partition>)/);
  const open = head.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/<[^<>]*>/g, "[^]*");
  return new RegExp(`^${open}${tail.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
}

test("every limit stands in the README, with its value", () => {
  const shown = Object.fromEntries(table("name").map(([name = "", value]) => [name, Number(value)]));
  assert.deepEqual(shown, { ...limits });
});

describe("ranges of queue attributes", () => {
  test("stand in the README", () => {
    const shown = Object.fromEntries(
      table("attribute").map(([name = "", ...cells]) => {
        const [min, max, ordinary] = cells.map(Number);
        return [name, { min, max, default: ordinary }];
      }),
    );
    assert.deepEqual(shown, numericAttributes);
  });

  for (const [name, min, max, ordinary] of table("attribute"))
    test(`${name} from ${min} to ${max}, ${ordinary} if nobody sets it`, async () => {
      const sqs = await startSqs();
      const QueueUrl = await createQueue(sqs);
      const get = async () =>
        (await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: [name] })).Attributes?.[name ?? ""];
      assert.equal(await get(), ordinary);
      for (const value of [min, max]) {
        await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { [name ?? ""]: value } });
        assert.equal(await get(), value);
      }
      for (const value of [Number(min) - 1, Number(max) + 1])
        await assert.rejects(
          sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { [name ?? ""]: String(value) } }),
          new RegExp(`Invalid value for the parameter ${name}\\.`),
        );
    });
});

describe("refusals", () => {
  const provoked = new Set<Row>();
  for (const [what, ask] of Object.entries(refusals))
    test(what, async () => {
      const sqs = await startSqs();
      await prepare(sqs);
      const refusal = await ask(sqs).then(
        () => assert.fail("it was not refused"),
        (error: unknown) => error,
      );
      assert.ok(refusal instanceof ServiceError, String(refusal));
      const row = rowOf(refusal);
      assert.ok(row !== undefined, `the README does not have: ${refusal.code} ${refusal.message}`);
      assert.equal(refusal.status, row.status);
      provoked.add(row);
    });

  test("of the README are all provoked", () => {
    // Wording of a failed entry, which no request is refused with.
    const inBatches = rows.filter(({ text }) => /cannot be validated|^The request includes? /.test(text));
    assert.deepEqual(
      rows.filter((row) => !provoked.has(row)),
      inBatches,
    );
  });

  test("of the catalogue all stand in the README", () => {
    const sample = ["<a>", "<b>", "<c>", "<d>"];
    for (const [name, make] of Object.entries(errors) as [string, (...samples: readonly unknown[]) => ServiceError][]) {
      // These are worded by whoever throws them.
      if (["invalidParameter", "invalidValue", "overLimit", "resourceNotFound"].includes(name)) continue;
      const { code, message } = make(...sample);
      const isWorded = rows.some((row) => row.code === code && sameWords(row.text, message));
      assert.ok(isWorded, `${name}: ${code} ${message}`);
    }
  });
});

/** Whether two texts are the same but for what is left open, or for a limit where the other leaves it open. */
function sameWords(text: string, message: string): boolean {
  return pattern(text).test(message) || pattern(message).test(text);
}
