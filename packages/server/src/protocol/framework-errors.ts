/**
 * The errors AWS's service framework gives before an operation is reached: the request cannot be read, names nothing,
 * or breaks the model's constraints. They exist for every service and are in no model.
 *
 * Source: "Common Errors" of the AWS API references (code and status), and the framework's texts as services answer
 * them. JSON and Query spell the same refusal differently; `frameworkErrorSpelling` holds both.
 */
import { ServiceError } from "../kernel/service-error.ts";

interface FrameworkSpelling {
  /** Prefix of `__type`. */
  readonly namespace: string;
  /** Code in Query answers. */
  readonly queryCode: string;
}

const SERVICE = "com.amazon.coral.service#";

const spellings = {
  IncompleteBodyException: { namespace: SERVICE, queryCode: "IncompleteBody" },
  IncompleteSignatureException: { namespace: SERVICE, queryCode: "IncompleteSignature" },
  InternalFailure: { namespace: SERVICE, queryCode: "InternalFailure" },
  InvalidSignatureException: { namespace: SERVICE, queryCode: "SignatureDoesNotMatch" },
  MalformedHttpRequestException: { namespace: SERVICE, queryCode: "MalformedQueryString" },
  RequestEntityTooLargeException: { namespace: SERVICE, queryCode: "RequestEntityTooLarge" },
  SerializationException: { namespace: SERVICE, queryCode: "MalformedInput" },
  UnknownOperationException: { namespace: SERVICE, queryCode: "InvalidAction" },
  UnsupportedMediaTypeException: { namespace: SERVICE, queryCode: "UnsupportedMediaType" },
  ValidationException: { namespace: "com.amazon.coral.validate#", queryCode: "ValidationError" },
} satisfies Record<string, FrameworkSpelling>;

const spellingByCode: ReadonlyMap<string, FrameworkSpelling> = new Map(Object.entries(spellings));

export function frameworkErrorSpelling(code: string): FrameworkSpelling | undefined {
  return spellingByCode.get(code);
}

/** The request's text is not what its protocol says, or a value has the wrong type. */
export function serializationError(message: string): ServiceError {
  return new ServiceError("SerializationException", message);
}

/** `violationTexts` are the framework's sentences, one per violated constraint. */
export function validationError(violationTexts: readonly string[]): ServiceError {
  const count = violationTexts.length;
  const heading = `${count} validation ${count === 1 ? "error" : "errors"} detected: `;
  return new ServiceError("ValidationException", heading + violationTexts.join("; "));
}

/** The service, or the operation of a service that is here, does not exist. */
export function unknownOperation(message: string): ServiceError {
  return new ServiceError("UnknownOperationException", message, { status: 404 });
}

/** A Query action the service does not have. */
export function unknownAction(action: string, version: string | undefined): ServiceError {
  const named = version ?? "NO_VERSION_SPECIFIED";
  return new ServiceError("UnknownOperationException", `Could not find operation ${action} for version ${named}`);
}

/** URL or form that cannot be decoded. */
export function malformedQueryString(): ServiceError {
  return new ServiceError("MalformedHttpRequestException", "The query string contains a syntax error.", {
    status: 404,
  });
}

export function incompleteSignature(message: string): ServiceError {
  return new ServiceError("IncompleteSignatureException", message);
}

export function invalidSignature(message: string): ServiceError {
  return new ServiceError("InvalidSignatureException", message, { status: 403 });
}

export function requestTooLarge(bytesMax: number): ServiceError {
  return new ServiceError("RequestEntityTooLargeException", `Request size limit exceeded: ${bytesMax} bytes`, {
    status: 413,
  });
}

/** The body does not decode as its `Content-Encoding` says, or ended early. */
export function incompleteBody(message: string): ServiceError {
  return new ServiceError("IncompleteBodyException", message);
}

export function unsupportedEncoding(encoding: string): ServiceError {
  return new ServiceError("UnsupportedMediaTypeException", `Unsupported Content-Encoding: ${encoding}`, {
    status: 415,
  });
}

/** What a client sees of a fault of ours: nothing of it. */
export function internalFailure(): ServiceError {
  return new ServiceError("InternalFailure", "The request processing has failed because of an unknown error.", {
    status: 500,
    senderFault: false,
  });
}
