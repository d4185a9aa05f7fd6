/** Every limit of SQS that Tutti keeps, with its unit in its name. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html */
export const limits = {
  batchBytesMax: 1_048_576,
  batchEntriesMax: 10,
  inFlightMax: 120_000,
  listResultsDefault: 1_000,
  listResultsMax: 1_000,
  messageAttributesMax: 10,
  nameBlockedAfterDeleteSeconds: 60,
  purgeIntervalSeconds: 60,
  receiveMessagesMax: 10,
  redriveReceivesMax: 1_000,
  /** Queues a RedriveAllowPolicy may name. */
  redriveSourcesMax: 10,
  tagKeyCharactersMax: 128,
  tagValueCharactersMax: 256,
  tagsMax: 50,
  visibilityTotalSecondsMax: 43_200,
  waitSecondsMax: 20,
} as const;
