/** What a definition and the interpreter ask of a JSONata engine. There is none yet, so JSONata is refused (`state.ts`). */
import type { Json } from "../json/value.ts";

export interface CompiledJsonata {
  readonly source: string;
  /** The variables it reads, without `$`. */
  readonly variables: readonly string[];
  /** Whether it reads the value JSONata starts from, which a state does not have. */
  readonly usesRootContext: boolean;
  /** @throws JsonataError */
  evaluate(variables: Readonly<Record<string, Json | undefined>>, host: JsonataHost): Json | undefined;
}

export interface JsonataHost {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** In [0, 1). */
  random(): number;
  uuid(): string;
}

export class JsonataError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws JsonataError */
export function compileJsonata(source: string): CompiledJsonata {
  throw new JsonataError("", `'${source}' cannot be compiled`);
}
