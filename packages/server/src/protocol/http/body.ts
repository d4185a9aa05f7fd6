/** Reads a request's body, whole, within a limit that also holds after decompression. */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { ServiceError } from "../../kernel/service-error.ts";

const decompressors = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

export function tooLarge(bytesMax: number): ServiceError {
  return new ServiceError("RequestEntityTooLargeException", `The request body is larger than ${bytesMax} bytes.`, {
    status: 413,
  });
}

/**
 * Calls back once: with the body, with a refusal, or with undefined when the client went away in the middle.
 * After a body that is too large nothing more is read; the caller closes the connection.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  done: (body: Buffer | ServiceError | undefined) => void,
): void {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
    done(tooLarge(bytesMax));
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  let finished = false;
  const finish = (result: Buffer | ServiceError | undefined): void => {
    if (finished) return;
    finished = true;
    done(result);
  };
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bytesMax) chunks.push(chunk);
    else {
      request.pause();
      finish(tooLarge(bytesMax));
    }
  });
  request.on("end", () => {
    const [only] = chunks;
    finish(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
  });
  request.on("error", () => finish(undefined));
  request.on("close", () => finish(undefined));
}

/** @throws ServiceError for an encoding nobody knows, damaged data, or more than `bytesMax` bytes of result */
export async function decompress(body: Buffer, encodings: string, bytesMax: number): Promise<Buffer> {
  let result = body;
  for (const encoding of encodings
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .toReversed()) {
    if (encoding === "" || encoding === "identity" || encoding === "aws-chunked") continue;
    if (!Object.hasOwn(decompressors, encoding)) {
      throw new ServiceError("UnsupportedContentEncodingException", `Content-Encoding ${encoding} is not supported.`, {
        status: 415,
      });
    }
    try {
      result = await decompressors[encoding as keyof typeof decompressors](result, { maxOutputLength: bytesMax });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytesMax);
      throw new ServiceError("SerializationException", `The body is not valid ${encoding} data.`);
    }
  }
  return result;
}
