/** JSON texts clients send: an execution's input, a task's output. */
import { jacksonMessage } from "@tutti/asl";
import type { Json } from "@tutti/asl";
import type { ServiceError } from "../../kernel/service-error.ts";
import { limits } from "./limits.ts";

/** @param refusal makes the error from Jackson's words or the reason */
export function parsePayload(text: string, refusal: (reason: string) => ServiceError): Json {
  if (Buffer.byteLength(text) > limits.payloadBytesMax) {
    throw refusal(`The text exceeds the maximum of ${limits.payloadBytesMax} bytes`);
  }
  const problem = jacksonMessage(text);
  if (problem !== undefined) throw refusal(problem);
  return JSON.parse(text) as Json;
}
