import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeXml } from "./xml-text.ts";

test("markup, quotes and carriage returns are escaped; line feeds and tabs are not", () => {
  assert.equal(escapeXml(`<a b="c" d='e'>&\r\n\t</a>`), "&lt;a b=&quot;c&quot; d='e'&gt;&amp;&#xD;\n\t&lt;/a&gt;");
});

test("what XML 1.0 has no place for is replaced, all else stays", () => {
  assert.equal(escapeXml("\u0000\u0001\u000B\u001F\uFFFE\uFFFF\uD800x\uDC00"), `${"\uFFFD".repeat(7)}x\uFFFD`);
  assert.equal(escapeXml("ü\u{1F600}\u007F\u0085\uFFFD\uE000"), "ü\u{1F600}\u007F\u0085\uFFFD\uE000");
});
