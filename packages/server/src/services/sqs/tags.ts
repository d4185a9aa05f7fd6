/**
 * Tags of queues, within what AWS allows.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
 */
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";

/** Letters, digits and white space of any script, and a few signs. */
const allowedCharacters = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u;
const reservedPrefix = "aws:";

/** @throws InvalidParameterValueException for too many tags, or one whose key or value no tag may have */
export function addTags(
  queueName: string,
  tags: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const result = { ...tags, ...given };
  if (Object.keys(result).length > limits.tagsMax) throw errors.tooManyTags(queueName);
  for (const [key, value] of Object.entries(given)) {
    checkTagKey(key);
    checkText(value);
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
  checkText(key);
}

function checkText(text: string): void {
  if (text.startsWith(reservedPrefix)) throw errors.tagPrefixIsReserved();
  if (!allowedCharacters.test(text)) throw errors.tagCharacters();
}
