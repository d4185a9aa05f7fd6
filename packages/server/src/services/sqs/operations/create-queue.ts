/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
import type { CreateQueueCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { checkAttributes, shownAttributes, withoutEmpty } from "../queue-attributes.ts";
import { queueArn } from "../queues.ts";
import type { Queues } from "../queues.ts";
import { checkRedrive } from "../redrive.ts";
import { deletedQueuesTable, queuesTable } from "../tables.ts";
import { addTags } from "../tags.ts";

export function createQueue(queues: Queues): Operation<CreateQueueCommandInput, { QueueUrl: string }> {
  return {
    decide(tx, { QueueName: name = "", Attributes = {}, tags }, { call }) {
      if (name.endsWith(".fifo") && Attributes["FifoQueue"] === "true") throw errors.unsupported("FIFO queues are");
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
        throw errors.invalidParameter(
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        );
      }
      const attributes = checkAttributes(Attributes);
      const arn = queueArn(call.region, call.account, name);
      checkRedrive(tx, arn, attributes);
      const output = { QueueUrl: `${call.baseUrl}/${call.account}/${name}` };
      const existing = tx.get(queuesTable, arn);
      if (existing !== undefined) {
        const shown = shownAttributes(existing, { visible: 0, inFlight: 0, delayed: 0 });
        for (const [key, value] of Object.entries(attributes))
          if ((shown[key] ?? "") !== value) throw errors.queueNameExists(key);
        return output;
      }
      const deleted = tx.get(deletedQueuesTable, arn);
      if (deleted !== undefined) {
        if (tx.now < deleted.deletedAt + limits.nameBlockedAfterDeleteSeconds * 1000)
          throw errors.queueDeletedRecently();
        tx.delete(deletedQueuesTable, arn);
      }
      tx.insert(queuesTable, {
        shard: queues.kernel.shards.of(arn),
        arn,
        id: queues.nextQueueId(),
        account: call.account,
        region: call.region,
        name,
        attributes: withoutEmpty(attributes),
        tags: addTags(name, {}, tags ?? {}),
        createdAt: tx.now,
        modifiedAt: tx.now,
        purgedAt: null,
      });
      return output;
    },
  };
}
