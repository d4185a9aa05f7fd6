/**
 * What a hop carries, as JSON text: the input of an operation, and its outcome. JSON has no bytes and no dates, so they
 * stand as an object with one member whose name begins with `$`; a member that really has such a name gets one `$` more.
 * Members that are undefined are left out, as JSON leaves them out.
 */
import { ServiceError } from "../kernel/service-error.ts";

/** What became of an operation. A refusal has left no trace at its target. */
export type HopOutcome =
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "refused"; readonly error: ServiceError };

const bytesMember = "$bytes";
const dateMember = "$date";

export function encodeValue(value: unknown): string {
  return JSON.stringify(toJson(value)) ?? "null";
}

export function decodeValue(text: string): unknown {
  return fromJson(JSON.parse(text));
}

export function encodeOutcome(outcome: HopOutcome): string {
  if (outcome.kind === "done") return encodeValue({ output: outcome.output });
  const { code, message, status, senderFault, members } = outcome.error;
  return encodeValue({ refusal: { code, message, status, senderFault, members } });
}

interface WrittenOutcome {
  readonly output?: unknown;
  readonly refusal?: Pick<ServiceError, "code" | "message" | "status" | "senderFault" | "members">;
}

export function decodeOutcome(text: string): HopOutcome {
  const { output, refusal } = decodeValue(text) as WrittenOutcome;
  if (refusal === undefined) return { kind: "done", output };
  const { code, message, ...options } = refusal;
  return { kind: "refused", error: new ServiceError(code, message, options) };
}

function toJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return { [bytesMember]: Buffer.from(value).toString("base64") };
  if (value instanceof Date) return { [dateMember]: value.getTime() };
  if (Array.isArray(value)) return value.map(toJson);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.startsWith("$") ? `$${name}` : name, toJson(member)]),
  );
}

function fromJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromJson);
  const members = Object.entries(value);
  const [first] = members;
  if (first !== undefined && members.length === 1) {
    const [name, member] = first as [string, unknown];
    if (name === bytesMember && typeof member === "string") return new Uint8Array(Buffer.from(member, "base64"));
    if (name === dateMember && typeof member === "number") return new Date(member);
  }
  return Object.fromEntries(
    members.map(([name, member]) => [name.startsWith("$$") ? name.slice(1) : name, fromJson(member)]),
  );
}
