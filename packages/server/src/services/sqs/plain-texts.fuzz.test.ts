/**
 * Random batches, answered once with what is known of the request's texts and once as if nobody had looked: both times the
 * same is taken, refused and counted. `TUTTI_FUZZ_ROUNDS` and `TUTTI_FUZZ_SEED` run longer or repeat a failure.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { parseJsonBody } from "../../protocol/codec/json-codec.ts";
import { createQueue, startSqs } from "./testing/sqs-bench.ts";

const rounds = Number(process.env["TUTTI_FUZZ_ROUNDS"] ?? 500);
const seed = Number(process.env["TUTTI_FUZZ_SEED"] ?? 1);
const random = new SeededRandom(seed);
/** As they stand in a body of JSON; those behind the fourth are not plain, or are written as an escape. */
const pieces = [
  "x",
  " ",
  "\u007f",
  "{}",
  "\\u0078",
  "\\n",
  "\\/",
  "\\u0007",
  "\\ufffe",
  "\\ud83d\\ude00",
  "é",
  "€",
  "😀",
];
const plainPieces = 4;

/** Around the limit of 1,024 bytes now and then. */
function text(isPlain: boolean): string {
  const length = random.below(4) === 0 ? 1_000 + random.below(40) : random.below(12);
  const odd = random.below(length + 1);
  const piece = (index: number): string =>
    pieces[isPlain || index < odd ? random.below(plainPieces - 1) : random.below(pieces.length)] ?? "";
  return Array.from({ length }, (_, index) => piece(index)).join("");
}

function batch(): Buffer {
  const isPlain = random.below(2) === 0;
  const entries = Array.from({ length: 1 + random.below(10) }, (_, index) => {
    const attribute = `{"name":{"DataType":"String","StringValue":"${text(isPlain)}"}}`;
    const attributes = random.below(4) === 0 ? `,"MessageAttributes":${attribute}` : "";
    return `{"Id":"${index}","MessageBody":"${text(isPlain)}"${attributes}}`;
  });
  return Buffer.from(`{"Entries":[${entries.join()}]}`);
}

test(`what is known of a request's texts changes no answer, ${rounds} batches from seed ${seed}`, async () => {
  const [knowing, looking] = [await startSqs(), await startSqs()];
  const attributes = { MaximumMessageSize: "1024" };
  const QueueUrl = await createQueue(knowing, "queue", attributes);
  await createQueue(looking, "queue", attributes);
  let plain = 0;
  for (let round = 0; round < rounds; round += 1) {
    const body = batch();
    const { value, hasPlainTexts } = parseJsonBody(body);
    if (hasPlainTexts) plain += 1;
    const input = { ...(value as object), QueueUrl };
    const answers = [
      await knowing.run("SendMessageBatch", input, { hasPlainTexts }),
      await looking.run("SendMessageBatch", input),
    ];
    assert.deepEqual(answers[0], answers[1], body.toString());
  }
  assert.ok(plain > rounds / 4 && plain < rounds, `${plain} of ${rounds} were plain`);
  const counted = knowing.metrics();
  assert.deepEqual(counted, looking.metrics());
});
