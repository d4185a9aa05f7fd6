/** The intrinsic functions of JSONPath states. @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html */

/** What each gives, by its name with its parameters. */
export const INTRINSIC_FUNCTIONS: readonly (readonly [signature: string, detail: string])[] = [
  ["States.Array(values…)", "An array of the values"],
  ["States.ArrayContains(array, value)", "Whether the array holds the value"],
  ["States.ArrayGetItem(array, index)", "The item at an index, from 0"],
  ["States.ArrayLength(array)", "How many items the array has"],
  ["States.ArrayPartition(array, size)", "The array in chunks of a size"],
  ["States.ArrayRange(first, last, step)", "The numbers from first to last, at most 1,000"],
  ["States.ArrayUnique(array)", "The array without repeated items"],
  ["States.Base64Decode(text)", "The text a Base64 text stands for"],
  ["States.Base64Encode(text)", "The text in Base64"],
  ["States.Format(template, values…)", "The template with a value for each {}"],
  ["States.Hash(data, algorithm)", "The hash by MD5, SHA-1, SHA-256, SHA-384 or SHA-512"],
  ["States.JsonMerge(first, second, false)", "The members of both objects; the second's win"],
  ["States.JsonToString(value)", "The value as JSON text"],
  ["States.MathAdd(first, second)", "The sum of two whole numbers"],
  ["States.MathRandom(start, end, seed?)", "A whole number from start up to, but not, end"],
  ["States.StringSplit(text, separators)", "The pieces of a text between any of the separators"],
  ["States.StringToJson(text)", "The value a JSON text stands for"],
  ["States.UUID()", "A random UUID, version 4"],
];
