/** Lines and columns of a text, both counted from 1. A line ends with LF, CR or CR LF; a column is one UTF-16 unit. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Both ends of a stretch of text. Lines and columns count from 1, offsets from 0; the end is the first place behind. */
export interface TextRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The range between two offsets, given the starts of the text's lines. */
export function textRange(starts: readonly number[], startOffset: number, endOffset: number): TextRange {
  const end = positionAt(starts, endOffset);
  return { startOffset, endOffset, ...positionAt(starts, startOffset), endLine: end.line, endColumn: end.column };
}

/** Offsets (from 0) at which the lines of `text` start. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let offset = 0; offset < text.length; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(offset + 1) !== 0x0a)) starts.push(offset + 1);
  }
  return starts;
}

/** The position of an offset, given the starts of the text's lines. */
export function positionAt(starts: readonly number[], offset: number): TextPosition {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
