import type { HandoffOfferData } from './data.js';
import { frameText, labelled, type TextOptions } from '../text-kit.js';

export function handoffOfferText(data: HandoffOfferData, options: TextOptions): string {
  const chosen = data.recipients.find(({ value }) => value === data.recipient)?.title;
  return frameText(data, options, [
    ...labelled('to', chosen ?? 'somebody named by you', options),
    ...labelled('identified', data.proofs.map(({ title }) => title.toLowerCase()).join(' · '), options),
  ]);
}
