/** What a store says when it cannot do what it was asked, in a way its caller can act on. */

/** The writer is not the owner any more. Nothing of its group was applied, and nothing further of it will be. */
export class StaleOwnerError extends Error {
  override readonly name = "StaleOwnerError";
}

/** The store could not be reached within its deadline. What was asked may have been done or not. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** The store cannot be used as it is; the code has a page in `docs/errors`. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}
