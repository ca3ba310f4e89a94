import type { View } from './views.js';

/** One line for screen readers, the feed and clients that cannot show the card. */
export function summaryOf(view: View): string {
  // The value of a credential is never part of it: only header texts are.
  const { title, badge, context } = view.data;
  return [title, badge.text, context].filter(Boolean).join(' · ');
}
