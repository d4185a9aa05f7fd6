import assert from "node:assert/strict";
import { it } from "node:test";
import * as asl from "./index.ts";

it("exports the whole of the language", () => {
  assert.deepEqual(Object.keys(asl).toSorted(), [
    "JsonataError",
    "advance",
    "compileChoiceRule",
    "compileDefinition",
    "compileJsonata",
    "compilePath",
    "compileReferencePath",
    "compileTemplate",
    "completionsAt",
    "formatInvalidDefinition",
    "graphOf",
    "integrationArns",
    "isJsonArray",
    "isJsonObject",
    "jacksonMessage",
    "mapRunItemInput",
    "newExecution",
    "parseJson",
    "parseTolerantly",
    "refuseUnknownIntegration",
    "testState",
    "unrecognizedResource",
  ]);
});
