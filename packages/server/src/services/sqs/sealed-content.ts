/**
 * What is encrypted of a parcel: a line of JSON, and behind it the bodies as they are, in UTF-8.
 *
 * A body is most of a message, and to make JSON of ten takes longer than the rest of what they cost here. In the line a
 * member stands once where all messages have the same, as a column of values where they differ, and not at all where none has it.
 */
import { presentMessages } from "./parcel-content.ts";
import type { ToldMessage } from "./parcel-content.ts";
import type { MessageRow, ParcelRow } from "./tables.ts";

/** One value for all messages, or one for each. */
type Column<Value> = Value | readonly Value[];

interface Head {
  readonly messageId: readonly string[];
  readonly bodyBytes: readonly number[];
  senderId: Column<string>;
  sentAt: Column<number>;
  availableAt: Column<number>;
  attributes?: Column<MessageRow["attributes"]>;
  traceHeader?: Column<string | null>;
  groupId?: Column<string | null>;
  deduplicationId?: Column<string | null>;
  deadLetterSourceArn?: Column<string | null>;
  earlierReceives?: Column<number | null>;
  earlierFirstReceivedAt?: Column<number | null>;
}

const lineFeed = 0x0a;

/** @returns the text and how many bytes it has in UTF-8 */
export function contentToSeal(rows: readonly MessageRow[]): { text: string; bytes: number } {
  const messageId: string[] = [];
  const bodyBytes: number[] = [];
  const parts = [""];
  let bytes = 1;
  for (const row of rows) {
    const size = Buffer.byteLength(row.body);
    messageId.push(row.messageId);
    bodyBytes.push(size);
    parts.push(row.body);
    bytes += size;
  }
  const line = JSON.stringify(headOf(rows, messageId, bodyBytes));
  parts[0] = `${line}\n`;
  return { text: parts.join(""), bytes: bytes + Buffer.byteLength(line) };
}

function headOf(rows: readonly MessageRow[], messageId: readonly string[], bodyBytes: readonly number[]): Head {
  const senderId = column(rows, (row) => row.senderId);
  const sentAt = column(rows, (row) => row.sentAt);
  const availableAt = column(rows, (row) => row.availableAt);
  const head: Head = { messageId, bodyBytes, senderId, sentAt, availableAt };
  const attributes = column(rows, (row) => row.attributes);
  if (attributes !== null) head.attributes = attributes;
  const traceHeader = column(rows, (row) => row.traceHeader);
  if (traceHeader !== null) head.traceHeader = traceHeader;
  const groupId = column(rows, (row) => row.groupId);
  if (groupId !== null) head.groupId = groupId;
  const deduplicationId = column(rows, (row) => row.deduplicationId);
  if (deduplicationId !== null) head.deduplicationId = deduplicationId;
  const deadLetterSourceArn = column(rows, (row) => row.deadLetterSourceArn);
  if (deadLetterSourceArn !== null) head.deadLetterSourceArn = deadLetterSourceArn;
  const earlierReceives = column(rows, (row) => row.earlierReceives);
  if (earlierReceives !== null) head.earlierReceives = earlierReceives;
  const earlierFirstReceivedAt = column(rows, (row) => row.earlierFirstReceivedAt);
  if (earlierFirstReceivedAt !== null) head.earlierFirstReceivedAt = earlierFirstReceivedAt;
  return head;
}

function column<Value>(rows: readonly MessageRow[], valueOf: (row: MessageRow) => Value): Column<Value> {
  const [firstRow] = rows;
  if (firstRow === undefined) throw new Error("a parcel has messages");
  const first = valueOf(firstRow);
  for (const row of rows) if (valueOf(row) !== first) return rows.map(valueOf);
  return first;
}

/** The messages of a parcel that are still there. @param content what `contentToSeal` gave, in UTF-8 */
export function readUnsealed(row: ParcelRow, content: Buffer): MessageRow[] {
  const headEnd = content.indexOf(lineFeed);
  const head = JSON.parse(content.toString("utf8", 0, headEnd)) as Head;
  let end = headEnd + 1;
  const places = head.bodyBytes.map((size) => ({ start: end, end: (end += size) }));
  return presentMessages(row, places.length, (index): ToldMessage => {
    const place = places[index];
    return {
      messageId: head.messageId[index] ?? "",
      // Each by itself: parts of one long text would keep all of it in memory.
      body: content.toString("utf8", place?.start, place?.end),
      senderId: at(head.senderId, index),
      sentAt: at(head.sentAt, index),
      availableAt: at(head.availableAt, index),
      attributes: at(head.attributes ?? null, index),
      traceHeader: at(head.traceHeader ?? null, index),
      groupId: at(head.groupId ?? null, index),
      deduplicationId: at(head.deduplicationId ?? null, index),
      deadLetterSourceArn: at(head.deadLetterSourceArn ?? null, index),
      earlierReceives: at(head.earlierReceives ?? null, index),
      earlierFirstReceivedAt: at(head.earlierFirstReceivedAt ?? null, index),
    };
  });
}

function at<Value>(values: Column<Value>, index: number): Value {
  return Array.isArray(values) ? ((values as readonly Value[])[index] as Value) : (values as Value);
}
