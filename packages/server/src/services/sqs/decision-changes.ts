/**
 * What one decision does to things that are stored several to a row: gathered while the decision is made, and written once at
 * its end. Of a decision that is undone nothing stays.
 */
import type { Transaction } from "../../kernel/transaction.ts";

interface Gathered<Changes> {
  readonly tx: Transaction;
  readonly changes: Changes;
  /** All rows were deleted at once, with what this decision did before. */
  isVoid: boolean;
}

export class DecisionChanges<Changes> {
  readonly #begin: (tx: Transaction) => Changes;
  readonly #write: (tx: Transaction, changes: Changes) => void;
  #gathered: Gathered<Changes> | undefined;

  /**
   * @param begin gives the changes of a decision that has made none yet
   * @param write called at the end of the decision
   */
  constructor(begin: (tx: Transaction) => Changes, write: (tx: Transaction, changes: Changes) => void) {
    this.#begin = begin;
    this.#write = write;
  }

  of(tx: Transaction): Changes {
    const known = this.#gathered;
    if (known?.tx === tx) return known.changes;
    const gathered: Gathered<Changes> = { tx, changes: this.#begin(tx), isVoid: false };
    this.#gathered = gathered;
    tx.beforeEnd(() => this.#end(gathered));
    tx.onUndo(() => {
      if (this.#gathered === gathered) this.#gathered = undefined;
    });
    return gathered.changes;
  }

  /** What this decision did before does not count: all rows are deleted. */
  discard(tx: Transaction): void {
    const gathered = this.#gathered?.tx === tx ? this.#gathered : undefined;
    if (gathered !== undefined) gathered.isVoid = true;
    this.#gathered = undefined;
    tx.onUndo(() => {
      if (gathered !== undefined) gathered.isVoid = false;
      this.#gathered = gathered;
    });
  }

  #end({ tx, changes, isVoid }: Gathered<Changes>): void {
    this.#gathered = undefined;
    if (!isVoid) this.#write(tx, changes);
  }
}
