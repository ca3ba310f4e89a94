export const TOO_LATE = Symbol('too late');

/** What `work` gives, or {@link TOO_LATE} when it takes longer; it goes on then. */
export async function within<T>(work: Promise<T>, budgetInMs: number): Promise<T | typeof TOO_LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TOO_LATE>((resolve) => {
    timer = setTimeout(() => resolve(TOO_LATE), budgetInMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
