/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
import { isDeepStrictEqual } from "node:util";
import type { CreateQueueCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { inDefaultPartition, partitionsBeside, rowNamed } from "../../../kernel/partitions.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { setAttributes, shownAttributes } from "../queue-attributes.ts";
import { queueArn } from "../queue-url.ts";
import type { Queues } from "../queues.ts";
import { checkRedrive, readRedriveTarget, redriveTargetOf } from "../redrive.ts";
import { deletedQueuesTable, queuesTable } from "../tables.ts";
import type { QueueRow } from "../tables.ts";
import { addTags } from "../tags.ts";
import { queueOfName } from "../targets.ts";

export function createQueue(
  queues: Queues,
): Operation<CreateQueueCommandInput, { QueueUrl: string }, QueueRow | undefined> {
  return {
    target: queueOfName,
    load: (reader, { Attributes = {} }) => readRedriveTarget(reader, Attributes),
    decide(tx, { QueueName: name = "", Attributes = {}, tags: givenTags = {} }, { call, loaded }) {
      const isFifo = Attributes["FifoQueue"]?.toLowerCase() === "true";
      checkName(name, isFifo);
      const arn = queueArn(call.region, call.account, name);
      const existing = rowNamed(tx, queuesTable, arn);
      const attributes = setAttributes(Attributes, isFifo, partitionsBeside(existing?.arn ?? arn));
      const tags = addTags(name, {}, givenTags);
      const output = { QueueUrl: `${call.baseUrl}/${call.account}/${name}` };
      if (existing !== undefined) {
        const shown = shownAttributes(existing, { visible: 0, inFlight: 0, delayed: 0 });
        for (const key of Object.keys(Attributes))
          if (!isSame(shown[key], attributes[key])) throw errors.queueNameExists(key);
        return output;
      }
      checkRedrive(queues, tx, arn, isFifo, Attributes, loaded);
      for (const deletedArn of [arn, inDefaultPartition(arn)]) {
        const deleted = tx.get(deletedQueuesTable, deletedArn);
        if (deleted === undefined) continue;
        if (tx.now < deleted.deletedAt + limits.nameBlockedAfterDeleteSeconds * 1000)
          throw errors.queueDeletedRecently();
        tx.delete(deletedQueuesTable, deletedArn);
      }
      const queue: QueueRow = {
        shard: queues.kernel.shards.of(arn),
        arn,
        id: queues.nextQueueId(),
        account: call.account,
        region: call.region,
        name,
        attributes,
        tags,
        redriveTargetArn: redriveTargetOf(attributes),
        deduplicationScope: attributes["DeduplicationScope"] === "messageGroup" ? "messageGroup" : "queue",
        createdAt: tx.now,
        modifiedAt: tx.now,
        purgedAt: null,
      };
      tx.insert(queuesTable, queue);
      queues.added(tx, queue);
      return output;
    },
  };
}

/** @throws InvalidParameterValue */
function checkName(name: string, isFifo: boolean): void {
  if (isFifo && !/^[A-Za-z0-9_-]{1,75}\.fifo$/.test(name)) {
    throw errors.invalidParameter(
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length",
    );
  }
  if (!isFifo && !/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw errors.invalidParameter(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
}

/** Documents count as the same when they mean the same. */
function isSame(stored: string | undefined, given: string | undefined): boolean {
  if (stored === given) return true;
  try {
    return stored !== undefined && given !== undefined && isDeepStrictEqual(JSON.parse(stored), JSON.parse(given));
  } catch {
    return false;
  }
}
