import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { Parameters } from "./parameters.ts";

function codeOf(text: string): string | undefined {
  try {
    new Parameters().add(text);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    return error.code;
  }
}

test("what is added later wins, name by name", () => {
  const parameters = new Parameters();
  parameters.add("Action=A&Version=1");
  parameters.add("Action=B&flag&empty=");
  assert.deepEqual(
    ["Action", "Version", "flag", "empty", "absent", "__proto__"].map((name) => parameters.get(name)),
    ["B", "1", "", "", undefined, undefined],
  );
});

test("percent-encoding must be UTF-8: bytes are never silently replaced", () => {
  assert.equal(codeOf("a=%F0%9F%98%80&%C3%BC=1&plus=a+b"), undefined);
  for (const text of ["a=%", "a=%zz", "a=100%", "a=%ff", "%ff=a", "a=%ED%A0%80", "a=%C3"])
    assert.equal(codeOf(text), "MalformedQueryString", text);
});

test("depth and number of names have limits", () => {
  assert.equal(codeOf(`${"a.".repeat(31)}a=1`), undefined);
  assert.equal(codeOf(`${"a.".repeat(32)}a=1`), "MalformedInput");
  assert.equal(codeOf(".".repeat(3_000_000)), "MalformedInput");
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}=`).join("&");
  assert.equal(codeOf(names(200_000)), undefined);
  assert.equal(codeOf(names(200_001)), "MalformedInput");
  assert.equal(codeOf("&".repeat(5_000_000)), undefined);
});
