/** What nodes allow each other, and how long requests wait for an owner. */
export const nodeLimits = {
  /** A request waits for a takeover: a lease to end, another to be sure, and the time to load the shard. */
  leasesWaited: 2,
  takeoverMs: 5_000,
  /** How soon a waiting request has the node look again. */
  lookMsMin: 50,
  /** Without a connection by then nothing was sent. */
  connectMsMax: 1_000,
  /**
   * An owner answers a request within a lease, for which it waits for the store, and this; an operation that waits for something to
   * happen takes that much longer. Afterwards the way to it is taken for broken, or the owner for hanging.
   */
  answerMsMax: 5_000,
  /** How long answers of a node may still come that is no longer in the installation, and a node that leaves waits for the others to see it. */
  lastAnswersMs: 1_000,
  /** What another node had on its way to one that leaves arrives within this. */
  lastRequestsMs: 100,
  /** Pokes and hops. */
  internalAnswerMsMax: 10_000,
  internalBodyBytesMax: 64 * 1024 * 1024,
  /** Of who calls a path between nodes and does not even say to be one. */
  strangerBodyBytesMax: 64 * 1024,
} as const;
