/** An answer that says no: what a service throws to refuse a request. Nothing the request did before it stays. */
export interface ServiceErrorOptions {
  /** HTTP status; 400 when absent. */
  readonly status?: number;
  /** False when the fault is the server's own (`Receiver` in the Query protocol). */
  readonly senderFault?: boolean;
  /** Further modelled members of the error shape, such as `resourceName`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/**
 * A refusal in the service's own words. `code` is the modelled shape's name (`QueueDoesNotExist`); how it is spelled on
 * the wire, in which header and with which prefix, is the protocol's business.
 */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: string;
  readonly status: number;
  readonly senderFault: boolean;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: ServiceErrorOptions = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.senderFault = options.senderFault ?? true;
    this.members = options.members ?? {};
  }
}
