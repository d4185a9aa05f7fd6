/** Refusals on the wire: status, headers and body, per protocol. */
import type { Call } from "../kernel/call.ts";
import type { ServiceError } from "../kernel/service-error.ts";
import { escapeXml } from "./codec/xml-text.ts";
import type { WireService } from "./wire-service.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonContentType(service: WireService | undefined): string {
  return `application/x-amz-json-${service?.model.metadata.jsonVersion ?? "1.0"}`;
}

/** JSON: `{"__type": …, "message": …}`; a service that came from Query also names its older code in a header. */
export function jsonError(error: ServiceError, service: WireService | undefined, call: Call): Answer {
  const older = service?.dialect.queryErrors?.[error.code];
  const message = service?.messageOf(error, call) ?? error.message;
  const headers: Record<string, string> = { "content-type": jsonContentType(service) };
  let status = error.status;
  if (service?.model.metadata.awsQueryCompatible === true) {
    headers["x-amzn-query-error"] = `${older?.code ?? error.code};${error.senderFault ? "Sender" : "Receiver"}`;
    // Clients that do not know of the older protocol get the plain statuses of JSON.
    const inQueryMode = call.header("x-amzn-query-mode") === "true";
    if (status < 500) status = inQueryMode ? (older?.status ?? status) : 400;
  }
  const body = JSON.stringify({
    __type: errorType(error.code, service),
    ...(message === "" ? {} : { message }),
    ...error.members,
  });
  return { status, headers, body };
}

/** A service that names its errors in a namespace takes those it did not model from AWS's framework. */
function errorType(code: string, service: WireService | undefined): string {
  const prefix = service?.dialect.errorTypePrefix;
  if (prefix === undefined) return code;
  const isModelled = service !== undefined && Object.hasOwn(service.model.shapes, code);
  return `${isModelled ? prefix : "com.amazon.coral.service#"}${code}`;
}

/** Query: `<ErrorResponse>` with type, code and message. */
export function queryError(error: ServiceError, service: WireService | undefined, call: Call): Answer {
  const older = service?.dialect.queryErrors?.[error.code];
  const modelled = service?.model.shapes[error.code];
  const modelledError = modelled?.type === "structure" ? modelled.error : undefined;
  const code = older?.code ?? modelledError?.code ?? error.code;
  const status = older?.status ?? modelledError?.httpStatusCode ?? error.status;
  const namespace = xmlNamespaceOf(service);
  const message = service?.messageOf(error, call) ?? error.message;
  const body =
    `<?xml version="1.0"?><ErrorResponse${namespace === undefined ? "" : ` xmlns="${namespace}"`}>` +
    `<Error><Type>${error.senderFault ? "Sender" : "Receiver"}</Type><Code>${escapeXml(code)}</Code>` +
    `<Message>${escapeXml(message)}</Message><Detail/></Error><RequestId>${call.requestId}</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

export function xmlNamespaceOf(service: WireService | undefined): string | undefined {
  return service?.dialect.alsoQuery?.xmlNamespace ?? service?.model.metadata.xmlNamespace;
}
