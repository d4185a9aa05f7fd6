/** Every limit of SQS that Tutti keeps, with its unit in its name. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html */
export const limits = {
  attributeNameBytesMax: 256,
  attributeTypeBytesMax: 256,
  batchBytesMax: 1_048_576,
  batchEntriesMax: 10,
  batchIdCharactersMax: 80,
  deduplicationSeconds: 300,
  delaySecondsMax: 900,
  fifoInFlightMax: 120_000,
  /** Messages of a FIFO queue, oldest first, among which a receive looks for a group that is free. */
  fifoLookAheadMessages: 120_000,
  inFlightMax: 120_000,
  listResultsDefault: 1_000,
  listResultsMax: 1_000,
  messageAttributesMax: 10,
  moveTaskHoursMax: 36,
  moveTaskMessagesPerSecondMax: 500,
  moveTaskResultsMax: 10,
  moveTasksActiveMax: 100,
  nameBlockedAfterDeleteSeconds: 60,
  permissionActionsMax: 7,
  policyBytesMax: 8_192,
  policyConditionsMax: 10,
  policyPrincipalsMax: 50,
  policyStatementsMax: 20,
  purgeIntervalSeconds: 60,
  receiptHandleCharactersMax: 1_024,
  receiveAttemptSeconds: 300,
  receiveMessagesMax: 10,
  /** Receives without a delete after which a message goes to the back of a standard queue. */
  receivesBeforeBack: 3,
  redriveReceivesMax: 1_000,
  /** Queues a RedriveAllowPolicy may name. */
  redriveSourcesMax: 10,
  tagKeyCharactersMax: 128,
  tagValueCharactersMax: 256,
  tagsMax: 50,
  visibilityTotalSecondsMax: 43_200,
  waitSecondsMax: 20,
} as const;

/** Limits that whoever runs the server may set; AWS's where absent. */
export interface SqsOptions {
  /** Messages of a standard queue that may be in flight. */
  readonly inFlightMax?: number | undefined;
  /** The same of a FIFO queue. */
  readonly fifoInFlightMax?: number | undefined;
}

/** What is kept in memory; AWS has no such limits. */
export const memoryLimits = {
  /** Content of messages over all queues; beyond it, more is only read when it is about to be received. */
  contentBytesMax: 64 * 1024 * 1024,
  /** Visible messages of a queue that are held; the rest of a backlog is in the store. */
  windowMessages: 2_000,
  /** Fewer than these left, and the next page of the backlog is read. */
  windowLowMessages: 1_000,
  pageMessages: 250,
  /** A page is read in one piece and stands in memory a few times over meanwhile; 250 of the largest messages are 250 MiB. */
  pageBytes: 16 * 1024 * 1024,
  /** Groups of a standard queue whose messages in the backlog are counted. */
  countedGroups: 10_000,
  /** Messages in memory a metric looks through for the oldest. */
  oldestLookMessages: 10_000,
  /** Messages of a quiet tenant that are held although the backlog of noisy ones is in the store. */
  quietTenantMessages: 100,
} as const;
