/**
 * The tenants of a standard queue and what they take of its consumers: how many of their messages are in flight, and
 * how much of the consumers' time went to them lately. Nothing is kept for messages without a MessageGroupId but their
 * share of the totals.
 *
 * "Lately" is not defined by AWS: here a second of processing counts half after a minute.
 */
import type { QueueMessage } from "./queue-message.ts";

export const fairness = {
  /** Above this share of the messages in flight, or of the processing time, a tenant is noisy. */
  noisyShare: 0.1,
  /** Fewer in flight never make a tenant noisy. */
  noisyInFlightMin: 30,
  /** A tenant that has sent nothing for so long is quiet. */
  quietAfterSeconds: 300,
  processingHalfLifeSeconds: 60,
} as const;

const sweepTenantsMin = 1_000;

interface Tenant {
  readonly visible: Set<QueueMessage>;
  inFlight: number;
  delayed: number;
  lastSentAt: number;
  readonly processing: DecayingSum;
}

export class Tenants {
  readonly #tenants = new Map<string, Tenant>();
  readonly #processing = new DecayingSum();
  /** Those that may be noisy: many in flight, or a large share of the time when last looked at. All others are quiet. */
  readonly #candidates = new Set<string>();
  #inFlight = 0;
  #sweepAt = sweepTenantsMin;

  inFlight(groupId: string): number {
    return this.#tenants.get(groupId)?.inFlight ?? 0;
  }

  delayed(groupId: string): number {
    return this.#tenants.get(groupId)?.delayed ?? 0;
  }

  visible(groupId: string): ReadonlySet<QueueMessage> {
    return this.#tenants.get(groupId)?.visible ?? new Set();
  }

  entered(message: QueueMessage): void {
    const isInFlight = !message.isVisible && message.delivery !== undefined;
    if (isInFlight) this.#inFlight += 1;
    if (message.groupId === null) return;
    const tenant = this.#of(message.groupId);
    if (message.isVisible) tenant.visible.add(message);
    else if (isInFlight) {
      tenant.inFlight += 1;
      if (tenant.inFlight >= fairness.noisyInFlightMin) this.#candidates.add(message.groupId);
    } else tenant.delayed += 1;
    tenant.lastSentAt = Math.max(tenant.lastSentAt, message.sentAt);
  }

  left(message: QueueMessage): void {
    const isInFlight = !message.isVisible && message.delivery !== undefined;
    if (isInFlight) this.#inFlight -= 1;
    if (message.groupId === null) return;
    const tenant = this.#of(message.groupId);
    if (message.isVisible) tenant.visible.delete(message);
    else if (isInFlight) tenant.inFlight -= 1;
    else tenant.delayed -= 1;
  }

  /** A consumer is done with a message: it was deleted, or its time was up. */
  processed({ groupId, delivery }: QueueMessage, now: number): void {
    const milliseconds = now - (delivery?.lastReceivedAt ?? now);
    if (milliseconds <= 0) return;
    this.#processing.add(milliseconds, now);
    if (groupId === null) return;
    const tenant = this.#of(groupId);
    tenant.processing.add(milliseconds, now);
    if (tenant.processing.at(now) > this.#processing.at(now) * fairness.noisyShare) this.#candidates.add(groupId);
  }

  /** The tenants that are noisy now. */
  noisy(now: number): ReadonlySet<string> {
    this.#sweep(now);
    const noisy = new Set<string>();
    if (this.#candidates.size === 0) return noisy;
    const processing = this.#processing.at(now);
    for (const groupId of this.#candidates) {
      const tenant = this.#of(groupId);
      const isSlow = tenant.processing.at(now) > processing * fairness.noisyShare;
      if (tenant.inFlight < fairness.noisyInFlightMin && !isSlow) this.#candidates.delete(groupId);
      else if (tenant.visible.size > 0 && now - tenant.lastSentAt < fairness.quietAfterSeconds * 1000) {
        const hasMany =
          tenant.inFlight >= fairness.noisyInFlightMin && tenant.inFlight > this.#inFlight * fairness.noisyShare;
        if (hasMany || isSlow) noisy.add(groupId);
      }
    }
    return noisy;
  }

  /** Forgets tenants there is nothing left to know of. */
  #sweep(now: number): void {
    if (this.#tenants.size < this.#sweepAt) return;
    for (const [groupId, tenant] of this.#tenants) {
      if (tenant.visible.size === 0 && tenant.inFlight === 0 && tenant.delayed === 0 && tenant.processing.at(now) < 1)
        this.#tenants.delete(groupId);
    }
    this.#sweepAt = Math.max(sweepTenantsMin, this.#tenants.size * 2);
  }

  #of(groupId: string): Tenant {
    let tenant = this.#tenants.get(groupId);
    if (tenant === undefined) {
      tenant = { visible: new Set(), inFlight: 0, delayed: 0, lastSentAt: 0, processing: new DecayingSum() };
      this.#tenants.set(groupId, tenant);
    }
    return tenant;
  }
}

class DecayingSum {
  #value = 0;
  #asOf = 0;

  add(amount: number, now: number): void {
    this.#value = this.at(now) + amount;
    this.#asOf = now;
  }

  at(now: number): number {
    if (now === this.#asOf) return this.#value;
    return this.#value * 0.5 ** (Math.max(0, now - this.#asOf) / (fairness.processingHalfLifeSeconds * 1000));
  }
}
