/**
 * Who asks, from the credential of a SigV4 signature. The signature itself is not verified: any secret does. A 12-digit
 * access key is its own account; everything else belongs to the default account.
 */
export interface Credential {
  readonly accessKeyId: string | undefined;
  readonly account: string;
  readonly region: string;
  /** The service the request was signed for. */
  readonly scope: string | undefined;
}

export const accountDefault = "000000000000";
export const regionDefault = "us-east-1";

const anonymous: Credential = {
  accessKeyId: undefined,
  account: accountDefault,
  region: regionDefault,
  scope: undefined,
};
const regionName = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;

/** By text. A client's is the same for a whole day. */
const known = new Map<string, Credential>();
const knownMax = 1_000;
const knownCharactersMax = 200;

/** @param presigned the `X-Amz-Credential` of a presigned URL */
export function readCredential(authorization: string | undefined, presigned: string | undefined): Credential {
  const text = authorization === undefined ? presigned : /Credential=([^,\s]+)/.exec(authorization)?.[1];
  if (text === undefined) return anonymous;
  let credential = known.get(text);
  if (credential === undefined) {
    credential = parse(text);
    if (text.length > knownCharactersMax) return credential;
    if (known.size >= knownMax) known.clear();
    known.set(text, credential);
  }
  return credential;
}

function parse(credential: string): Credential {
  // The access key may hold slashes; the four parts behind it (date, region, service, aws4_request) do not.
  const parts = credential.split("/");
  if (parts.length < 5) return { ...anonymous, accessKeyId: parts[0] };
  const accessKeyId = parts.slice(0, -4).join("/");
  const region = parts.at(-3) ?? "";
  return {
    accessKeyId,
    account: /^\d{12}$/.test(accessKeyId) ? accessKeyId : accountDefault,
    region: regionName.test(region) ? region : regionDefault,
    scope: parts.at(-2),
  };
}
