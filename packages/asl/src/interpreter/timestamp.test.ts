import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimestamp } from "./timestamp.ts";

test("moments are milliseconds since the epoch, whatever their offset", () => {
  assert.equal(parseTimestamp("1970-01-01T00:00:00Z"), 0);
  assert.equal(parseTimestamp("2016-03-14T01:59:00Z"), Date.UTC(2016, 2, 14, 1, 59));
  assert.equal(parseTimestamp("2016-03-14T01:59:00+05:30"), Date.UTC(2016, 2, 13, 20, 29));
  assert.equal(parseTimestamp("2016-03-14T01:59:00-08:00"), Date.UTC(2016, 2, 14, 9, 59));
  assert.equal(parseTimestamp("2016-02-29T00:00:00.5Z"), Date.UTC(2016, 1, 29, 0, 0, 0, 500));
  assert.equal(parseTimestamp("0099-12-31T23:59:59Z"), Date.parse("0099-12-31T23:59:59Z"));
});

test("a fraction finer than a millisecond is never early", () => {
  assert.equal(parseTimestamp("1970-01-01T00:00:00.000000001Z"), 1);
  assert.equal(parseTimestamp("1970-01-01T00:00:00.999999999Z"), 1000);
  assert.equal(parseTimestamp("1970-01-01T00:00:00.001Z"), 1);
  assert.equal(parseTimestamp("1970-01-01T00:00:00.283Z"), 283);
  for (let ms = 0; ms < 1000; ms++) {
    assert.equal(parseTimestamp(`1970-01-01T00:00:00.${String(ms).padStart(3, "0")}Z`), ms);
  }
});

test("anything else is none", () => {
  for (const text of [
    "",
    "2016-03-14",
    "2016-03-14T01:59:00",
    "2016-03-14 01:59:00Z",
    "2016-03-14t01:59:00z",
    "2016-02-30T00:00:00Z",
    "2015-02-29T00:00:00Z",
    "2016-13-01T00:00:00Z",
    "2016-00-01T00:00:00Z",
    "2016-01-01T24:00:00Z",
    "2016-01-01T00:60:00Z",
    "2016-01-01T00:00:60Z",
    "2016-01-01T00:00:00+24:00",
    "2016-01-01T00:00Z",
    "2016-01-01T00:00:00+01:60",
    "2016-01-01T00:00:00+0100",
    "2016-01-01T00:00:00.Z",
    " 2016-01-01T00:00:00Z",
    "16-01-01T00:00:00Z",
  ]) {
    assert.equal(parseTimestamp(text), undefined, text);
  }
});
