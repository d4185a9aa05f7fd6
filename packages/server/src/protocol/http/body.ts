/**
 * Reads a request's body, whole, within a limit that also holds after decompression, and takes off its encodings.
 *
 * A body that is too large is refused as soon as that is known and then read on to nowhere for a while: a client that is
 * still sending would otherwise find the connection reset before it has seen the answer.
 */
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { ServiceError } from "../../kernel/service-error.ts";
import { serializationError } from "../codec/scalars.ts";
import { decodeAwsChunked } from "./aws-chunked.ts";
import { isWhole } from "./exchange.ts";
import type { HttpRequest } from "./exchange.ts";
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

/** Calls back once: with the body, with a refusal, or with undefined when the client went away in the middle. */
export function readBody(
  request: HttpRequest,
  bytesMax: number,
  done: (body: Buffer | ServiceError | undefined) => void,
): void {
  if (isWhole(request)) return done(request.wholeBody.length <= bytesMax ? request.wholeBody : tooLarge(bytesMax));
  let pieces = new Pieces();
  let size = 0;
  let finished = false;
  const finish = (result: Buffer | ServiceError | undefined): void => {
    if (finished) return;
    finished = true;
    pieces = new Pieces();
    done(result);
  };
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bytesMax && !finished) pieces.add(chunk);
    else if (size > bytesMax + drainBytesMax) request.destroy();
    else finish(tooLarge(bytesMax));
  });
  request.on("end", () => finish(pieces.whole()));
  request.on("error", () => finish(undefined));
  request.on("close", () => finish(undefined));
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) finish(tooLarge(bytesMax));
}

/**
 * The body behind its `Content-Encoding`; undefined when it has none that needs work.
 * @throws (in the promise) ServiceError for an encoding nobody knows, damaged data, or more than `bytesMax` bytes of result
 */
export function decodeBody(request: HttpRequest, body: Buffer, bytesMax: number): Promise<Buffer> | undefined {
  const { headers } = request;
  const isStreamed = String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  if (headers["content-encoding"] === undefined && !isStreamed) return undefined;
  const encodings = (headers["content-encoding"] ?? "")
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "" && part !== "identity");
  const decodedLength = headers["x-amz-decoded-content-length"];
  return decode(body, encodings, isStreamed, typeof decodedLength === "string" ? decodedLength : undefined, bytesMax);
}

async function decode(
  body: Buffer,
  encodings: readonly string[],
  isStreamed: boolean,
  decodedLength: string | undefined,
  bytesMax: number,
): Promise<Buffer> {
  // Wherever clients list it, the framing is outermost.
  const isFramed = isStreamed || encodings.includes("aws-chunked");
  let result = isFramed ? decodeAwsChunked(body, decodedLength) : body;
  const compressions = encodings.filter((encoding) => encoding !== "aws-chunked").toReversed();
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
