/** Message attributes: their rules, their size, their MD5, and which of them a receive asks for. */
import { hash } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import type { StoredAttribute } from "./tables.ts";

type Attributes = Readonly<Record<string, StoredAttribute>>;

const invalidCharacters = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Whether a look at single code units cannot tell: most texts hold nothing beyond the basic plane. Named by what is wrong
 * rather than by what is right it takes half the time: 87 ns instead of 175 for 256 letters.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const doubtfulCharacters = /[\0-\x08\x0b\f\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;

export function hasInvalidCharacters(text: string): boolean {
  return doubtfulCharacters.test(text) && invalidCharacters.test(text);
}

/** The first character that no message may hold, as AWS names it: `#x7`. */
export function nameOfInvalidCharacter(text: string): string {
  return `#x${(invalidCharacters.exec(text)?.[0].codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
}

/**
 * The attributes in the form they are kept in; null when there are none.
 * @throws InvalidParameterValue in AWS's words
 */
export function storeAttributes(given: Readonly<Record<string, MessageAttributeValue>> | undefined): Attributes | null {
  if (given === undefined) return null;
  const entries = Object.entries(given);
  if (entries.length === 0) return null;
  if (entries.length > limits.messageAttributesMax) {
    throw errors.invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${limits.messageAttributesMax}].`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [checkName(name), storeAttribute(name, value)]));
}

function checkName(name: string): string {
  if (name === "") throw errors.invalidParameter("The request must contain non-empty message attribute name.");
  if (Buffer.byteLength(name) > limits.attributeNameBytesMax)
    throw errors.invalidParameter("Message (user) attribute names must be shorter than 256 Bytes");
  if (/^(aws|amazon)\./i.test(name) || name.startsWith(".") || name.endsWith(".")) {
    throw errors.invalidParameter(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
    );
  }
  if (name.includes("..") || !/^[\p{L}\p{N}_.-]+$/u.test(name)) {
    throw errors.invalidParameter(
      `Message (user) attribute name '${name}' contains invalid characters. Only alphanumerics, '_', '-' and '.' are allowed.`,
    );
  }
  return name;
}

function storeAttribute(
  name: string,
  { DataType, StringValue, BinaryValue, StringListValues, BinaryListValues }: MessageAttributeValue,
): StoredAttribute {
  const [type = ""] = (DataType ?? "").split(".", 1);
  if ((StringListValues ?? []).length > 0 || (BinaryListValues ?? []).length > 0) {
    throw errors.invalidParameter("Message attribute list values in SendMessage operation are not supported.");
  }
  if (DataType === undefined || DataType === "")
    throw errors.invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
  if (!["String", "Number", "Binary"].includes(type) || Buffer.byteLength(DataType) > limits.attributeTypeBytesMax) {
    throw errors.invalidParameter(
      `Type for parameter MessageAttributes.Attribute_name.DataType must be prefixedwith "String", "Binary", or "Number", but was: ${DataType}`,
    );
  }
  if (hasInvalidCharacters(DataType))
    throw errors.invalidParameter(`Message (user) attribute '${name}' type contains invalid characters.`);
  if (StringValue !== undefined && BinaryValue !== undefined) {
    throw errors.invalidParameter(
      `Message (user) attribute '${name}' must contain either a StringValue or a BinaryValue, not both.`,
    );
  }
  if (type === "Binary") {
    if (BinaryValue === undefined || BinaryValue.length === 0) throw emptyValue(name, type);
    return { DataType, BinaryValue: Buffer.from(BinaryValue).toString("base64") };
  }
  if (StringValue === undefined || StringValue === "") throw emptyValue(name, type);
  if (hasInvalidCharacters(StringValue))
    throw errors.invalidParameter(`Message (user) attribute '${name}' value contains invalid characters.`);
  return { DataType, StringValue: type === "Number" ? checkNumber(name, StringValue) : StringValue };
}

function emptyValue(name: string, type: string) {
  return errors.invalidParameter(
    `Message (user) attribute '${name}' must contain a non-empty value of type '${type === "Binary" ? "Binary" : "String"}'.`,
  );
}

/** At most 38 significant digits, from 10^-128 to 10^126. The pattern never backtracks: a value may be a megabyte long. */
function checkNumber(name: string, text: string): string {
  const match = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (match === null || !isInRange(match[1] ?? "", match[2] ?? match[3] ?? "", Number(match[4] ?? 0))) {
    throw errors.invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return text;
}

function isInRange(whole: string, fraction: string, exponent: number): boolean {
  const digits = whole + fraction;
  let first = 0;
  while (digits[first] === "0") first += 1;
  if (first === digits.length) return true;
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  const magnitude = whole.length - first - 1 + exponent;
  const isPowerOfTen = end - first === 1 && digits[first] === "1";
  return end - first <= 38 && magnitude >= -128 && (magnitude < 126 || (magnitude === 126 && isPowerOfTen));
}

/** The attributes as they are kept: numbers without the zeroes that say nothing. The digest of a send is of what was sent. */
export function trimNumbers(attributes: Attributes | null): Attributes | null {
  if (attributes === null) return null;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const { DataType, StringValue } = attribute;
      if (StringValue === undefined || !DataType.startsWith("Number")) return [name, attribute];
      return [name, { DataType, StringValue: trimZeroes(StringValue) }];
    }),
  );
}

/** Numbers with an exponent stay as they are. */
function trimZeroes(text: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = ""] = match;
  let start = 0;
  while (start < whole.length - 1 && whole[start] === "0") start += 1;
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === "0") end -= 1;
  return sign + whole.slice(start) + (end === 0 ? (whole === "" ? "0" : "") : `.${fraction.slice(0, end)}`);
}

/** What `attributesBytes` will give for attributes that have not been checked yet. */
export function givenBytes(given: Readonly<Record<string, MessageAttributeValue>> | undefined): number {
  if (given === undefined) return 0;
  let bytes = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(given)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType ?? "");
    bytes += BinaryValue?.length ?? Buffer.byteLength(StringValue ?? "");
  }
  return bytes;
}

/** Bytes that count towards a message's size. */
export function attributesBytes(attributes: Attributes | null): number {
  if (attributes === null) return 0;
  let bytes = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes +=
      StringValue === undefined ? Buffer.byteLength(BinaryValue ?? "", "base64") : Buffer.byteLength(StringValue);
  }
  return bytes;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function attributesMd5(attributes: Attributes): string {
  const parts: Buffer[] = [];
  const push = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  for (const name of Object.keys(attributes).toSorted()) {
    const { DataType = "", StringValue, BinaryValue = "" } = attributes[name] ?? {};
    push(Buffer.from(name));
    push(Buffer.from(DataType));
    parts.push(Buffer.from([StringValue === undefined ? 2 : 1]));
    push(StringValue === undefined ? Buffer.from(BinaryValue, "base64") : Buffer.from(StringValue));
  }
  return hash("md5", Buffer.concat(parts));
}

/**
 * The attributes that match one of the names: `All`, `.*`, `*`, an exact name, or `foo.*` for all that begin with `foo`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export function selectAttributes(attributes: Attributes | null, names: readonly string[]): Attributes | undefined {
  if (attributes === null || names.length === 0) return undefined;
  const selected = Object.entries(attributes).filter(([name]) => names.some((wanted) => matchesName(name, wanted)));
  return selected.length === 0 ? undefined : Object.fromEntries(selected);
}

function matchesName(name: string, wanted: string): boolean {
  if (wanted === "All" || wanted === ".*" || wanted === "*") return true;
  return wanted.endsWith(".*") ? name.startsWith(wanted.slice(0, -2)) : name === wanted;
}
