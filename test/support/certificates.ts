/** Certificates of a test's own, made by openssl: an authority, and what it signs. They are good for two days. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findRequirement } from "./requirements.ts";

export interface Certificate {
  /** Files in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** An authority that signs itself. @param folder where the files go */
export function makeAuthority(folder: string, name: string): Certificate {
  return make(folder, name, []);
}

/** @param names the host names it is for; none for one of a client, whose name is `name` */
export function makeCertificate(
  folder: string,
  name: string,
  authority: Certificate,
  names: readonly string[] = [],
): Certificate {
  const alternatives = names.map((host) => `DNS:${host}`).join();
  const forHosts = names.length === 0 ? [] : ["-addext", `subjectAltName=${alternatives}`];
  const signed = ["-CA", authority.certificate, "-CAkey", authority.key, "-addext", "basicConstraints=CA:FALSE"];
  return make(folder, name, [...signed, ...forHosts]);
}

function make(folder: string, name: string, words: readonly string[]): Certificate {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", certificate, "-subj", `/CN=${name}`, "-days", "2"];
  const openssl = findRequirement("openssl") ?? "openssl";
  const { status, stderr } = spawnSync(openssl, ["req", "-x509", ...curve, ...files, ...words], { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { certificate, key };
}
