/** What the three batch operations share: the rules of entries, and answers part by part. */
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { ServiceError } from "../../kernel/service-error.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";

const idForm = /^[A-Za-z0-9_-]+$/;

/** @throws the refusal of the whole batch */
export function checkBatch<Entry extends { Id?: string | undefined }>(
  entries: readonly Entry[] | undefined,
  entryName: string,
): readonly Entry[] {
  if (entries === undefined || entries.length === 0) throw errors.emptyBatchRequest(entryName);
  if (entries.length > limits.batchEntriesMax) throw errors.tooManyEntries(limits.batchEntriesMax, entries.length);
  for (let index = 0; index < entries.length; index += 1) {
    const id = entries[index]?.Id ?? "";
    if (!idForm.test(id) || id.length > limits.batchIdCharactersMax) throw errors.invalidBatchEntryId();
    // Of ten, quicker than a set of them.
    for (let before = 0; before < index; before += 1)
      if (entries[before]?.Id === id) throw errors.batchEntryIdsNotDistinct(id);
  }
  return entries;
}

/** AWS's older code of an error shape, as batch results name it. */
const resultCodes: Readonly<Record<string, string>> = {
  InvalidParameterValueException: "InvalidParameterValue",
  MissingRequiredParameterException: "MissingParameter",
};

/** Runs each entry on its own; a refusal becomes that entry's failure. */
export function runBatch<Entry extends { Id?: string | undefined }, Result>(
  entries: readonly Entry[],
  run: (entry: Entry, index: number) => Result,
): { Successful?: Result[]; Failed?: BatchResultErrorEntry[] } {
  const successful: Result[] = [];
  const failed: BatchResultErrorEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    try {
      successful.push(run(entry, index));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({
        Code: resultCodes[error.code] ?? error.code,
        Id: entry.Id,
        Message: error.message,
        SenderFault: error.senderFault,
      });
    }
  }
  if (failed.length === 0) return { Successful: successful };
  return successful.length === 0 ? { Failed: failed } : { Failed: failed, Successful: successful };
}
