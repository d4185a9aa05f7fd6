/** A text that a parser reads from its start, piece by piece: where it has come to, and what stands there. */
export class SourceReader {
  protected readonly source: string;
  /** Where the next piece begins. */
  protected at = 0;

  constructor(source: string) {
    this.source = source;
  }

  protected get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** Goes past what matches here. @param pattern with the flag `y` */
  protected match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source) ?? undefined;
    this.at += found?.[0].length ?? 0;
    return found;
  }

  /** Goes past the token if it stands here. */
  protected take(token: string): boolean {
    const found = this.source.startsWith(token, this.at);
    if (found) this.at += token.length;
    return found;
  }
}
