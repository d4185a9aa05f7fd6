/** https://docs.jsonata.org/date-time-functions, and the numeric functions that share their pictures */
import { Fault } from "../errors.ts";
import { Builtin, text } from "./builtin.ts";
import type { Library } from "./builtin.ts";
import { formatDate } from "./dates/format-date.ts";
import { formatWithPicture, parseIntegerPicture } from "./dates/integer-picture.ts";
import { integerReader, parseDate } from "./dates/parse-date.ts";

/** What JSONata takes for ISO 8601. */
const isoForm = /^\d{4}(?:-[01]\d)*(?:-[0-3]\d)*(?:T[0-2]\d:[0-5]\d:[0-5]\d)*(?:\.\d+)?(?:[+-][0-2]\d:?[0-5]\d|Z)?$/;
const isoCharactersMax = 64;

export const dateFunctions: Library = {
  now: new Builtin("<s?s?:s>", 2, ([picture, zone], run) => formatDate(run.host.now, text(picture), text(zone), run)),
  millis: new Builtin("<:n>", 0, (_args, run) => run.host.now),
  fromMillis: new Builtin("<n-s?s?:s>", 3, ([millis, picture, zone], run) =>
    typeof millis === "number" ? formatDate(millis, text(picture), text(zone), run) : undefined,
  ),
  toMillis: new Builtin("<s-s?:n>", 2, ([timestamp, picture], run) => {
    if (typeof timestamp !== "string") return undefined;
    if (typeof picture === "string") return parseDate(timestamp, picture, run);
    if (timestamp.length > isoCharactersMax || !isoForm.test(timestamp)) throw new Fault("D3110", { value: timestamp });
    // A time without a zone is one of UTC, wherever the machine is.
    return Date.parse(/T[\d:.]+$/.test(timestamp) ? `${timestamp}Z` : timestamp);
  }),
  formatInteger: new Builtin("<n-s:s>", 2, ([number, picture], run) =>
    typeof number === "number"
      ? formatWithPicture(Math.floor(number), parseIntegerPicture(text(picture) ?? ""), run)
      : undefined,
  ),
  parseInteger: new Builtin("<s-s:n>", 2, ([digits, picture]) =>
    typeof digits === "string" ? integerReader(parseIntegerPicture(text(picture) ?? "")).read(digits) : undefined,
  ),
};
