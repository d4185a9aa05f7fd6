/**
 * What Step Functions adds to JSONata.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions
 */
import { parseJson } from "../../json/parse-json.ts";
import { hashes } from "../../intrinsics/encoding.ts";
import { seeded } from "../../intrinsics/numbers.ts";
import { Fault } from "../errors.ts";
import { toText } from "../evaluate/text.ts";
import { limits } from "../limits.ts";
import { isArray } from "../value.ts";
import { Builtin, numeric } from "./builtin.ts";
import type { Library } from "./builtin.ts";

export const awsFunctions: Library = {
  partition: new Builtin("<an:a>", 2, ([items, size], run) => {
    if (!isArray(items)) return undefined;
    const length = Math.floor(numeric(size) ?? 0);
    if (!(length >= 1)) throw new Fault("U1007", { message: "The chunk size of $partition must be a positive number" });
    run.items(items.length);
    return Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
      items.slice(index * length, (index + 1) * length),
    );
  }),
  range: new Builtin("<nnn:a>", 3, ([first, last, step], run) => {
    const [start, end, increment] = [numeric(first), numeric(last), numeric(step)];
    if (start === undefined || end === undefined || increment === undefined) return undefined;
    if (increment === 0) throw new Fault("U1007", { message: "The step of $range must not be 0" });
    const length = Math.max(0, Math.floor((end - start) / increment) + 1);
    if (!(length <= limits.rangeItemsMax)) throw new Fault("D2014", { value: length });
    run.items(length);
    return Array.from({ length }, (_, index) => start + index * increment);
  }),
  hash: new Builtin("<xs:s>", 2, ([data, algorithm], run) => {
    if (data === undefined || typeof algorithm !== "string") return undefined;
    const hash = Object.hasOwn(hashes, algorithm) ? hashes[algorithm] : undefined;
    if (hash === undefined) throw new Fault("U1007", { message: `$hash does not know the algorithm ${algorithm}` });
    const text = toText(data, run);
    run.spend(text.length * hashStepsPerCharacter);
    return hash(new TextEncoder().encode(text));
  }),
  random: new Builtin("<n?:n>", 0, ([seed], run) =>
    typeof seed === "number" ? seeded(Math.floor(seed)) : run.host.random(),
  ),
  uuid: new Builtin("<:s>", 0, (_args, run) => run.host.uuid()),
  parse: new Builtin("<s-:x>", 1, ([source], run) => {
    if (typeof source !== "string") return undefined;
    run.spend(source.length);
    const { value } = parseJson(source);
    if (value === undefined) throw new Fault("U1007", { message: "The argument of $parse is not JSON" });
    return value;
  }),
};

/** Hashing is slow beside everything else an evaluation does. */
const hashStepsPerCharacter = 12;
