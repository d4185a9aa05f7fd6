/**
 * The framing `aws-chunked`, in which SDKs send bodies they sign or checksum piece by piece:
 * `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0[;…]\r\n[<trailer>: …\r\n]\r\n`.
 * Signatures and checksums are taken off unchecked, like the signature of the request itself.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
import { serializationError } from "../codec/scalars.ts";

/** Of a chunk's head or a trailer, which hold a signature or a checksum. */
const lineBytesMax = 8_192;

/**
 * @param decodedLength the header `x-amz-decoded-content-length`, where the client sent it
 * @throws ServiceError SerializationException when the framing is broken, cut short, or not of that length
 */
export function decodeAwsChunked(body: Buffer, decodedLength: string | undefined): Buffer {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const head = lineAt(body, position);
    const size = /^([0-9a-fA-F]{1,8})\s*(;|$)/.exec(head)?.[1];
    if (size === undefined) throw broken();
    position += head.length + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (body[position + length] !== 13 || body[position + length + 1] !== 10) throw broken();
    chunks.push(body.subarray(position, position + length));
    position += length + 2;
  }
  checkTrailers(body, position);
  const decoded = Buffer.concat(chunks);
  if (decodedLength !== undefined && Number(decodedLength) !== decoded.length) throw broken();
  return decoded;
}

/** Trailers end with an empty line; without any, some clients leave out that line as well. */
function checkTrailers(body: Buffer, start: number): void {
  for (let position = start; position < body.length;) {
    const line = lineAt(body, position);
    position += line.length + 2;
    if (line === "") {
      if (position < body.length) throw broken();
      return;
    }
    if (!/^[\w-]+:/.test(line)) throw broken();
  }
}

function lineAt(body: Buffer, start: number): string {
  const end = body.subarray(start, start + lineBytesMax).indexOf("\r\n");
  if (end < 0) throw broken();
  return body.toString("latin1", start, start + end);
}

function broken() {
  return serializationError("The body is not valid aws-chunked data.");
}
