/** What a validation finds: every broken constraint is counted, the first ones are worded. */
import type { ConstraintViolation } from "../dialect.ts";

/** AWS words them all; an answer must stay smaller than the request that provoked it. */
export const violationsShownMax = 100;

export class Findings {
  readonly violations: ConstraintViolation[] = [];
  count = 0;

  /**
   * @param path in the spelling of the model
   * @param shown the value as AWS quotes it, `null`, or undefined for a value that is kept secret
   */
  add(
    kind: ConstraintViolation["kind"],
    path: string,
    shown: (() => string) | null | undefined,
    constraint: string,
  ): void {
    this.count += 1;
    if (this.violations.length >= violationsShownMax) return;
    const value = shown === undefined ? "Value" : shown === null ? "Value null" : `Value '${shown()}'`;
    this.violations.push({
      kind,
      path,
      member: path.slice(path.lastIndexOf(".") + 1),
      text: `${value} at '${beanPath(path)}' failed to satisfy constraint: ${constraint}`,
    });
  }
}

/** AWS names members as Java beans do: `KMSKeyId` is `kMSKeyId`. The keys of maps, too, are taken for members here. */
function beanPath(path: string): string {
  return path.replace(/(^|\.)([A-Z])/g, (_, dot: string, letter: string) => dot + letter.toLowerCase());
}
