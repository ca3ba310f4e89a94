import { renderCard } from '../../cards/render.js';
import type { View } from '../../cards/views.js';

/** What an activity is answered with over HTTP; only invokes have a body (teams/FACTS.md §3). */
export interface InvokeAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** A line under the card that was clicked. */
export const notice = (text: string): InvokeAnswer => ({
  status: 200,
  body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text },
});

/** What a card looks like from now on, for the client that clicked. */
export const card = (view: View): InvokeAnswer => ({
  status: 200,
  body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: renderCard(view) },
});

/** The card stays, and the client shows the message with it. */
export const cardError = (code: string, message: string): InvokeAnswer => ({
  status: 200,
  body: { statusCode: 400, type: 'application/vnd.microsoft.error', value: { code, message } },
});

export const dialog = (view: View): InvokeAnswer => ({
  status: 200,
  body: {
    task: {
      type: 'continue',
      value: {
        title: 'Entra Rewind',
        width: 'medium',
        height: 'medium',
        card: { contentType: 'application/vnd.microsoft.card.adaptive', content: renderCard(view) },
      },
    },
  },
});
