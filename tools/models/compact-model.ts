/**
 * From a full AWS service model (the JSON form botocore and the SDKs of the second generation share) to the compact
 * table the server reads: no documentation, no unreachable shapes, keys in a fixed order, one line per operation and
 * shape so that a changed model gives a readable difference.
 */
type JsonObject = Readonly<Record<string, unknown>>;

/** Must equal MODEL_TABLE_FORMAT in packages/server/src/protocol/model/model-table.ts; a test holds them together. */
export const TABLE_FORMAT = 1;

const METADATA_KEYS = [
  "apiVersion",
  "endpointPrefix",
  "jsonVersion",
  "protocol",
  "protocols",
  "serviceFullName",
  "serviceId",
  "signingName",
  "targetPrefix",
  "xmlNamespace",
] as const;

const REFERENCE_KEYS = [
  "flattened",
  "location",
  "locationName",
  "shape",
  "streaming",
  "timestampFormat",
  "xmlAttribute",
  "xmlNamespace",
] as const;

const SHAPE_KEYS = [
  "enum",
  "exception",
  "fault",
  "flattened",
  "locationName",
  "max",
  "min",
  "pattern",
  "payload",
  "required",
  "sensitive",
  "streaming",
  "timestampFormat",
  "type",
  "union",
  "xmlNamespace",
] as const;

const ERROR_KEYS = ["code", "httpStatusCode", "senderFault"] as const;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectAt(parent: JsonObject, key: string, where: string): JsonObject {
  const value = parent[key];
  if (!isObject(value)) throw new Error(`${where}: "${key}" is missing or not an object`);
  return value;
}

function pick(source: JsonObject, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of keys) {
    const value = source[key];
    if (value !== undefined && value !== false) picked[key] = value;
  }
  return picked;
}

function compactReference(reference: JsonObject): JsonObject {
  return pick(reference, REFERENCE_KEYS);
}

function compactShape(name: string, shape: JsonObject): JsonObject {
  const compact = pick(shape, SHAPE_KEYS);
  if (isObject(shape["error"])) compact["error"] = { ...pick(shape["error"], ERROR_KEYS), ...receiver(shape["error"]) };
  for (const key of ["member", "key", "value"]) {
    if (isObject(shape[key])) compact[key] = compactReference(shape[key]);
  }
  if (shape["type"] === "structure") {
    const members = isObject(shape["members"]) ? shape["members"] : {};
    compact["members"] = Object.fromEntries(
      Object.entries(members).map(([member, reference]) => {
        if (!isObject(reference)) throw new Error(`${name}.${member} is not an object`);
        return [member, compactReference(reference)];
      }),
    );
  }
  return compact;
}

/** `senderFault: false` says something, unlike the other flags. */
function receiver(error: JsonObject): JsonObject {
  return error["senderFault"] === false ? { senderFault: false } : {};
}

function compactOperation(operation: JsonObject, where: string): JsonObject {
  const compact: Record<string, unknown> = {
    http: pick(objectAt(operation, "http", where), ["method", "requestUri", "responseCode"]),
  };
  const input = operation["input"];
  if (isObject(input)) compact["input"] = input["shape"];
  const output = operation["output"];
  if (isObject(output)) {
    compact["output"] = output["shape"];
    if (output["resultWrapper"] !== undefined) compact["resultWrapper"] = output["resultWrapper"];
  }
  const errors = operation["errors"];
  if (Array.isArray(errors) && errors.length > 0) {
    compact["errors"] = errors
      .flatMap((error: unknown) => (isObject(error) && typeof error["shape"] === "string" ? [error["shape"]] : []))
      .toSorted((left, right) => (left < right ? -1 : 1));
  }
  if (operation["idempotent"] === true) compact["idempotent"] = true;
  const endpoint = operation["endpoint"];
  if (isObject(endpoint) && endpoint["hostPrefix"] !== undefined) compact["hostPrefix"] = endpoint["hostPrefix"];
  return compact;
}

/** Names of every shape an operation reaches, so that leftovers of the full model stay behind. */
function reachableShapes(operations: JsonObject, shapes: JsonObject): Set<string> {
  const reached = new Set<string>();
  const pending: string[] = [];
  for (const operation of Object.values(operations)) {
    if (!isObject(operation)) continue;
    for (const key of ["input", "output"]) {
      if (typeof operation[key] === "string") pending.push(operation[key]);
    }
    if (Array.isArray(operation["errors"])) pending.push(...(operation["errors"] as string[]));
  }
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const shape = objectAt(shapes, name, "shapes");
    const members = isObject(shape["members"]) ? Object.values(shape["members"]) : [];
    for (const reference of [...members, shape["member"], shape["key"], shape["value"]]) {
      if (isObject(reference) && typeof reference["shape"] === "string") pending.push(reference["shape"]);
    }
  }
  return reached;
}

/**
 * The compact table of `model`, under the name `service`.
 * Errors no operation lists (common to the whole service) are kept too.
 * @throws Error when the model is not of the expected form.
 */
export function compactModel(service: string, model: unknown): JsonObject {
  if (!isObject(model)) throw new Error(`${service}: the model is not a JSON object`);
  const metadata = objectAt(model, "metadata", service);
  const operations = Object.fromEntries(
    Object.entries(objectAt(model, "operations", service)).map(([name, operation]) => {
      if (!isObject(operation)) throw new Error(`${service}: operation ${name} is not an object`);
      return [name, compactOperation(operation, `${service}.${name}`)];
    }),
  );
  const shapes = objectAt(model, "shapes", service);
  const reached = reachableShapes(operations, shapes);
  const kept = Object.entries(shapes).filter(
    ([name, shape]) => reached.has(name) || (isObject(shape) && shape["exception"] === true),
  );
  return {
    format: TABLE_FORMAT,
    metadata: {
      ...pick(metadata, METADATA_KEYS),
      ...(metadata["awsQueryCompatible"] === undefined ? {} : { awsQueryCompatible: true }),
    },
    operations,
    service,
    shapes: Object.fromEntries(kept.map(([name, shape]) => [name, compactShape(name, shape as JsonObject)])),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** The text of a table: the same bytes for the same model, whatever the order of its keys. */
export function printTable(table: unknown): string {
  const ordered = sorted(table);
  if (!isObject(ordered)) throw new Error("A table is a JSON object");
  const parts = Object.entries(ordered).map(([key, value]) => {
    if ((key !== "operations" && key !== "shapes") || !isObject(value)) {
      return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    }
    const lines = Object.entries(value).map(([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry)}`);
    return `${JSON.stringify(key)}: {\n${lines.join(",\n")}\n  }`;
  });
  return `{\n  ${parts.join(",\n  ")}\n}\n`;
}
