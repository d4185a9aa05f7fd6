/** Base64 and hashes of texts, as UTF-8. */
import { arity, refuse, shortText, textCharactersMax } from "./intrinsic.ts";
import type { IntrinsicFunction } from "./intrinsic.ts";
import { md5 } from "./hashes/md5.ts";
import { sha1, sha256 } from "./hashes/sha1-sha256.ts";
import { sha384, sha512 } from "./hashes/sha512.ts";

/** By the names AWS gives them; each gives hexadecimal text. */
export const hashes: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  MD5: md5,
  "SHA-1": sha1,
  "SHA-256": sha256,
  "SHA-384": sha384,
  "SHA-512": sha512,
};

export const encodingFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Base64Encode(parameters) {
    arity(parameters, 1);
    return btoa(String.fromCharCode(...new TextEncoder().encode(shortText(parameters[0]))));
  },
  Base64Decode(parameters) {
    arity(parameters, 1);
    const encoded = shortText(parameters[0]);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.replace(/=+$/, "").length % 4 === 1)
      refuse("The string is not valid Base64");
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)),
    );
  },
  Hash(parameters) {
    arity(parameters, 2);
    const [data = null, algorithm] = parameters;
    const hash = typeof algorithm === "string" && Object.hasOwn(hashes, algorithm) ? hashes[algorithm] : undefined;
    if (hash === undefined) return refuse("Unknown hash algorithm");
    const hashed = typeof data === "string" ? data : JSON.stringify(data);
    if (hashed.length > textCharactersMax) refuse(`The data is longer than ${textCharactersMax} characters`);
    return hash(new TextEncoder().encode(hashed));
  },
};
