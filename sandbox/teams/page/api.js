/** Calls to the sandbox. Refusals become errors with the sandbox's own words. */
async function answerOf(response) {
  const text = await response.text();
  const body = text === '' ? {} : JSON.parse(text);
  if (response.ok) return body;
  throw new Error(typeof body.error === 'string' ? body.error : `The sandbox answered ${response.status}.`);
}

export const get = async (path) => answerOf(await fetch(`/_sandbox/${path}`));

export const post = async (path, body) =>
  answerOf(
    await fetch(`/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
