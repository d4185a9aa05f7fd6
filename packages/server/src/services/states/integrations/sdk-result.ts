/** What optimized integrations show of the call they made: the metadata of an answer, and the wording of a refusal. */
import type { Json } from "@tutti/asl";
import type { ServiceError } from "../../../kernel/service-error.ts";

/** The metadata that an optimized integration adds to a service's answer. */
export function sdkMetadata(output: Readonly<Record<string, Json>>, requestId: string, now: number) {
  const headers = {
    "x-amzn-RequestId": requestId,
    "Content-Length": String(Buffer.byteLength(JSON.stringify(output))),
    Date: new Date(now).toUTCString(),
    "Content-Type": "application/x-amz-json-1.0",
  };
  const listed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders: listed, HttpHeaders: headers, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

/** @param code the error code on the wire, where it is not the shape's name */
export function sdkCause(service: string, error: ServiceError, requestId: string, code = error.code): string {
  return `${error.message} (Service: ${service}; Status Code: ${error.status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`;
}
