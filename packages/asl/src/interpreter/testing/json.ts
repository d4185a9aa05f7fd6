/** Equality and freezing of plain JSON, for checks that must not rely on identity. */

/** Whether two values are the same JSON. A member that is undefined is no JSON and equals nothing. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) {
    return left !== undefined && left === right;
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const leftEntries = Object.entries(left);
  const rightMembers: ReadonlyMap<string, unknown> = new Map(Object.entries(right));
  if (leftEntries.length !== rightMembers.size) return false;
  return leftEntries.every(([key, value]) => rightMembers.has(key) && sameJson(value, rightMembers.get(key)));
}

/** Freezes a value and all it holds, so that any change to it throws. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
