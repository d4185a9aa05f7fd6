import assert from "node:assert/strict";
import { it } from "node:test";
import * as asl from "./index.ts";

it("exports the whole of the language", () => {
  assert.deepEqual(Object.keys(asl).toSorted(), [
    "advance",
    "compileChoiceRule",
    "compileDefinition",
    "compilePath",
    "compileReferencePath",
    "compileTemplate",
    "formatInvalidDefinition",
    "graphOf",
    "isJsonArray",
    "isJsonObject",
    "jacksonMessage",
    "newExecution",
    "parseJson",
    "parseTolerantly",
    "unrecognizedResource",
  ]);
});
