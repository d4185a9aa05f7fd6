import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimestamp, parseTimestamp } from "./timestamp.ts";

const nanoseconds = (milliseconds: number): bigint => BigInt(milliseconds) * 1_000_000n;

test("moments are nanoseconds since the epoch, whatever their offset", () => {
  const cases: readonly (readonly [string, bigint])[] = [
    ["1970-01-01T00:00:00Z", 0n],
    ["1969-12-31T23:59:59.5Z", -500_000_000n],
    ["2016-03-14T01:59:00Z", nanoseconds(Date.UTC(2016, 2, 14, 1, 59))],
    ["2016-03-14T01:59:00+05:30", nanoseconds(Date.UTC(2016, 2, 13, 20, 29))],
    ["2016-03-14T01:59:00-08:00", nanoseconds(Date.UTC(2016, 2, 14, 9, 59))],
    ["2016-02-29T00:00:00.5Z", nanoseconds(Date.UTC(2016, 1, 29, 0, 0, 0, 500))],
    ["2016-03-14T01:59:00.123456789-11:30", nanoseconds(Date.UTC(2016, 2, 14, 13, 29)) + 123_456_789n],
    ["0099-12-31T23:59:59Z", nanoseconds(Date.parse("0099-12-31T23:59:59Z"))],
    ["9999-12-31T23:59:59.999999999Z", nanoseconds(Date.UTC(9999, 11, 31, 23, 59, 59)) + 999_999_999n],
    ["2000-02-29T00:00:00Z", nanoseconds(Date.UTC(2000, 1, 29))],
  ];
  for (const [text, expected] of cases) {
    assert.equal(parseTimestamp(text), expected, text);
    assert.ok(isTimestamp(text), text);
  }
});

test("other forms and dates that do not exist are none", () => {
  for (const text of [
    "",
    "2016-03-14",
    "2016-03-14T01:59Z",
    "2016-03-14T01:59:00",
    "2016-03-14 01:59:00Z",
    "2016-03-14t01:59:00Z",
    "2016-03-14T01:59:00z",
    "2016-03-14T01:59:00.Z",
    "2016-03-14T01:59:00.1234567890Z",
    "2016-03-14T01:59:00+0530",
    "2016-03-14T01:59:00+24:00",
    "2016-03-14T01:59:00+05:60",
    " 2016-03-14T01:59:00Z",
    "2016-03-14T01:59:00Z\n",
    "16-01-01T00:00:00Z",
    "2016-13-01T00:00:00Z",
    "2016-00-01T00:00:00Z",
    "2016-01-00T00:00:00Z",
    "2016-02-30T00:00:00Z",
    "2016-04-31T00:00:00Z",
    "2015-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2016-03-14T24:00:00Z",
    "2016-03-14T01:60:00Z",
    "2016-03-14T01:59:60Z",
  ]) {
    assert.equal(parseTimestamp(text), undefined, text);
    assert.ok(!isTimestamp(text), text);
  }
});
