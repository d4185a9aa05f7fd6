/**
 * Finds for each `%` the step whose input it means. A `%` seeks from its own place outwards, step by step; each `%` in
 * between makes it one level more, each name or wildcard one less.
 */
import { Fault } from "../errors.ts";
import type { Expression, PathExpression, Slot } from "./expression.ts";

/** Lets `slot` pass over `step`, and stop there when it has gone up far enough. @throws Fault S0217 */
export function seekParent(step: Expression, slot: Slot): void {
  switch (step.kind) {
    case "name":
    case "wildcard":
      slot.level -= 1;
      if (slot.level === 0) {
        if (step.ancestor !== undefined) slot.label = step.ancestor.label;
        step.ancestor = slot;
        step.isTuple = true;
      }
      return;
    case "parent":
      slot.level += 1;
      return;
    case "block": {
      const last = step.expressions.at(-1);
      if (last === undefined) return;
      step.isTuple = true;
      seekParent(last, slot);
      return;
    }
    case "path": {
      step.isTuple = true;
      const steps = step.steps.toReversed();
      for (const [index, inner] of steps.entries()) {
        if (index > 0 && slot.level <= 0) break;
        seekParent(inner, slot);
      }
      return;
    }
    default:
      throw new Fault("S0217", {}, step.position, step.kind);
  }
}

/** What `part` still seeks, `whole` seeks. */
export function passOn(whole: Expression, part: Expression): void {
  if (part.seeking === undefined && part.kind !== "parent") return;
  const slots = part.seeking ?? [];
  if (part.kind === "parent") slots.push(part.slot);
  if (whole.seeking === undefined) whole.seeking = slots;
  else whole.seeking.push(...slots);
}

/** Looks in the steps of a path for what its last step seeks. */
export function resolveAncestry(path: PathExpression): void {
  const last = path.steps.at(-1);
  if (last === undefined) return;
  const slots = last.seeking ?? [];
  if (last.kind === "parent") slots.push(last.slot);
  for (const slot of slots) {
    let index = path.steps.length - 2;
    while (slot.level > 0) {
      let step = path.steps[index];
      if (step === undefined) {
        (path.seeking ??= []).push(slot);
        break;
      }
      index -= 1;
      // Steps that bind a variable leave the context where it is: they count as one.
      for (let before = path.steps[index]; step.focus !== undefined && before?.focus !== undefined;) {
        step = before;
        index -= 1;
        before = path.steps[index];
      }
      seekParent(step, slot);
    }
  }
}
