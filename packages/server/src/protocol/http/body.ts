/**
 * Reads a request's body, whole, within a limit that also holds after decompression, and takes off its encodings. What is not
 * small has room of a budget that all bodies share, from before it is read to when its request is answered.
 *
 * A body that is too large is refused as soon as that is known and then read on to nowhere for a while: a client that is
 * still sending would otherwise find the connection reset before it has seen the answer.
 */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { ServiceError } from "../../kernel/service-error.ts";
import { serializationError } from "../codec/scalars.ts";
import { decodeAwsChunked } from "./aws-chunked.ts";
import type { BodyBudget, BodyRoom } from "./body-budget.ts";
import { isWhole } from "./exchange.ts";
import type { HttpRequest, HttpResponse } from "./exchange.ts";
import { Pieces } from "./pieces.ts";

/** How much of a refused body is read; then the connection is cut. */
const drainBytesMax = 64 * 1024 * 1024;
/** A client compresses once; each further layer costs as much as a body of the largest size. */
const encodingsMax = 2;

const decompressors = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

function tooLarge(bytesMax: number): ServiceError {
  return new ServiceError("RequestEntityTooLargeException", `The request body is larger than ${bytesMax} bytes.`, {
    status: 413,
  });
}

/** How large bodies may be, one and all together. */
export interface BodyLimits {
  /** Of one, as it is sent and once decoded. */
  readonly bodyBytesMax: number;
  /** What a request's body shares with those of others. */
  readonly bodyBudgetOf: (request: HttpRequest) => BodyBudget;
}

/** Of a body that was read: what it holds of the budget, which its receiver gives back; undefined for a small one. */
type Done = (body: Buffer | ServiceError | undefined, room: BodyRoom | undefined) => void;

/** Calls back once: with the body, with a refusal, or with undefined when the client went away in the middle. */
export function readBody(request: HttpRequest, response: HttpResponse, limits: BodyLimits, done: Done): void {
  if (!isWhole(request)) return readLongBody(request, response, limits, done);
  const { bodyBytesMax } = limits;
  done(request.wholeBody.length <= bodyBytesMax ? request.wholeBody : tooLarge(bodyBytesMax), undefined);
}

function readLongBody(
  request: IncomingMessage,
  response: HttpResponse,
  { bodyBytesMax: bytesMax, bodyBudgetOf }: BodyLimits,
  done: Done,
): void {
  const budget = bodyBudgetOf(request);
  const coding = codingOf(request.headers);
  // Otherwise all the requests a client may send before it has the first answer would each have that much.
  const freeBytes = isBehindOthers(response) ? 0 : budget.smallBytesMax;
  let pieces = new Pieces();
  let size = 0;
  let finished = false;
  let room: BodyRoom | undefined;
  const claim = (length: number): void => {
    room = budget.claim(length + decodingBytes(coding, length, bytesMax), () => request.resume());
    if (room.state === "waiting") request.pause();
  };
  const finish = (result: Buffer | ServiceError | undefined): void => {
    if (finished) return;
    finished = true;
    pieces = new Pieces();
    // A small one may have come to its end while it waited to go on.
    const isKept = Buffer.isBuffer(result) && room?.state === "held";
    if (isKept) room?.keep(size + decodingBytes(coding, size, bytesMax));
    else room?.giveBack();
    done(result, isKept ? room : undefined);
  };
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bytesMax && !finished) {
      pieces.add(chunk);
      if (room === undefined && size > freeBytes) claim(bytesMax);
    } else if (size > bytesMax + drainBytesMax) request.destroy();
    else finish(tooLarge(bytesMax));
  });
  request.on("end", () => finish(pieces.whole()));
  request.on("error", () => finish(undefined));
  request.on("close", () => finish(undefined));
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > bytesMax) finish(tooLarge(bytesMax));
  else if (length > freeBytes) claim(length);
}

/** Whether an earlier request of the connection is still being answered: its response has the socket. */
function isBehindOthers(response: HttpResponse): boolean {
  return "socket" in response && response.socket === null;
}

/** What has to be taken off a body. */
interface Coding {
  readonly isFramed: boolean;
  /** Of the content of the frame, where the client said it. */
  readonly framedLength: string | undefined;
  /** The last one first. */
  readonly compressions: readonly string[];
}

/** Undefined where there is nothing to take off. */
function codingOf(headers: HttpRequest["headers"]): Coding | undefined {
  const isStreamed = String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  if (headers["content-encoding"] === undefined && !isStreamed) return undefined;
  const encodings = (headers["content-encoding"] ?? "")
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "" && part !== "identity");
  const framedLength = headers["x-amz-decoded-content-length"];
  return {
    // Wherever clients list it, the framing is outermost.
    isFramed: isStreamed || encodings.includes("aws-chunked"),
    framedLength: typeof framedLength === "string" ? framedLength : undefined,
    compressions: encodings.filter((encoding) => encoding !== "aws-chunked").toReversed(),
  };
}

/** What decoding a body of this length takes at most, besides the body: each layer that is taken off is held until the last one is. */
function decodingBytes(coding: Coding | undefined, length: number, bytesMax: number): number {
  if (coding === undefined) return 0;
  const layers = Math.min(coding.compressions.length, encodingsMax);
  return (coding.isFramed ? length : 0) + layers * bytesMax;
}

export interface Decoded {
  readonly body: Buffer;
  readonly room: BodyRoom | undefined;
}

/**
 * The body behind its `Content-Encoding`; undefined when it has none that needs work. The promise gives undefined when the
 * client has gone before there was room for what the body becomes.
 * @param room what the body holds of the budget
 * @throws (in the promise) ServiceError for an encoding nobody knows, damaged data, or more than `bodyBytesMax` bytes of result
 */
export function decodeBody(
  request: HttpRequest,
  response: HttpResponse,
  limits: BodyLimits,
  body: Buffer,
  room: BodyRoom | undefined,
): Promise<Decoded | undefined> | undefined {
  const coding = codingOf(request.headers);
  if (coding === undefined) return undefined;
  return room === undefined
    ? decodeSmall(response, limits.bodyBudgetOf(request), body, coding, limits.bodyBytesMax)
    : decodeInRoom(room, body, coding, limits.bodyBytesMax);
}

/** Of a body that is small, most remain so; one that does not is decoded again when there is room for the most it may be. */
async function decodeSmall(
  response: HttpResponse,
  budget: BodyBudget,
  body: Buffer,
  coding: Coding,
  bytesMax: number,
): Promise<Decoded | undefined> {
  const smallMax = Math.min(budget.smallBytesMax, bytesMax);
  try {
    return { body: await decode(body, coding, smallMax), room: undefined };
  } catch (error) {
    const isTooLarge = error instanceof ServiceError && error.status === 413;
    if (!isTooLarge || smallMax === bytesMax) throw error;
  }
  const room = await roomOf(budget, body.length + decodingBytes(coding, body.length, bytesMax), response);
  return room && decodeInRoom(room, body, coding, bytesMax);
}

/** Undefined when the client has gone before there was room. */
function roomOf(budget: BodyBudget, bytes: number, response: HttpResponse): Promise<BodyRoom | undefined> {
  return new Promise((resolve) => {
    const room = budget.claim(bytes, () => resolve(room));
    if (room.state === "held") return resolve(room);
    const gone = (): void => {
      if (room.state !== "waiting") return;
      room.giveBack();
      resolve(undefined);
    };
    if (response.destroyed) gone();
    else response.once("close", gone);
  });
}

async function decodeInRoom(room: BodyRoom, body: Buffer, coding: Coding, bytesMax: number): Promise<Decoded> {
  try {
    const decoded = await decode(body, coding, bytesMax);
    room.keep(body.length + decoded.length);
    return { body: decoded, room };
  } catch (error) {
    room.giveBack();
    throw error;
  }
}

async function decode(body: Buffer, coding: Coding, bytesMax: number): Promise<Buffer> {
  const { isFramed, framedLength, compressions } = coding;
  let result = isFramed ? decodeAwsChunked(body, framedLength) : body;
  if (compressions.length > encodingsMax) throw unsupported(compressions.join(", "));
  for (const compression of compressions) result = await decompress(result, compression, bytesMax);
  return result;
}

async function decompress(body: Buffer, encoding: string, bytesMax: number): Promise<Buffer> {
  if (!Object.hasOwn(decompressors, encoding)) throw unsupported(encoding);
  try {
    return await decompressors[encoding as keyof typeof decompressors](body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytesMax);
    throw serializationError(`The body is not valid ${encoding} data.`);
  }
}

function unsupported(encoding: string): ServiceError {
  return new ServiceError("UnsupportedContentEncodingException", `Content-Encoding ${encoding} is not supported.`, {
    status: 415,
  });
}
