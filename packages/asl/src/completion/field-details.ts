/** One line about every field of the language, for the lists of an editor. */

/** Fields that mean the same wherever they stand. */
const DETAILS: Readonly<Record<string, string>> = {
  Arguments: "What is handed to the resource or the branches; JSONata",
  Assign: "Variables to set, visible from the next state on",
  BackoffRate: "Factor by which the interval grows with every retry; default 2",
  BatchInput: "A fixed input that every batch gets beside its items",
  Branches: "Workflows that run at the same time",
  CSVDelimiter: "What separates the columns of a CSV file; default COMMA",
  CSVHeaderLocation: "Where the names of the columns are: in the first row, or given in CSVHeaders",
  CSVHeaders: "Names of the columns of a CSV file without a header",
  Catch: "Where to go on after an error, tried when no retry is left",
  Cause: "What the execution says of its failure",
  CausePath: "Path or intrinsic function that gives the Cause",
  Choices: "Rules; the first one that holds says where to go on",
  Comment: "A text for readers",
  Condition: "A JSONata expression that gives true or false",
  Credentials: "The role to assume for the task",
  Default: "The state to go on with when no rule holds",
  End: "true: the workflow ends with this state",
  Error: "Name of the error",
  ErrorEquals: "Names of the errors that are meant",
  ErrorPath: "Path or intrinsic function that gives the Error",
  ExecutionType: "Kind of the child executions: STANDARD or EXPRESS",
  HeartbeatSeconds: "Longest time between two signs of life",
  HeartbeatSecondsPath: "Path to the heartbeat's seconds",
  InputPath: "The part of the input that the state sees; null for an empty object",
  IntervalSeconds: "Seconds before the first retry; default 1",
  InputType: "Form of the file the items are read from",
  ItemBatcher: "Hands items to the child executions in batches",
  ItemProcessor: "The workflow that runs for every item",
  ItemReader: "Reads the items from a file or a listing",
  ItemSelector: "What every iteration gets instead of its item",
  Items: "The array, object or expression that gives the items; JSONata",
  ItemsPath: "Path to the items",
  ItemsPointer: "JSON Pointer to the items within a JSON file",
  Iterator: "Older name of ItemProcessor",
  JitterStrategy: "FULL spreads retries by chance; default NONE",
  Label: "Names the map run in its ARN",
  ManifestType: "Kind of the manifest that names the files to read",
  MaxAttempts: "How often to retry; default 3, 0 for never",
  MaxConcurrency: "How many iterations run at once; 0 for no bound of your own",
  MaxConcurrencyPath: "Path to the bound of iterations at once",
  MaxDelaySeconds: "Bound on the interval between retries",
  MaxInputBytesPerBatch: "Bound on the bytes of a batch's input",
  MaxInputBytesPerBatchPath: "Path to the bound on the bytes of a batch",
  MaxItems: "How many items to read at most",
  MaxItemsPath: "Path to the number of items to read",
  MaxItemsPerBatch: "Bound on the items of a batch",
  MaxItemsPerBatchPath: "Path to the bound on the items of a batch",
  Mode: "INLINE runs the iterations within the execution, DISTRIBUTED as child executions",
  Next: "The state to go on with",
  Not: "A rule that must not hold",
  And: "Rules that must all hold",
  Or: "Rules of which one must hold",
  Output: "The output, as JSON with JSONata expressions",
  OutputPath: "The part of the result that is handed on; null for an empty object",
  OutputType: "Form of the files the results are written to",
  Parameters: "What is handed on instead of the input",
  ProcessorConfig: "How the iterations run",
  QueryLanguage: "JSONPath or JSONata",
  ReaderConfig: "How the file is to be read",
  Resource: "ARN of what does the work",
  Result: "A fixed result",
  ResultPath: "Where the result goes within the input; null discards it",
  ResultSelector: "What is kept of the result",
  ResultWriter: "Writes the results of the child executions to a bucket",
  Retry: "Which errors to try again after, and how often",
  RoleArn: "ARN of the role to assume",
  "RoleArn.$": "Path or intrinsic function that gives the role's ARN",
  Seconds: "How many seconds to wait",
  SecondsPath: "Path to the number of seconds to wait",
  StartAt: "Name of the first state",
  States: "The states, by name",
  TimeoutSeconds: "Seconds after which it is given up",
  TimeoutSecondsPath: "Path to the timeout's seconds",
  Timestamp: "The point in time to wait for, as RFC 3339",
  TimestampPath: "Path to the point in time to wait for",
  ToleratedFailureCount: "How many items may fail",
  ToleratedFailureCountPath: "Path to the number of items that may fail",
  ToleratedFailurePercentage: "How many of a hundred items may fail",
  ToleratedFailurePercentagePath: "Path to the share of items that may fail",
  Transformation: "How what is read or written is reshaped",
  Type: "Kind of the state",
  Variable: "Path to the value that is compared",
  Version: 'Version of the language, "1.0"',
  WriterConfig: "Form of what is written",
};

const COMPARISONS: Readonly<Record<string, string>> = {
  Equals: "is",
  GreaterThan: "is greater than",
  GreaterThanEquals: "is greater than or equal to",
  LessThan: "is less than",
  LessThanEquals: "is less than or equal to",
};
const comparison = /^(?<type>Boolean|Numeric|String|Timestamp)(?<order>[A-Z][A-Za-z]*?)(?<path>Path)?$/;

export function fieldDetail(field: string): string {
  const known = Object.hasOwn(DETAILS, field) ? DETAILS[field] : undefined;
  return known ?? operatorDetail(field);
}

function operatorDetail(operator: string): string {
  if (operator === "StringMatches") return "Whether the text matches a pattern with * for any characters";
  if (operator === "IsPresent") return "Whether there is a value";
  if (operator.startsWith("Is")) return `Whether the value is of type ${operator.slice(2).toLowerCase()}`;
  const { type, order = "", path } = comparison.exec(operator)?.groups ?? {};
  const words = COMPARISONS[order];
  if (type === undefined || words === undefined) return "";
  return `Whether the ${type.toLowerCase()} ${words} ${path === undefined ? "the given one" : "the one at a path"}`;
}
