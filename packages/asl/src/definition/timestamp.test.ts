import assert from "node:assert/strict";
import { it } from "node:test";
import { isTimestamp } from "./timestamp.ts";

it("takes RFC 3339 timestamps", () => {
  for (const text of [
    "2016-03-14T01:59:00Z",
    "2016-03-14T01:59:00.1Z",
    "2016-03-14T01:59:00.123456789-11:30",
    "2024-02-29T23:59:59+00:00",
    "2000-02-29T00:00:00Z",
  ]) {
    assert.ok(isTimestamp(text), text);
  }
});

it("refuses other forms and dates that do not exist", () => {
  for (const text of [
    "",
    "2016-03-14",
    "2016-03-14T01:59Z",
    "2016-03-14T01:59:00",
    "2016-03-14T01:59:00.Z",
    "2016-03-14T01:59:00z",
    "2016-03-14T01:59:00+0530",
    "2016-03-14T01:59:00+24:00",
    "2016-03-14T01:59:00+05:60",
    " 2016-03-14T01:59:00Z",
    "2016-03-14T01:59:00Z\n",
    "2016-13-01T00:00:00Z",
    "2016-00-01T00:00:00Z",
    "2016-04-31T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2016-01-00T00:00:00Z",
    "2016-03-14T24:00:00Z",
    "2016-03-14T01:60:00Z",
    "2016-03-14T01:59:60Z",
  ]) {
    assert.ok(!isTimestamp(text), text);
  }
});
