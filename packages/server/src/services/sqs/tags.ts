/** Tags of queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html */
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";

/** @throws InvalidParameterValueException for too many tags, or one whose key or value is too long */
export function addTags(
  queueName: string,
  tags: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const result = { ...tags, ...given };
  if (Object.keys(result).length > limits.tagsMax) throw errors.tooManyTags(queueName);
  for (const [key, value] of Object.entries(given)) {
    checkTagKey(key);
    if ([...value].length > limits.tagValueCharactersMax) {
      throw errors.invalidParameter(`Tag values must be at most ${limits.tagValueCharactersMax} characters in length.`);
    }
  }
  return result;
}

/** @throws InvalidParameterValueException */
export function checkTagKey(key: string): void {
  const length = [...key].length;
  if (length < 1 || length > limits.tagKeyCharactersMax) throw errors.tagKeyLength();
}
