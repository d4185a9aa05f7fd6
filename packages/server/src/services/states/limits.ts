/** Every limit of Step Functions that Tutti keeps, with its unit in its name. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const limits = {
  activityPollSeconds: 60,
  activityPollersMax: 1_000,
  /** Machines whose definition is kept compiled. */
  compiledMachinesMax: 1_000,
  diagnosticsDefault: 100,
  /** Events in one row of the history. */
  historyBlockEventsMax: 50,
  /** Blocks of history read from the store at a time. */
  historyChunkBlocks: 10,
  /** Rows of executions read from the store at a time; they carry their payloads. */
  listChunkRows: 100,
  activitiesMax: 100_000,
  openExecutionsMax: 1_000_000,
  /** An answer that would be longer ends its page early. */
  pageBytesMax: 6_291_456,
  pageResultsDefault: 100,
  pageTokenHours: 24,
  payloadBytesMax: 262_144,
  /** Advances made in one decision; what is left then waits for its turn in the outbox. */
  stateMachinesMax: 100_000,
  stepsPerDecisionMax: 50,
  tagsMax: 50,
} as const;
