/**
 * Names of executions between a look in the store and the decision that follows from it.
 *
 * A request asks the store whether a name is taken, and decides a little later. A name that another decision takes in
 * between is remembered here, for as long as a look-up that may have missed it is under way. Look-ups and names
 * belong to generations: a new one begins when the older one's look-ups are all released, and the older names go.
 */
import type { Transaction } from "../../kernel/transaction.ts";

interface Generation {
  lookups: number;
  readonly names: Set<string>;
}

function newGeneration(): Generation {
  return { lookups: 0, names: new Set() };
}

export class NameReservations {
  #older = newGeneration();
  #newer = newGeneration();

  /** Names remembered; bounded by what is taken while a look-up lasts. */
  get size(): number {
    return this.#older.names.size + this.#newer.names.size;
  }

  has(arn: string): boolean {
    return this.#older.names.has(arn) || this.#newer.names.has(arn);
  }

  /** The name belongs to an execution from now on; undone with the decision. */
  take(tx: Transaction, arn: string): void {
    // Whoever begins to look from now on will find the execution in the store.
    if (this.#older.lookups + this.#newer.lookups === 0) return;
    const { names } = this.#newer;
    names.add(arn);
    tx.onUndo(() => names.delete(arn));
  }

  /** Called before the store is asked; the result must be called once the decision has been made. */
  beginLookup(): () => void {
    const generation = this.#newer;
    generation.lookups += 1;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      generation.lookups -= 1;
      this.#turn();
    };
  }

  #turn(): void {
    if (this.#older.lookups > 0) return;
    this.#older = this.#newer;
    this.#newer = newGeneration();
    if (this.#older.lookups === 0) this.#older.names.clear();
  }
}
