/**
 * The body of a PIM request with the kind of its end as the description spells it: Microsoft's own reference pages send `AfterDateTime`
 * and `NoExpiration` where the enumeration has `afterDateTime` and `noExpiration`, and are taken.
 */
export function withUsualExpiration<T>(body: T): T {
  const info = (
    body as { scheduleInfo?: { expiration?: { type?: unknown } | null } | null } | null | undefined
  )?.scheduleInfo;
  const kind = info?.expiration?.type;
  if (typeof kind !== 'string') return body;
  const type = kind.charAt(0).toLowerCase() + kind.slice(1);
  return { ...body, scheduleInfo: { ...info, expiration: { ...info?.expiration, type } } };
}
