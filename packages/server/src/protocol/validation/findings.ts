/**
 * What a validation finds: every broken constraint is counted, the first ones are worded. It also knows where the
 * validation is, step by step; a path is put together for what is worded only, which hardly any input has.
 */
import type { ConstraintViolation } from "../dialect.ts";

/** AWS words them all; an answer must stay smaller than the request that provoked it. */
export const violationsShownMax = 100;

export class Findings {
  readonly violations: ConstraintViolation[] = [];
  count = 0;
  /** Members' names in the spelling of the model; of entries of lists the number from 1, of maps the key in an object. */
  readonly #steps: (string | number | { readonly key: string })[] = [];

  /** Goes on to a member of a structure. `leave` goes back. */
  enter(member: string): void {
    this.#steps.push(member);
  }

  /** Goes on to an entry of a list, by its number from 1, or of a map, by its key. `leave` goes back. */
  enterEntry(entry: number | string): void {
    this.#steps.push(typeof entry === "number" ? entry : { key: entry });
  }

  leave(): void {
    this.#steps.pop();
  }

  /**
   * Something is wrong with the value where the validation is.
   * @param shown the value as AWS quotes it, `null`, or undefined for a value that is kept secret
   */
  add(kind: ConstraintViolation["kind"], shown: (() => string) | null | undefined, constraint: string): void {
    this.count += 1;
    if (this.violations.length >= violationsShownMax) return;
    const path = this.#steps.map(showStep).join(".");
    const value = shown === undefined ? "Value" : shown === null ? "Value null" : `Value '${shown()}'`;
    this.violations.push({
      kind,
      path,
      member: path.slice(path.lastIndexOf(".") + 1),
      text: `${value} at '${beanPath(path)}' failed to satisfy constraint: ${constraint}`,
    });
  }
}

function showStep(step: string | number | { readonly key: string }): string {
  return typeof step === "string" ? step : `${typeof step === "number" ? step : step.key}.member`;
}

/** AWS names members as Java beans do: `KMSKeyId` is `kMSKeyId`. The keys of maps, too, are taken for members here. */
function beanPath(path: string): string {
  return path.replace(/(^|\.)([A-Z])/g, (_, dot: string, letter: string) => dot + letter.toLowerCase());
}
