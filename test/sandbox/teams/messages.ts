/** What the bots of these tests send: messages, cards and the buttons on them. */
export type Json = Record<string, unknown>;

export const text = (content: string, more: Json = {}): Json => ({ type: 'message', text: content, ...more });

export const withCard = (content: Json, more: Json = {}): Json => ({
  type: 'message',
  attachments: [attached(content)],
  ...more,
});

export function attached(card: Json): Json {
  return { contentType: 'application/vnd.microsoft.card.adaptive', content: card };
}

export function card(text: string, more: Json = {}): Json {
  return {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [{ type: 'TextBlock', text, wrap: true }],
    ...more,
  };
}

export const answerCard = (content: Json) => ({
  body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: content },
});

/** A button whose verb is its title. */
export const execute = (title: string, more: Json = {}): Json => ({
  type: 'Action.Execute',
  title,
  verb: title,
  ...more,
});

export const submit = (title: string, data: Json): Json => ({ type: 'Action.Submit', title, data });
