import { randomBytes, randomUUID } from 'node:crypto';
import type { HandoffId, PlanId, RequestId } from './ids.js';

/** Randomness as a port, so that a test can replay a run. */
export interface Random {
  /** 128 random bits as 22 base64url characters. */
  id(): string;
  guid(): string;
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = {
  id: () => randomBytes(16).toString('base64url'),
  guid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
};

export const newRequestId = (random: Random): RequestId => random.id() as RequestId;
export const newPlanId = (random: Random): PlanId => random.id() as PlanId;
export const newHandoffId = (random: Random): HandoffId => random.id() as HandoffId;

/** Six hexadecimal digits, for people to read out on the telephone: finds the line of the log. */
export const newReference = (random: Random): string => Buffer.from(random.bytes(3)).toString('hex');
