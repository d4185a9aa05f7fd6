/** Text inside an XML element. */

/**
 * `"` and carriage return are escaped as SQS does, so that a body comes back as it was sent. What XML 1.0 cannot hold at
 * all becomes U+FFFD, so that an answer that quotes a client's bytes can always be read.
 */
export function escapeXml(text: string): string {
  return text.replace(special, (character) => escapes[character] ?? "\uFFFD");
}

/** What has an escape, and whatever is no `Char` of XML 1.0. */
const special = /[&<>"\r]|[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};
