/** All functions that are built in, by name. `$eval` is not among them: Step Functions does not have it. */
import type { Library } from "./builtin.ts";
import { arrayFunctions } from "./arrays.ts";
import { awsFunctions } from "./aws.ts";
import { dateFunctions } from "./dates.ts";
import { higherOrderFunctions } from "./higher-order.ts";
import { numberPictureFunctions } from "./number-picture/format.ts";
import { numberFunctions } from "./numbers.ts";
import { objectFunctions } from "./objects.ts";
import { patternFunctions } from "./patterns.ts";
import { stringFunctions } from "./strings.ts";

export const library: Library = {
  ...arrayFunctions,
  ...awsFunctions,
  ...dateFunctions,
  ...higherOrderFunctions,
  ...numberFunctions,
  ...numberPictureFunctions,
  ...objectFunctions,
  ...patternFunctions,
  ...stringFunctions,
};
